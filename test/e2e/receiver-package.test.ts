/** `offhook/receiver` as a program gets it that has Offhook among its packages: built, by its name, with its types. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileOf } from '../support/receiver/guide.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

let consumer: Awaited<ReturnType<typeof temporaryDir>>;

before(async () => {
  consumer = await temporaryDir('consumer');
  const home = join(consumer.path, 'node_modules/offhook');
  await mkdir(home, { recursive: true });
  run(tsc, ['-p', 'tsconfig.types.json', '--emitDeclarationOnly', 'false', '--outDir', join(home, 'dist')], root);
  await cp(join(root, 'package.json'), join(home, 'package.json'));
  for (const name of ['typebox', 'express', 'fastify', '@types']) {
    await symlink(join(root, 'node_modules', name), join(consumer.path, 'node_modules', name));
  }
  await writeFile(join(consumer.path, 'package.json'), '{"type":"module"}');
});
after(() => consumer.remove());

const asJavaScript = `
import { createReceiver, createMemoryStore, expressHandler } from 'offhook/receiver';
const receiver = createReceiver({ secrets: 'whsec_' + 'A'.repeat(32), onEvent: () => {}, store: createMemoryStore() });
const { status } = await receiver.receive({ headers: {}, readBody: async () => '' });
console.log(status, typeof expressHandler(receiver));
`;

const asTypeScript = `
import express from 'express';
import fastify from 'fastify';
import { createServer } from 'node:http';
import { createReceiver, expressHandler, fastifyReceiver, fetchHandler } from 'offhook/receiver';
import type { OffhookEvent, OffhookEventOf, SeenStore } from 'offhook/receiver';

function onEvent(event: OffhookEvent): void {
  switch (event.type) {
    case 'leg.answered':
      return void [event.leg.extension?.trim(), event.call.from.number];
    case 'queue.left':
      return void event.data.waitMs?.toFixed();
    case 'connector.up':
      // @ts-expect-error an event of no call may have none
      return void event.call.id;
    // @ts-expect-error there is no such type
    case 'leg.teleported':
  }
}
// @ts-expect-error an amount is text
export const amount = (charge: OffhookEventOf<'charge.made'>): number => charge.data.amount;
// @ts-expect-error claim is missing
export const store: SeenStore = { done: async () => {}, release: async () => {} };

const receiver = createReceiver({ secrets: ['a', 'b'], onEvent });
express().post('/hook', expressHandler(receiver));
fastify().register(fastifyReceiver(receiver, '/hook'));
createServer(expressHandler(receiver));
export const POST: (request: Request) => Promise<Response> = fetchHandler(receiver);
`;

test('it runs by its name', async () => {
  await writeFile(join(consumer.path, 'program.js'), asJavaScript);
  assert.equal(run('program.js', [], consumer.path), '401 function\n');
});

for (const [name, options] of [
  ['Node', { module: 'nodenext', moduleResolution: 'nodenext', skipLibCheck: false }],
  ['a bundler', { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true }],
] as const) {
  test(`its types are right where the compiler looks modules up like ${name}`, async () => {
    const strict = { strict: true, noEmit: true, target: 'es2022', lib: ['es2022', 'dom'] };
    const config = {
      compilerOptions: { ...options, ...strict, types: ['node'] },
      files: ['program.ts', 'missed-calls.ts'],
    };
    await writeFile(join(consumer.path, 'program.ts'), asTypeScript);
    await writeFile(join(consumer.path, 'missed-calls.ts'), fileOf('receiver-node.md', 'missed-calls.ts'));
    await writeFile(join(consumer.path, 'tsconfig.json'), JSON.stringify(config));
    run(tsc, ['-p', '.'], consumer.path);
  });
}

test('nothing else of Offhook can be imported', async () => {
  await writeFile(
    join(consumer.path, 'inside.js'),
    `await import('offhook/dist/receiver/verify.js').catch((error) => console.log(error.code));`,
  );
  assert.equal(run('inside.js', [], consumer.path), 'ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});
