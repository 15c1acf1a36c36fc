/** A disk that is full, and one that becomes read-only, under a server with load: a small file system in memory. Needs root. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startCrashReceiver } from '../support/crash/receivers.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const run = promisify(execFile);
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const yaml = 'delivery: { allowNetworks: [127.0.0.0/8] }\nlog: { level: error }\n';
const withinMs = 30_000;

/** Not a part that could be installed: a container may not let even root mount, and then there is nothing to be done. */
const cannotMount = await (async (): Promise<string | false> => {
  const dir = await temporaryDir('mount');
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir.path]);
    await run('umount', [dir.path]);
    return false;
  } catch {
    const missing = 'a file system can be mounted by root on Linux only, where that is allowed';
    console.error(`\n*** SKIPPED: tests with a full disk: ${missing}\n`);
    return missing;
  } finally {
    await dir.remove();
  }
})();

interface Disk {
  readonly data: string;
  readonly remount: (how: 'ro' | 'rw') => Promise<unknown>;
}

interface World {
  readonly server: ServerProcess;
  readonly disk: Disk;
  /** Ids that were answered 202. */
  readonly accepted: string[];
  /** Posts one event. @returns the status */
  readonly post: (text?: string) => Promise<number>;
  readonly problems: () => Promise<Record<string, string>>;
  /** Everything accepted has arrived. */
  readonly arrived: () => Promise<void>;
}

async function inWorld(use: (world: World) => Promise<void>): Promise<void> {
  const dir = await temporaryDir('disk');
  const data = join(dir.path, 'data');
  await mkdir(data);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', data]);
  const remount = (how: 'ro' | 'rw') => run('mount', ['-o', `remount,${how}`, data]);
  const receiver = await startCrashReceiver('receiver', () => 0);
  const server = await serverProcess(dir.path, yaml);
  const accepted: string[] = [];
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const send = (path: string, body: object) =>
    fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  let count = 0;
  const post = async (text = 'hello'): Promise<number> => {
    const id = `event-${count++}`;
    const answer = await send('/v1/events', { id, type: 'message.received', extension: '101', data: { text } });
    await answer.arrayBuffer();
    if (answer.status === 202) accepted.push(id);
    return answer.status;
  };
  try {
    server.launch();
    await server.ready();
    const endpoint = { url: receiver.url };
    const subscription = { name: 'all', events: ['*'], dialect: 'cloudevents', endpoint, scope: { domain: 'default' } };
    assert.equal((await send('/v1/subscriptions', subscription)).status, 201);
    await use({
      server,
      disk: { data, remount },
      accepted,
      post,
      problems: () => problemsOf(server.url),
      arrived: () => receiver.until(() => accepted.every((id) => receiver.taken.has(id)), withinMs),
    });
  } finally {
    await server.stop();
    await receiver.stop();
    await run('umount', ['-l', data]);
    await dir.remove();
  }
}

async function problemsOf(url: string): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/readyz`);
  const { checks } = (await answer.json()) as { checks: { name: string; problem: string | null }[] };
  const found = Object.fromEntries(checks.flatMap(({ name, problem }) => (problem === null ? [] : [[name, problem]])));
  assert.equal(answer.status === 200, !('store' in found) && !('log' in found) && !('delivery' in found));
  return found;
}

async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(performance.now() < end, `still ${JSON.stringify(answer)}`);
    await wait(100);
  }
}

const isReady = (problems: Record<string, string>): boolean =>
  !('store' in problems) && !('log' in problems) && !('delivery' in problems);

async function doctor(world: World): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    OFFHOOK_DATA_DIR: world.disk.data,
    OFFHOOK_PORT: new URL(world.server.url).port,
  };
  const child = run(process.execPath, [main, 'doctor'], { env });
  return child.then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
}

test(
  'the disk is full: events are refused, it is told, and with room again all goes on',
  { skip: cannotMount, timeout: 180_000 },
  () =>
    inWorld(async (world) => {
      const { post, problems, arrived, disk, accepted } = world;
      for (let index = 0; index < 20; index++) assert.equal(await post(), 202);
      await arrived();
      const filler = join(disk.data, 'filler');
      await writeFile(filler, Buffer.alloc(32 * 1024 * 1024)).catch((error: NodeJS.ErrnoException) =>
        assert.equal(error.code, 'ENOSPC'),
      );
      await until(
        () => post('x'.repeat(16_000)),
        (status) => status === 503,
      );
      const told = await until(problems, (found) => 'store' in found || 'log' in found);
      assert.match(JSON.stringify(told), /full/);
      assert.match(told['disk'] ?? '', /0 MB left/);
      assert.match(await doctor(world), /free space: the disk has 0 MB left/);
      const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
      assert.match(metrics, /offhook_healthy\{check="disk"\} 0/);
      await rm(filler);
      await until(
        () => post(),
        (status) => status === 202,
      );
      await until(problems, isReady);
      await arrived();
      const before = accepted.length;
      await world.server.kill();
      world.server.launch();
      await world.server.ready();
      assert.equal(await post(), 202);
      await arrived();
      assert.equal(accepted.length, before + 1);
    }),
);

test(
  'the data directory is read-only: a start there is refused in words, and nothing is lost',
  { skip: cannotMount, timeout: 180_000 },
  () =>
    inWorld(async (world) => {
      const { post, problems, arrived, disk, server } = world;
      for (let index = 0; index < 20; index++) assert.equal(await post(), 202);
      await arrived();
      await server.stop();
      await disk.remount('ro');
      const refused = await doctor(world);
      assert.match(refused, /data\.dir|nothing can be written/);
      server.launch();
      await assert.rejects(server.ready(), /cannot be in|read-?only|EROFS/i);
      await server.stop();
      await disk.remount('rw');
      server.launch();
      await server.ready();
      assert.equal(await post(), 202);
      await arrived();
      await until(problems, isReady);
    }),
);
