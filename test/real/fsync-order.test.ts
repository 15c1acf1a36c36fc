/**
 * Shows with strace that an append is never acknowledged before the disk has it. For each acknowledgement a process
 * writes, the trace must hold, in this order: the event's bytes written to a file of the store, an fsync or fdatasync
 * of that file that began after them and returned 0, and only then the acknowledgement.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDir } from '../support/temporary-dir.ts';

const child = fileURLToPath(new URL('../support/appending-child.ts', import.meta.url));
const required = process.env['OFFHOOK_REQUIRE_REAL'] === '1';
const canTrace = spawnSync('strace', ['-f', '-e', 'trace=write', 'true'], { stdio: 'ignore' }).status === 0;
const skip =
  canTrace || required
    ? false
    : 'strace is missing or not allowed here: install it to show that nothing is acknowledged before it is on the disk';

interface Call {
  readonly name: 'write' | 'pwrite64' | 'fsync' | 'fdatasync';
  readonly file: string;
  readonly data: string;
  readonly began: number;
  readonly ended: number;
  readonly result: number;
}

const whole = /^(\d+) +(\d+\.\d+) (\w+)\((\d+)<([^>]*)>(.*)\) += (-?\d+).* <(\d+\.\d+)>$/;
const unfinished = /^(\d+) +(\d+\.\d+) (\w+)\((\d+)<([^>]*)>(.*) <unfinished \.\.\.>$/;
const resumed = /^(\d+) +(\d+\.\d+) <\.\.\. (\w+) resumed>.*\) += (-?\d+).* <(\d+\.\d+)>$/;

/** The calls of a trace made with `-f -ttt -T -y`; a call cut in two by another thread's is put together again. */
function parseTrace(text: string): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Omit<Call, 'ended' | 'result'>>();
  for (const line of text.split('\n')) {
    const one = whole.exec(line) ?? unfinished.exec(line);
    if (one) {
      const [, thread = '', at, name, , file = '', data = '', result, took] = one;
      const call = { name: name as Call['name'], file, data, began: Number(at) };
      if (result === undefined) open.set(thread, call);
      else calls.push({ ...call, ended: call.began + Number(took), result: Number(result) });
      continue;
    }
    const [, thread = '', , , result, took] = resumed.exec(line) ?? [];
    const call = open.get(thread);
    open.delete(thread);
    if (call) calls.push({ ...call, ended: call.began + Number(took), result: Number(result) });
  }
  return calls;
}

async function trace(hands: number, count: number): Promise<{ calls: Call[]; said: string }> {
  const dir = await temporaryDir('fsync');
  try {
    const output = join(dir.path, 'trace');
    // Long enough to see a whole page of the write-ahead log, with the event's id in it.
    const flags = ['-f', '-ttt', '-T', '-y', '-s', '8192', '-e', 'trace=write,pwrite64,fsync,fdatasync', '-o', output];
    const store = join(dir.path, 'data');
    const run = spawn('strace', [...flags, process.execPath, child, store, String(hands), 'traced', String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(run, 'exit');
    let said = '';
    run.stdout.setEncoding('utf8');
    for await (const text of run.stdout) said += text as string;
    assert.deepEqual(await exited, [0, null]);
    return { calls: parseTrace(await readFile(output, 'utf8')), said };
  } finally {
    await dir.remove();
  }
}

/** The times before `at` that bytes with this text went to a file of the store. */
function writesOf(calls: readonly Call[], text: string, at: number): Call[] {
  return calls.filter(
    (call) =>
      call.name === 'pwrite64' && call.file.includes('offhook.db') && call.began < at && call.data.includes(text),
  );
}

/** The next commit may write the same page again before the acknowledgement is out; the first one made it durable. */
function isSynced(calls: readonly Call[], written: Call, at: number): boolean {
  return calls.some(
    (call) =>
      (call.name === 'fsync' || call.name === 'fdatasync') &&
      call.file === written.file &&
      call.result === 0 &&
      call.began >= written.ended &&
      call.ended <= at,
  );
}

function check(calls: readonly Call[], said: string, least: number): void {
  const ids = [...said.matchAll(/^ack (\S+) \d+$/gm)].map(([, id]) => id ?? '');
  assert.ok(ids.length >= least, `${ids.length} acknowledgements`);
  const acknowledgements = calls.filter((call) => call.name === 'write' && call.data.includes('ack event-'));
  for (const id of ids) {
    const acknowledged = acknowledgements.find((call) => call.data.includes(`ack ${id} `));
    assert.ok(acknowledged, `the acknowledgement of ${id} is in the trace`);
    const writes = writesOf(calls, id, acknowledged.began);
    assert.ok(writes.length > 0, `${id} was written to the store before it was acknowledged`);
    const synced = writes.some((written) => isSynced(calls, written, acknowledged.began));
    assert.ok(synced, `${id} was on the disk before it was acknowledged`);
  }
}

test('one append after the other: each is on the disk before it is acknowledged', { skip }, async () => {
  const { calls, said } = await trace(1, 100);
  check(calls, said, 100);
});

test('many appends at once, in group commits: each is on the disk before it is acknowledged', { skip }, async () => {
  const { calls, said } = await trace(16, 1_000);
  check(calls, said, 1_000);
  const syncs = calls.filter(({ name }) => name === 'fsync' || name === 'fdatasync').length;
  assert.ok(syncs < 500, `${syncs} syncs: appends shared their commits`);
});

test('the check itself can fail', () => {
  const at = (began: number, name: Call['name'], data: string, file = '/d/offhook.db-wal'): Call => ({
    name,
    file,
    data,
    began,
    ended: began + 0.5,
    result: 0,
  });
  const acknowledgement = at(5, 'write', '"ack event-1 1\\n"', 'pipe:[1]');
  const fine = [at(1, 'pwrite64', 'event-1'), at(3, 'fdatasync', ''), acknowledgement];
  check(fine, 'ack event-1 1\n', 1);
  assert.throws(() =>
    check([at(1, 'fdatasync', ''), at(3, 'pwrite64', 'event-1'), acknowledgement], 'ack event-1 1\n', 1),
  );
  assert.throws(() =>
    check([at(1, 'pwrite64', 'event-1'), at(4.8, 'fdatasync', ''), acknowledgement], 'ack event-1 1\n', 1),
  );
  assert.throws(() => check([acknowledgement], 'ack event-1 1\n', 1));
});
