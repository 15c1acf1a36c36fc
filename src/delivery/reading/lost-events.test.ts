import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import type { Event } from '../../model/event.ts';

const second = 1_000;
const callEvents = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ call: callOf(`${name}${at}`) }));

async function world(): Promise<DeliveryWorld> {
  const made = new DeliveryWorld(1);
  await made.start();
  return made;
}

const expired = (w: DeliveryWorld) =>
  w.store.attempts
    .filter(({ outcome }) => outcome === 'expired')
    .map(({ subscription, seq, detail }) => ({ subscription, seq, detail }));

const trimAll = (w: DeliveryWorld) => w.log.trim({ acceptedBefore: w.clock.now() + 1, limit: 1_000 });

test('events that were trimmed before the router had read them are listed for every receiver that may have wanted them', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const b = await w.subscribe('b.test');
  w.logPage = { ms: second, events: Infinity };
  await w.append(...callEvents('c', 10));
  await w.pass(100);
  await trimAll(w);
  const late = await w.subscribe('late.test');
  await w.append(...callEvents('d', 2));
  await w.pass(10 * second);
  const detail = 'trimmed by retention: events 1 to 10 (at most 10) could not be delivered';
  assert.deepEqual(expired(w), [
    { subscription: a.number, seq: 10, detail },
    { subscription: b.number, seq: 10, detail },
  ]);
  for (const { number } of [a, b, late]) assert.deepEqual(w.firstReceipts(number), [11, 12]);
});

test('the same when they were trimmed while nothing ran', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  w.moods.set('a.test', 'hangs');
  await w.pass(2 * second);
  await w.append(...callEvents('c', 10));
  await w.pass(100);
  await trimAll(w);
  await w.crash(true);
  await w.pass(second);
  const detail = 'trimmed by retention: events 1 to 10 (at most 10) could not be delivered';
  assert.deepEqual(expired(w), [{ subscription: a.number, seq: 10, detail }]);
});

test('an event that our own code fails on is listed, and stops and repeats nothing', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const b = await w.subscribe('b.test', { order: 'none' });
  const read = w.log.read.bind(w.log);
  const broken = (event: Event): Event =>
    event.seq !== 3 ? event : Object.defineProperty({ ...event }, 'call', { get: () => assert.fail('unreadable') });
  w.log.read = async (request) => {
    const page = await read(request);
    return { ...page, events: page.events.map(broken) };
  };
  await w.append(...callEvents('c', 5));
  await w.pass(10 * second);
  assert.deepEqual(
    w.received.filter(({ subscription }) => subscription === a.number).flatMap(({ seqs }) => seqs),
    [1, 2, 4, 5],
  );
  const failed = w.store.attempts.filter(({ outcome }) => outcome === 'not_encoded');
  assert.deepEqual(
    failed.map(({ subscription, seq, detail }) => [subscription, seq, detail]),
    [a, b].map(({ number }) => [number, 3, 'internal: unreadable']),
  );
  assert.equal(w.store.checkpoint?.seq, 5);
});

test('a result that the store can not hold is left out, and all others are kept', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  w.store.unstorable = 7;
  await w.append(...callEvents('c', 20));
  await w.pass(10 * second);
  assert.equal(w.firstReceipts(a.number).length, 20);
  const stored = w.store.attempts.map(({ seq }) => seq).sort((one, two) => one - two);
  assert.deepEqual(
    stored,
    Array.from({ length: 20 }, (_, at) => at + 1).filter((seq) => seq !== 7),
  );
  assert.equal(w.store.checkpoint?.seq, 20);
  assert.equal(w.delivery.trouble(), null);
  assert.equal(w.delivery.endpoints(everything)[0]?.lag, 0);
});
