import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptReport } from '../../delivery/attempt-observer.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { attemptFields, type AttemptLine } from './attempt-fields.ts';
import { type AttemptLogDeps, createAttemptLog } from './attempt-log.ts';

interface Written {
  readonly level: 'debug' | 'info';
  readonly fields: AttemptLine;
  readonly message: string;
}

function attemptLog(changes: Partial<AttemptLogDeps> = {}) {
  const clock = new ManualClock();
  const written: Written[] = [];
  const write = (level: Written['level']) => (fields: object, message: string) =>
    void written.push({ level, fields: fields as AttemptLine, message });
  const logger = { ...silentLogger, debug: write('debug'), info: write('info') };
  const usual = { clock, logger, which: 'failures', isDebug: false, perSecond: 50, lagOf: () => 7 } as const;
  return { log: createAttemptLog({ ...usual, ...changes }), clock, written };
}

/** A failure that is tried again, the one that was the last, and a success, as delivery tells them. */
async function reports(): Promise<[AttemptReport, AttemptReport, AttemptReport]> {
  const w = new DeliveryWorld(1);
  await w.start();
  await w.subscribe('a.test', { retry: { maxAttempts: 2, delaysMs: [1_000], jitter: 0 } });
  w.moods.set('a.test', 'fails');
  await w.append({ id: 'e1', call: callOf('c1') });
  await w.pass(5_000);
  w.moods.set('a.test', 'ok');
  await w.append({ id: 'e2', call: callOf('c2') });
  await w.pass(5_000);
  assert.equal(w.reports.length, 3);
  return w.reports as [AttemptReport, AttemptReport, AttemptReport];
}

test('a line has all the fields that are declared, and says what was decided', async () => {
  const [retried, givenUp, delivered] = await reports();
  const { log, written, clock } = attemptLog({ which: 'all' });
  for (const report of [retried, givenUp, delivered]) log.attempted(report);
  for (const { fields, level, message } of written) {
    assert.deepEqual(Object.keys(fields).sort(), Object.keys(attemptFields).sort());
    assert.deepEqual([level, message], ['info', 'delivery.attempted']);
  }
  const [first, second, third] = written.map(({ fields }) => fields);
  assert.ok(first && second && third);
  assert.deepEqual(
    [first.delivery, first.attempt, first.attempts, first.outcome, first.decision, first.status, first.failure],
    ['1-1', 1, 2, 'failed', 'retry', 503, null],
  );
  assert.equal(first.retryAt, new Date(clock.now() + 1_000).toISOString());
  assert.deepEqual(
    [first.event, first.call, first.seq, first.lag, first.receiver],
    ['e1', 'c1', 1, 7, 'https://a.test'],
  );
  assert.deepEqual([second.outcome, second.decision, second.retryAt], ['cancelled', 'give_up', null]);
  assert.deepEqual([third.outcome, third.decision, third.event], ['delivered', 'done', 'e2']);
});

test('of a URL its origin is written, of an answer nothing, and the subscription’s id nowhere', async () => {
  const [failed] = await reports();
  const { log, written } = attemptLog();
  const { subscription } = failed;
  assert.ok(subscription);
  for (const url of ['https://user:pass@a.test:8443/planted-path?key=planted-query#planted', 'inbox:planted-inbox']) {
    log.attempted({
      ...failed,
      subscription: { ...subscription, target: { ...subscription.target, url } },
      verdict: { ...failed.verdict, status: 0, detail: 'tls: no connection to planted-host' },
    });
  }
  const text = JSON.stringify(written);
  for (const secret of ['planted', 'pass', subscription.id]) assert.ok(!text.includes(secret), secret);
  assert.deepEqual(
    written.map(({ fields }) => [fields.receiver, fields.failure]),
    [
      ['https://a.test:8443', 'tls'],
      ['inbox', 'tls'],
    ],
  );
});

test('successes are written at info, at debug, or not at all', async () => {
  const [failed, , delivered] = await reports();
  const levels = (changes: Partial<AttemptLogDeps>): string[] => {
    const { log, written } = attemptLog(changes);
    log.attempted(failed);
    log.attempted(delivered);
    return written.map(({ level, fields }) => `${level} ${fields.outcome}`);
  };
  assert.deepEqual(levels({ which: 'all' }), ['info failed', 'info delivered']);
  assert.deepEqual(levels({ which: 'failures' }), ['info failed']);
  assert.deepEqual(levels({ which: 'failures', isDebug: true }), ['info failed', 'debug delivered']);
  assert.deepEqual(levels({ which: 'none', isDebug: true }), []);
});

test('so many lines a second are written, and how many more there were is told when it is over, or at the end', async () => {
  const [failed, , delivered] = await reports();
  const { log, clock, written } = attemptLog({ which: 'all', perSecond: 2 });
  for (let count = 0; count < 5; count++) log.attempted(failed);
  log.attempted(delivered);
  assert.equal(written.length, 2);
  clock.advance(1_000);
  assert.equal(written[2]?.message, 'delivery.attempted: 4 more suppressed');
  assert.deepEqual(written[2]?.fields, { lines: 4, failures: 3, perSecond: 2 });
  clock.advance(5_000);
  assert.equal(written.length, 3);
  for (let count = 0; count < 3; count++) log.attempted(failed);
  assert.equal(written.length, 5);
  log.close();
  assert.equal(written[5]?.message, 'delivery.attempted: 1 more suppressed');
});
