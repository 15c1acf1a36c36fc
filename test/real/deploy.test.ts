/** What `deploy/` holds, tried by the programs it is for: systemd's own check, and nginx and Caddy before a real server. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Agent, fetch as undiciFetch } from 'undici';
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

const withoutRoot = process.getuid?.() === 0 ? false : 'offhookctl is for root';

test('offhookctl: the configuration, secrets, data and user of the service', { skip: withoutRoot }, async () => {
  const dir = await temporaryDir('ctl');
  try {
    await chmod(dir.path, 0o755);
    const { path } = dir;
    // In place of Offhook something that tells how it was called.
    const told = [
      'id -un',
      'umask',
      'echo "$OFFHOOK_CONFIG $OFFHOOK_DATA_DIR"',
      'echo "$AMI_SECRET|$QUOTED"',
      'echo "$2"',
    ];
    await writeFile(join(path, 'told'), `#!/bin/sh\n${told.join('\n')}\n`, { mode: 0o755 });
    await writeFile(join(path, 'env'), '# secrets\n\nAMI_SECRET=$(id) `id` "x\nQUOTED="a b"\n', { mode: 0o600 });
    const script = (await deployed('systemd/offhookctl'))
      .replace('/usr/local/bin/offhook', join(path, 'told'))
      .replace('/etc/offhook/offhook.env', join(path, 'env'))
      .replace('user=offhook', 'user=nobody')
      .replace('--regid="$user"', '--regid=nogroup');
    await writeFile(join(path, 'offhookctl'), script, { mode: 0o755 });
    const { stdout } = await run(join(path, 'offhookctl'), ['why', 'an event']);
    const unit = await deployed('systemd/offhook.service');
    const [user, mask, places, secrets, second] = stdout.split('\n');
    assert.deepEqual([user, mask, secrets, second], ['nobody', '0077', '$(id) `id` "x|a b', 'an event']);
    const [config = '', data = ''] = places?.split(' ') ?? [];
    assert.ok(unit.includes(`--config ${config}\n`) && unit.includes(`OFFHOOK_DATA_DIR=${data}\n`), places);
    assert.ok(unit.includes('User=offhook\n') && unit.includes('EnvironmentFile=-/etc/offhook/offhook.env\n'));
    await writeFile(join(path, 'env'), 'a line of nothing\n');
    await assert.rejects(run(join(path, 'offhookctl'), ['doctor']), /has a line without =/);
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

/** A proxy that runs: where it answers, and what trusts its certificate. */
interface Proxy {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Everything it has written, to its files too. */
  readonly said: () => Promise<string>;
}

interface Plan {
  readonly args: readonly string[];
  readonly url: string;
  readonly certificate?: string;
  /** What it writes besides its output. */
  readonly logs: readonly string[];
}

type Prepare = (dir: string, upstream: string) => Promise<Plan>;

/** The file of `deploy/`, with ports that are free here and without TLS; everything else is as it stands there. */
const nginx: Prepare = async (dir, upstream) => {
  const port = await freePort();
  const logs = [join(dir, 'error.log'), join(dir, 'site.log')];
  const site = (await deployed('nginx/offhook.conf'))
    .replace('server 127.0.0.1:4665;', `server ${upstream};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('/var/log/nginx/offhook.error.log', logs[1] as string)
    .replace(/^ *(listen \[|ssl_).*\n/gm, '');
  assert.ok(!/\b443\b/.test(site) && site.includes(upstream) && site.includes(logs[1] as string));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const file = join(dir, 'nginx.conf');
  await mkdir(join(dir, 'proxy'));
  await writeFile(
    file,
    `${user} worker_processes 1; daemon off; pid ${dir}/nginx.pid; error_log ${logs[0]};
events { worker_connections 256; }
http { ${paths.join(' ')} gzip on; gzip_types *; ${site} }\n`,
  );
  return { args: ['-c', file, '-p', dir], url: `http://127.0.0.1:${port}`, logs };
};

/** The file of `deploy/`, with free ports, files of its own, and a certificate made here: with TLS, as it will run. */
const caddy: Prepare = async (dir, upstream) => {
  const port = await freePort();
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject]);
  const mine = `admin off\nauto_https disable_redirects\nhttps_port ${port}\nstorage file_system ${dir}/store`;
  const site = (await deployed('caddy/Caddyfile'))
    .replace('127.0.0.1:4665', upstream)
    .replace(/^\{\n/m, `{\n${mine}\n`)
    .replace('offhook.example.com {', `localhost {\nbind 127.0.0.1\ntls ${cert} ${key}`);
  assert.ok(site.includes(upstream) && site.includes(mine) && site.includes(cert));
  const file = join(dir, 'Caddyfile');
  await writeFile(file, site);
  const args = ['run', '--config', file, '--adapter', 'caddyfile'];
  return { args, url: `https://localhost:${port}`, certificate: await readFile(cert, 'utf8'), logs: [] };
};

async function withProxy(
  program: string,
  prepare: Prepare,
  app: TestApp,
  use: (proxy: Proxy) => Promise<void>,
): Promise<void> {
  const dir = await temporaryDir(program);
  const { args, url, certificate, logs } = await prepare(dir.path, new URL(app.url).host);
  const agent = new Agent({ connect: { ca: certificate } });
  const ask = ((input: string, init?: RequestInit) =>
    undiciFetch(input, { ...(init as object), dispatcher: agent })) as unknown as typeof fetch;
  // Caddy keeps what it must remember in its home.
  const env = { PATH: process.env['PATH'], HOME: dir.path };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const said = async (): Promise<string> => {
    const files = logs.map((file) => readFile(file, 'utf8').catch(() => ''));
    return [output, ...(await Promise.all(files))].join('\n');
  };
  try {
    await answering(child, ask, `${url}/healthz`, said);
    await use({ url, fetch: ask, said });
  } finally {
    await agent.destroy();
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await dir.remove();
  }
}

async function answering(
  child: ChildProcess,
  ask: typeof fetch,
  url: string,
  said: () => Promise<string>,
): Promise<void> {
  while (child.exitCode === null) {
    const answer = await ask(url).catch(() => null);
    if (answer?.ok) return;
    await wait(20);
  }
  assert.fail(`the proxy ended: ${await said()}`);
}

/** Where requests came from, as the server's log has it. */
const from = new Set<string>();
const noteFrom = (fields: object): void => {
  if ('from' in fields) from.add(String(fields.from));
};
const logger = { ...silentLogger, debug: noteFrom, warn: noteFrom };

for (const [program, how, prepare] of [
  ['nginx', '-v', nginx],
  ['caddy', 'version', caddy],
] as const) {
  test(
    `through ${program} events are streamed as they come, a client is not believed where it says it is from, and no path is logged`,
    { skip: skipWithout(program, how) },
    () =>
      withApp(
        (app) => withProxy(program, prepare, app, (proxy) => passesOnWell(app, proxy)),
        { OFFHOOK_SERVER_TRUSTED_PROXIES: '127.0.0.1' },
        { logger },
      ),
  );
}

async function passesOnWell(app: TestApp, { url, fetch: ask, said }: Proxy): Promise<void> {
  from.clear();
  const headers = { authorization: `Bearer ${appToken}`, 'content-type': 'application/json' };
  const stream = await ask(`${url}/v1/stream?after=0`, { headers: { ...headers, 'x-forwarded-for': '203.0.113.9' } });
  assert.equal(stream.status, 200);
  const frames = stream.body as ReadableStream<Uint8Array>;
  const reader = frames.getReader();
  for (const text of ['one', 'two', 'three']) {
    const body = JSON.stringify({ type: 'message.received', extension: '101', data: { text } });
    assert.equal((await ask(`${url}/v1/events`, { method: 'POST', headers, body })).status, 202);
    // Each comes before the next is sent: nothing is gathered on the way.
    await untilRead(reader, `"text":"${text}"`);
  }
  await reader.cancel();
  assert.ok(from.size > 0 && !from.has('203.0.113.9'), [...from].join(', '));
  assert.equal((await ask(`${url}/metrics`, { headers })).status, 403);
  const large = JSON.stringify([{ type: 'message.received', extension: '101', data: { text: 'x'.repeat(16_000) } }]);
  const most = large.padEnd(7_900_000, ' ');
  assert.equal((await ask(`${url}/v1/events`, { method: 'POST', headers, body: most })).status, 202);
  await app.app.stop();
  const failed = await ask(`${url}/inbox/path-of-mine?token=query-of-mine`);
  assert.equal(failed.status, 502);
  assert.doesNotMatch(await said(), /-of-mine/);
}

async function untilRead(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<void> {
  let text = '';
  while (!text.includes(wanted)) {
    const late = wait(5_000).then(() => assert.fail(`${wanted} did not come; this did: ${text}`));
    const { value, done } = await Promise.race([reader.read(), late]);
    assert.ok(!done, 'the stream ended');
    text += Buffer.from(value ?? []).toString();
  }
}
