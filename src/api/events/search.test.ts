import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import type { EventLog } from '../../log/event-log.ts';
import { everything } from '../../model/scope.ts';
import { eventOf } from '../../../test/support/builders.ts';
import { type EventQuery, searchEvents } from './search.ts';

const all: EventQuery = {
  types: null,
  domain: null,
  call: null,
  extension: null,
  connector: null,
  since: null,
  until: null,
  before: null,
  limit: 50,
};

/** One event a second, alternating between two domains. */
async function filled(count: number): Promise<{ log: EventLog; clock: ManualClock; startedAt: number }> {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const log = createMemoryEventLog({ clock, idWindowMs: 1_000 });
  for (let index = 0; index < count; index++) {
    await log.append([eventOf({ id: `e${index}`, domain: index % 2 === 0 ? 'even' : 'odd' })]);
    clock.advance(1_000);
  }
  return { log, clock, startedAt };
}

async function walk(log: EventLog, query: EventQuery): Promise<number[]> {
  const seqs: number[] = [];
  let before = query.before;
  for (;;) {
    const { events, next } = await searchEvents(log, everything, { ...query, before });
    seqs.push(...events.map(({ seq }) => seq));
    if (next === null) return seqs;
    before = next;
  }
}

const descending = (from: number, to: number): number[] =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index);

test('pages go from the newest back to the oldest, each event once', async () => {
  const { log } = await filled(1_203);
  assert.deepEqual(await walk(log, { ...all, limit: 100 }), descending(1_203, 1));
  assert.deepEqual(await walk(log, { ...all, limit: 1_203 }), descending(1_203, 1));
});

test('filters and the caller’s access narrow it', async () => {
  const { log } = await filled(1_100);
  const odd = await walk(log, { ...all, domain: 'odd', limit: 7 });
  assert.deepEqual(
    odd,
    descending(1_100, 1).filter((seq) => seq % 2 === 0),
  );
  const { events } = await searchEvents(log, { ...everything, domain: 'even' }, { ...all, limit: 1_000 });
  assert.ok(events.every(({ domain }) => domain === 'even'));
  const other = await searchEvents(log, { ...everything, domain: 'even' }, { ...all, domain: 'odd' });
  assert.deepEqual(other.events, []);
  assert.deepEqual(await walk(log, { ...all, types: ['chat.ended'] }), []);
});

test('times are of acceptance: from since on, before until', async () => {
  const { log, startedAt } = await filled(100);
  const since = startedAt + 10_000;
  const until = startedAt + 20_000;
  assert.deepEqual(await walk(log, { ...all, since, until }), descending(20, 11));
  assert.deepEqual(await walk(log, { ...all, until: startedAt }), []);
  assert.deepEqual(await walk(log, { ...all, since: startedAt + 1e9 }), []);
});

test('what retention has taken is not looked for', async () => {
  const { log, startedAt } = await filled(100);
  await log.trim({ acceptedBefore: startedAt + 50_000, limit: 1_000 });
  assert.deepEqual(await walk(log, { ...all, limit: 7 }), descending(100, 51));
  assert.deepEqual(await walk(log, { ...all, until: startedAt + 10_000 }), []);
});
