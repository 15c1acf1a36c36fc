import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../kit/manual-clock.ts';
import { silentLogger } from '../../kit/logger.ts';
import type { Refusal } from '../../log/event-log.ts';
import { openMemoryEngine, type SqliteEngine } from '../../sqlite/engine.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import { spaceProblem } from './disk-space.ts';
import { createHealth, type HealthDeps } from './health.ts';
import { createStoreProbe } from './store-probe.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface World {
  readonly clock: ManualClock;
  readonly lines: string[];
  readonly state: {
    refusal: Refusal | null;
    trouble: string | null;
    storeProblem: string | null;
    usedBytes: number;
    isStopping: boolean;
    connector: 'up' | 'down';
    behind: number;
    journalTrouble: string | null;
  };
  /** Name of each check that is not well, with its reason. */
  readonly problems: () => Promise<Record<string, string>>;
}

function createWorld(changes: Partial<HealthDeps> = {}): World {
  const clock = new ManualClock(1_000_000_000_000);
  const lines: string[] = [];
  const state: World['state'] = {
    refusal: null,
    trouble: null,
    storeProblem: null,
    usedBytes: 1_000,
    isStopping: false,
    connector: 'up',
    behind: 0,
    journalTrouble: null,
  };
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`),
    info: (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`),
  };
  const status = () => ({ state: state.connector, since: 0, problem: null });
  const figures = () => ({ connects: 0, bufferedEvents: 0, notUnderstood: [] });
  const unused = () => Promise.resolve();
  const checks = createHealth({
    clock,
    logger,
    server: state,
    probe: () => Promise.resolve({ problem: state.storeProblem, usedBytes: state.usedBytes }),
    log: { refusal: () => state.refusal },
    delivery: { trouble: () => state.trouble },
    journal: { behind: () => state.behind, trouble: () => state.journalTrouble },
    connectors: [{ id: 'pbx1', kind: 'asterisk', status, figures, commands: null, start: unused, stop: unused }],
    dataDir: '/',
    maxBytes: null,
    ...changes,
  });
  const problems = async (): Promise<Record<string, string>> => {
    const found: Record<string, string> = {};
    for (const { name, check } of checks) {
      const problem = await check();
      if (problem !== null && name !== 'disk') found[name] = problem;
    }
    return found;
  };
  return { clock, lines, state, problems };
}

test('each fault is told under its own name, and no more when it is over', async () => {
  const { state, problems, clock, lines } = createWorld();
  assert.deepEqual(await problems(), {});
  state.storeProblem = 'database or disk is full';
  assert.deepEqual(await problems(), { store: 'database or disk is full' });
  state.storeProblem = null;
  state.refusal = { reason: 'disk I/O error', at: clock.monotonic() };
  assert.deepEqual(await problems(), { log: 'events are refused: disk I/O error' });
  state.refusal = null;
  state.behind = 20_000;
  assert.match((await problems())['journal'] ?? '', /^20000 events behind/);
  state.journalTrouble = 'disk I/O error';
  assert.match((await problems())['journal'] ?? '', /not kept.*disk I\/O error/);
  state.behind = 0;
  state.journalTrouble = null;
  state.trouble = "results can't be recorded: disk I/O error";
  assert.match((await problems())['delivery'] ?? '', /nothing is sent.*disk I\/O error/);
  state.trouble = null;
  state.connector = 'down';
  assert.deepEqual(await problems(), { connectors: 'not up: pbx1' });
  state.connector = 'up';
  assert.deepEqual(await problems(), {});
  state.isStopping = true;
  assert.deepEqual(await problems(), { server: 'stopping' });
  assert.deepEqual(
    lines.map((line) => line.replace(/,"problem.*/, '')),
    [
      'not well {"check":"store"',
      'well again {"check":"store"}',
      'not well {"check":"log"',
      'well again {"check":"log"}',
      'not well {"check":"journal"',
      'not well {"check":"delivery"',
      'well again {"check":"journal"}',
      'well again {"check":"delivery"}',
      'not well {"check":"connectors"',
      'well again {"check":"connectors"}',
      'not well {"check":"server"',
    ],
    'the log has each change once',
  );
});

test('a refusal counts for some seconds: without traffic no append would ever take it back', async () => {
  const { state, problems, clock } = createWorld();
  state.refusal = { reason: 'database or disk is full', at: clock.monotonic() };
  clock.advance(4_900);
  assert.ok('log' in (await problems()));
  clock.advance(200);
  assert.deepEqual(await problems(), {});
});

test('a log that has reached its limit is told with both figures', async () => {
  const { state, problems } = createWorld({ maxBytes: 20_000_000 });
  state.usedBytes = 19_999_999;
  assert.equal((await problems())['log'], undefined);
  state.usedBytes = 21_000_000;
  assert.match((await problems())['log'] ?? '', /21 MB.*retention\.maxBytes is 20 MB/);
});

test('the disk is told before it is full: 5 % of it, of a large one 5 GB', () => {
  const gigabytes = (free: number, total: number) => ({ freeBytes: free * 1e9, totalBytes: total * 1e9 });
  assert.equal(spaceProblem(gigabytes(0.6, 10)), null);
  assert.match(spaceProblem(gigabytes(0.4, 10)) ?? '', /400 MB left of 10000 MB/);
  assert.equal(spaceProblem(gigabytes(6, 1_000)), null);
  assert.ok(spaceProblem(gigabytes(4, 1_000)));
});

test('the probe writes and reads, is asked once a second at most, and finds out what hangs', async () => {
  const clock = new ManualClock(1_000_000_000_000);
  const engine = await openMemoryEngine();
  let writes = 0;
  const state: { mode: 'well' | 'full' | 'hangs' } = { mode: 'well' };
  const write: SqliteEngine['write'] = (kind, input, weight) => {
    writes++;
    if (state.mode === 'full') return Promise.reject(new StorageError('full', 'database or disk is full'));
    return state.mode === 'hangs' ? new Promise(() => {}) : engine.write(kind, input, weight);
  };
  try {
    const probe = createStoreProbe({ ...engine, write }, clock);
    const facts = await probe();
    assert.equal(facts.problem, null);
    assert.ok((facts.usedBytes ?? 0) > 4_096);
    state.mode = 'full';
    assert.deepEqual(await Promise.all([probe(), probe()]), [facts, facts]);
    assert.equal(writes, 1);
    const refusedAt = clock.monotonic();
    assert.equal(
      (await probe(refusedAt)).problem,
      'database or disk is full',
      'an answer from before a refusal is none',
    );
    state.mode = 'hangs';
    clock.advance(1_000);
    const asked = probe();
    await settled();
    clock.advance(2_000);
    assert.equal((await asked).problem, 'the store has not answered for 2000 ms');
    state.mode = 'well';
    assert.equal((await probe()).problem, null);
  } finally {
    await engine.close();
  }
});

test('a store that fills up is told at 80 and at 90 percent, once each, and when it has room again', async () => {
  const { state, problems, lines } = createWorld({ maxBytes: 1_000_000 });
  const at = async (usedBytes: number): Promise<string> => {
    state.usedBytes = usedBytes;
    return (await problems())['size'] ?? 'well';
  };
  assert.equal(await at(799_999), 'well');
  assert.match(await at(800_000), /^over 80 % of retention\.maxBytes/);
  assert.match(await at(899_999), /^over 80 %/);
  assert.match(await at(900_000), /^over 90 %/);
  assert.match(await at(950_000), /^over 90 %/);
  assert.equal(await at(700_000), 'well');
  assert.deepEqual(
    lines.map((line) => line.replace(/%.*/, '').replace(/"problem":"/, '')),
    ['not well {"check":"size",over 80 ', 'not well {"check":"size",over 90 ', 'well again {"check":"size"}'],
  );
});
