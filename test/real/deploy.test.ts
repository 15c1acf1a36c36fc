/** What `deploy/` holds, tried by the programs it is for: systemd's own check, and a real nginx before a real server. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { silentLogger } from '../../src/kit/logger.ts';
import { appToken, type TestApp, withApp } from '../support/app.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const run = promisify(execFile);
const deployed = (path: string): Promise<string> => readFile(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

function skipWithout(program: string, how: string): string | false {
  try {
    execFileSync(program, [how], { stdio: 'ignore' });
    return false;
  } catch {
    const missing = `${program} is not installed`;
    if (process.env['OFFHOOK_REQUIRE_REAL'] === '1') throw new Error(missing);
    console.error(`\n*** SKIPPED: ${missing}\n`);
    return missing;
  }
}

// A container has no systemd, and where it is missing nothing of it can be wrong: CI may do without.
const withoutSystemd = ((): string | false => {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'there is no systemd-analyze';
  }
})();

test('the systemd unit is right, gives the server longer than it takes to stop, and confines it', {
  skip: withoutSystemd,
}, async () => {
  const dir = await temporaryDir('unit');
  try {
    const unit = await deployed('systemd/offhook.service');
    assert.match(unit, /^TimeoutStopSec=30s$/m);
    const file = join(dir.path, 'offhook.service');
    await writeFile(file, unit.replace('/usr/local/bin/offhook', '/bin/true'));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', file]);
    assert.equal(stdout + stderr, '');
  } finally {
    await dir.remove();
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The file of `deploy/`, with ports that are free here and without TLS; everything else is as it stands there. */
async function nginxConfig(dir: string, upstream: string, port: number): Promise<string> {
  const site = (await deployed('nginx/offhook.conf'))
    .replace('server 127.0.0.1:4665;', `server ${upstream};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^ *(listen \[|ssl_).*\n/gm, '');
  assert.ok(!/\b443\b/.test(site) && site.includes(upstream));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `${user} worker_processes 1; daemon off; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 256; }
http { ${paths.join(' ')} gzip on; gzip_types *; ${site} }\n`;
}

async function withNginx(app: TestApp, use: (url: string) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('nginx');
  const port = await freePort();
  const file = join(dir.path, 'nginx.conf');
  await mkdir(join(dir.path, 'proxy'));
  await writeFile(file, await nginxConfig(dir.path, new URL(app.url).host, port));
  const nginx = spawn('nginx', ['-c', file, '-p', dir.path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  nginx.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await answering(nginx, `http://127.0.0.1:${port}/healthz`, () => said);
    await use(`http://127.0.0.1:${port}`);
  } finally {
    if (nginx.exitCode === null) {
      const gone = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await gone;
    }
    await dir.remove();
  }
}

async function answering(nginx: ChildProcess, url: string, said: () => string): Promise<void> {
  while (nginx.exitCode === null) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await wait(20);
  }
  assert.fail(`nginx ended: ${said()}`);
}

/** Where requests came from, as the server's log has it. */
const from = new Set<string>();
const noteFrom = (fields: object): void => {
  if ('from' in fields) from.add(String(fields.from));
};
const logger = { ...silentLogger, debug: noteFrom, warn: noteFrom };

test(
  'through nginx events are streamed as they come, and a client is not believed where it says it is from',
  { skip: skipWithout('nginx', '-v') },
  () =>
    withApp(
      (app) =>
        withNginx(app, async (url) => {
          const headers = { authorization: `Bearer ${appToken}`, 'content-type': 'application/json' };
          const stream = await fetch(`${url}/v1/stream?after=0`, {
            headers: { ...headers, 'x-forwarded-for': '203.0.113.9' },
          });
          assert.equal(stream.status, 200);
          const frames = stream.body as ReadableStream<Uint8Array>;
          const reader = frames.getReader();
          for (const text of ['one', 'two', 'three']) {
            const body = JSON.stringify({ type: 'message.received', extension: '101', data: { text } });
            assert.equal((await fetch(`${url}/v1/events`, { method: 'POST', headers, body })).status, 202);
            // Each comes before the next is sent: nothing is gathered on the way.
            await untilRead(reader, `"text":"${text}"`);
          }
          await reader.cancel();
          assert.ok(from.size > 0 && !from.has('203.0.113.9'), [...from].join(', '));
          assert.equal((await fetch(`${url}/metrics`, { headers })).status, 403);
          const large = JSON.stringify([
            { type: 'message.received', extension: '101', data: { text: 'x'.repeat(16_000) } },
          ]);
          const most = large.padEnd(7_900_000, ' ');
          assert.equal((await fetch(`${url}/v1/events`, { method: 'POST', headers, body: most })).status, 202);
        }),
      { OFFHOOK_SERVER_TRUSTED_PROXIES: '127.0.0.1' },
      { logger },
    ),
);

async function untilRead(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<void> {
  let text = '';
  while (!text.includes(wanted)) {
    const late = wait(5_000).then(() => assert.fail(`${wanted} did not come; this did: ${text}`));
    const { value, done } = await Promise.race([reader.read(), late]);
    assert.ok(!done, 'the stream ended');
    text += Buffer.from(value ?? []).toString();
  }
}
