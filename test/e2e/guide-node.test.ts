/** The programs of docs/guides/receiver-node.md, as they stand there. */
import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SeenStore } from '../../src/receiver/index.ts';
import { seenStoreConformance } from '../conformance/seen-store.ts';
import { blocksOf, fileOf } from '../support/receiver/guide.ts';
import { guideExam } from '../support/receiver/guide-exam.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = 'receiver-node.md';

/** `offhook/receiver` by its name, from the sources: their real path is not under node_modules, so Node strips types. */
async function linkPackages(dir: string): Promise<void> {
  const home = join(dir, 'node_modules/offhook');
  await mkdir(home, { recursive: true });
  const manifest = { name: 'offhook', type: 'module', exports: { './receiver': './src/receiver/index.ts' } };
  await writeFile(join(home, 'package.json'), JSON.stringify(manifest));
  await symlink(join(root, 'src'), join(home, 'src'));
  for (const name of ['express', 'fastify']) {
    await symlink(join(root, 'node_modules', name), join(dir, 'node_modules', name));
  }
  await writeFile(join(dir, 'package.json'), '{"type":"module"}');
}

/** Node buffers nothing here: a line is written when the handler resolves. */
const failOnce = (text: string, failsOnce: string): string =>
  text.replace(
    /export async function handle\(event\) \{\n/,
    `const failed = new Set();\n$&  if (event.id.startsWith('${failsOnce}') && !failed.has(event.id)) {\n    failed.add(event.id);\n    throw new Error('fails once');\n  }\n`,
  );

for (const file of ['express.js', 'fastify.js']) {
  guideExam({
    name: file,
    guide,
    handler: { file: 'handle.js', change: failOnce },
    prepare: linkPackages,
    program: () => ({ command: process.execPath, args: [file], ready: /^listening$/m }),
  });
}

interface SqlStore extends SeenStore {
  forgetOld(): { readonly changes: number };
  close(): void;
}

async function withSqlStore(use: (create: (path: string, now?: () => number) => SqlStore) => void | Promise<void>) {
  const dir = await temporaryDir('guide');
  try {
    const path = join(dir.path, 'sql-store.mjs');
    await writeFile(path, fileOf(guide, 'sql-store.js'));
    const module = (await import(pathToFileURL(path).href)) as { createSqlStore: Parameters<typeof use>[0] };
    await use(module.createSqlStore);
  } finally {
    await dir.remove();
  }
}

await withSqlStore((createSqlStore) =>
  seenStoreConformance('the guide’s, on SQLite', () => {
    let nowMs = 1_000;
    const advance = (seconds: number): void => {
      nowMs += seconds * 1000;
    };
    return { store: createSqlStore(':memory:', () => nowMs), advance };
  }),
);

it('the guide’s store is shared by processes, and forgets', async () => {
  await withSqlStore(async (createSqlStore) => {
    const dir = await temporaryDir('seen');
    let nowMs = 0;
    const stores = [1, 2].map(() => createSqlStore(join(dir.path, 'seen.db'), () => nowMs));
    const [one, other] = stores as [SqlStore, SqlStore];
    assert.equal(await one.claim('k', 'a', 60), 'claimed');
    assert.equal(await other.claim('k', 'b', 60), 'busy');
    await one.done('k', 60);
    assert.equal(await other.claim('k', 'b', 60), 'done');
    assert.equal(other.forgetOld().changes, 0);
    nowMs = 60_000;
    assert.equal(other.forgetOld().changes, 1);
    for (const store of stores) store.close();
    await dir.remove();
  });
});

it('every program of the guide is named, so that a test can run it', () => {
  const programs = blocksOf(guide).filter(({ language }) => language !== 'sh');
  assert.deepEqual(
    programs.map(({ file }) => file),
    ['handle.js', 'express.js', 'fastify.js', 'sql-store.js', 'missed-calls.ts'],
  );
});
