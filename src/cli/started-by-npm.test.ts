import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { temporaryDir } from '../../test/support/temporary-dir.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { watchNpm } from './started-by-npm.ts';

const ours = { npm_package_name: 'offhook', npm_lifecycle_event: 'offhook' };

/** @returns whether it was told within a while that its parent is another one */
async function isTold(env: NodeJS.ProcessEnv, changes: boolean): Promise<boolean> {
  const clock = new ManualClock();
  let parent = 100;
  const watch = watchNpm({ env, first: 100, parent: () => parent, clock });
  let told = false;
  void watch.gone.then(() => (told = true));
  clock.advance(10_000);
  if (changes) parent = 1;
  clock.advance(10_000);
  await new Promise(setImmediate);
  watch.end();
  return told;
}

test('a server of npm is told when npm’s shell is gone, and nobody else is', async () => {
  assert.equal(await isTold(ours, true), true);
  assert.equal(await isTold({ ...ours, npm_lifecycle_event: 'start' }, true), true);
  assert.equal(await isTold(ours, false), false);
  assert.equal(await isTold({}, true), false);
  assert.equal(await isTold({ npm_package_name: 'crm', npm_lifecycle_event: 'start' }, true), false);
});

test('a server of npm whose shell was gone before it looked is told too', async () => {
  const watch = watchNpm({ env: ours, first: 100, parent: () => 1, clock: new ManualClock() });
  await watch.gone;
  watch.end();
});

test('a server whose shell is ended stops cleanly, and lets go of its data', { timeout: 60_000 }, async () => {
  const dir = await temporaryDir('npm');
  const main = new URL('./main.ts', import.meta.url).pathname;
  const env = { PATH: process.env['PATH'], OFFHOOK_PORT: '0', OFFHOOK_DATA_DIR: dir.path, ...ours };
  // The second command keeps the shell from becoming the server.
  const command = '"$0" "$1" up & echo "pid $!"; wait; true';
  const shell = spawn('/bin/sh', ['-c', command, process.execPath, main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const listens = Promise.withResolvers<void>();
  const take = (part: string): void => {
    said += part;
    if (said.includes('listens on')) listens.resolve();
  };
  shell.stdout.setEncoding('utf8').on('data', take);
  shell.stderr.setEncoding('utf8').on('data', take);
  // Its outputs are the server's too: they end with it.
  const ended = once(shell, 'close', { signal: AbortSignal.timeout(50_000) });
  try {
    await Promise.race([listens.promise, ended]);
    shell.kill('SIGTERM');
    await ended;
    assert.match(said, /"msg":"stopped"/);
  } finally {
    const pid = Number(/pid (\d+)/.exec(said)?.[1]);
    if (pid > 0 && !said.includes('"msg":"stopped"')) process.kill(pid, 'SIGKILL');
    await dir.remove();
  }
});
