import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import { openSqliteEngine } from '../../src/sqlite/engine.ts';
import { StorageError } from '../../src/sqlite/storage-error.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { eventNamed, readAll } from './event-log-support.ts';

const child = fileURLToPath(new URL('../support/appending-child.ts', import.meta.url));

interface Acknowledged {
  readonly id: string;
  readonly seq: number;
}

/** Why the directory can't be opened now. */
async function openingFails(dir: string): Promise<string | null> {
  try {
    await (await openSqliteEngine({ dir })).close();
    return null;
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error);
  }
}

/** Lets a process append until it has said `lines` acknowledgements, and kills it in the middle of its work. */
async function appendAndKill(dir: string, name: string, lines: number): Promise<Acknowledged[]> {
  const running = spawn(process.execPath, [child, dir, '8', name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(running, 'exit');
  let said = '';
  running.stdout.setEncoding('utf8');
  try {
    for await (const text of running.stdout) {
      said += text as string;
      if (said.split('\n').length < lines || running.killed) continue;
      assert.equal(await openingFails(dir), 'locked');
      running.kill('SIGKILL');
    }
  } finally {
    running.kill('SIGKILL');
  }
  await exited;
  const whole = said.slice(0, said.lastIndexOf('\n')).split('\n');
  return whole.map((line) => {
    const [, id, seq] = line.split(' ');
    return { id: id ?? '', seq: Number(seq) };
  });
}

/** Everything acknowledged so far is there, every sequence has one event, and the next append goes on. */
async function inspect(dir: string, acknowledged: readonly Acknowledged[], round: number): Promise<void> {
  const engine = await openSqliteEngine({ dir });
  try {
    const log = await openSqliteEventLog({ engine, clock: new ManualClock(Date.UTC(2030, 0, 1)), idWindowMs: 1 });
    const events = await readAll(log);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      Array.from({ length: log.head() }, (_, index) => index + 1),
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length, 'no event is there twice');
    for (const { id, seq } of acknowledged) assert.equal(events[seq - 1]?.id, id);
    const [outcome] = await log.append([eventNamed(`between-${round}`)]);
    assert.equal(outcome?.seq, events.length + 1);
  } finally {
    await engine.close();
  }
}

test('kill -9 in the middle of appending: what was acknowledged is there, and numbering goes on', async () => {
  const dir = await temporaryDir('crash');
  try {
    const acknowledged: Acknowledged[] = [];
    for (const [round, lines] of [1, 40, 333].entries()) {
      acknowledged.push(...(await appendAndKill(dir.path, `r${round}`, lines)));
      await inspect(dir.path, acknowledged, round);
    }
    assert.ok(acknowledged.length >= 374);
  } finally {
    await dir.remove();
  }
});
