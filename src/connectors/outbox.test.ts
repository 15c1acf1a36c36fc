import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import type { NewEvent } from '../model/event.ts';
import { Outbox } from './outbox.ts';

const event = (id: string): NewEvent => ({
  id,
  type: 'call.started',
  time: '2026-01-01T00:00:00.000Z',
  reseller: 'default',
  domain: 'acme',
  user: null,
  extension: null,
  connector: 'pbx1',
  extensions: [],
  call: null,
  leg: null,
  data: { text: 'x'.repeat(100) },
});

/** A log that takes or refuses as told, and an outbox in front of it. */
function setUp(maxBytes = 1_000_000) {
  const clock = new ManualClock();
  const taken: string[] = [];
  const told: string[] = [];
  const log = { refuses: false, batches: 0 };
  const outbox = new Outbox({
    clock,
    logger: silentLogger,
    maxBytes,
    accept: (events) => {
      log.batches++;
      if (log.refuses) return Promise.reject(new Error('full'));
      taken.push(...events.map(({ id }) => id));
      return Promise.resolve();
    },
    full: () => told.push('full'),
    drained: () => told.push('drained'),
  });
  return { clock, taken, told, log, outbox };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('whoever waits for the log is told when it took what was kept then, and at once when it refuses', async () => {
  const { outbox, log, clock } = setUp();
  assert.equal(await outbox.taken(), true);
  outbox.push([event('1'), event('2')]);
  const both = outbox.taken();
  outbox.push([event('3')]);
  assert.equal(await both, true);
  log.refuses = true;
  await settle();
  outbox.push([event('4')]);
  const refused = outbox.taken();
  assert.equal(await refused, false);
  assert.equal(await outbox.taken(), false, 'it is not asked again before its time');
  log.refuses = false;
  clock.advance(10_000);
  await settle();
  assert.equal(await outbox.taken(), true);
});

test('whoever waits for the log when it is closed is told, whatever became of it', async () => {
  const { outbox, log } = setUp();
  log.refuses = true;
  outbox.push([event('1')]);
  const waiting = outbox.taken();
  await outbox.close(1_000);
  assert.equal(await waiting, false);
  assert.equal(await outbox.taken(), false);
});

test('what comes together goes together, in order', async () => {
  const { outbox, taken, log } = setUp();
  outbox.push([event('1')]);
  outbox.push([event('2'), event('3')]);
  await settle();
  assert.deepEqual(taken, ['1', '2', '3']);
  assert.equal(log.batches, 1);
  assert.equal(outbox.bytes, 0);
});

test('while the log refuses events are kept, offered again, and nothing overtakes', async () => {
  const { outbox, taken, log, clock } = setUp();
  log.refuses = true;
  outbox.push([event('1')]);
  await settle();
  outbox.push([event('2')]);
  await settle();
  assert.equal(log.batches, 1);
  clock.advance(100);
  await settle();
  assert.equal(log.batches, 2);
  log.refuses = false;
  outbox.push([event('3')]);
  clock.advance(200);
  await settle();
  assert.deepEqual(taken, ['1', '2', '3']);
});

test('past its limit it says so once, and once more when all of it was taken', async () => {
  const { outbox, told, log, clock, taken } = setUp(1000);
  log.refuses = true;
  for (let index = 0; index < 10; index++) outbox.push([event(String(index))]);
  await settle();
  assert.deepEqual(told, ['full']);
  log.refuses = false;
  clock.advance(5_000);
  await settle();
  assert.deepEqual(told, ['full', 'drained']);
  assert.equal(taken.length, 10);
});

test('closing hands over what there is, and gives up on a log that refuses or hangs', async () => {
  const ready = setUp();
  ready.outbox.push([event('1')]);
  await ready.outbox.close(1000);
  assert.deepEqual(ready.taken, ['1']);

  const refusing = setUp();
  refusing.log.refuses = true;
  refusing.outbox.push([event('1')]);
  await refusing.outbox.close(1000);
  assert.equal(refusing.outbox.bytes, 0);

  const clock = new ManualClock();
  const hanging = new Outbox({
    clock,
    logger: silentLogger,
    maxBytes: 1000,
    accept: () => new Promise(() => {}),
    full: () => {},
    drained: () => {},
  });
  hanging.push([event('1')]);
  const closed = hanging.close(1000);
  clock.advance(1000);
  await closed;
});
