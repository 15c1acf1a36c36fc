import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../../test/support/builders.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import { everything } from '../../model/scope.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { Filter, Selector, UsersOf } from '../../subscriptions/match-index.ts';
import { DryRuns } from './dry-run.ts';
import type { ReplayRange } from './range.ts';
import type { SelectionDeps } from './selection.ts';

const scope = { reseller: '*', domain: 'acme', user: '*', extension: '*' };

const range = (to: number): ReplayRange => ({ from: 1, to, since: null, until: null, missed: [] });

/** A log of so many events, and so many subscriptions of one endpoint. */
async function createWorld(events: number, of: (number: number) => Partial<Selector>, subscriptions: number) {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  await log.append(Array.from({ length: events }, (_, at) => eventOf({ id: `e${at}` })));
  const one = { endpoint: 1, lane: 1, from: 0, to: Infinity, ...scope, events: ['call.started'], filter: null };
  const registry = {
    subscription: (number: number) => ({ number, endpoint: 1, selection: { enabled: true, scope } }),
    newestSelector: (subscription: number) => ({ subscription, ...one, ...of(subscription) }),
  } as unknown as SelectionDeps['registry'];
  const wanted = {
    ...{ endpoint: 1, scope, events: null, filter: null },
    subscriptions: Array.from({ length: subscriptions }, (_, at) => at + 1),
  };
  const count = (usersOf: UsersOf | undefined, changes: { events?: EventType[] } = {}) => {
    const runs = new DryRuns({ clock, log, registry, usersOf, compile: () => () => true });
    return runs.count(everything, { ...wanted, ...changes }, range(log.head()));
  };
  return { clock, count };
}

test('what a dry run that finds nothing costs does not grow with subscriptions that don’t match', async () => {
  const { count } = await createWorld(500, (number) => ({ user: `user${number}` }), 2_000);
  let asked = 0;
  const usersOf: UsersOf = () => (asked++, ['somebody']);
  const counted = await count(usersOf);
  assert.deepEqual([counted?.lookedUpTo, counted?.leftOut], [500, { scope: 500, type: 0, filter: 0 }]);
  assert.ok(asked <= 500 * 4, `${asked}`);
});

test('what stands in the way is found out without asking a filter again', async () => {
  const types: EventType[] = ['leg.ringing', 'call.started', 'leg.ringing'];
  let looks = 0;
  const filter: Filter = () => (looks++, false);
  const { count } = await createWorld(100, (number) => ({ events: [types[number % 3] as EventType], filter }), 30);
  assert.deepEqual((await count(undefined))?.leftOut, { scope: 0, type: 0, filter: 100 });
  assert.equal(looks, 100 * 10);
  assert.deepEqual((await count(undefined, { events: ['leg.ringing'] }))?.leftOut, { scope: 0, type: 100, filter: 0 });
  assert.equal(looks, 100 * 10);
});

test('a dry run ends in the middle of a page when its time is up, and lets others have their turn before', async () => {
  const { clock, count } = await createWorld(500, () => ({ user: 'bob', filter: () => false }), 1);
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns++;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const counted = await count(() => (clock.compute(10), []));
  isOver = true;
  assert.ok(counted);
  const { lookedUpTo, leftOut } = counted;
  assert.ok(lookedUpTo >= 50 && lookedUpTo < 200, `${lookedUpTo}`);
  assert.equal(leftOut?.scope, lookedUpTo);
  assert.ok(clock.monotonic() < 3_100, `${clock.monotonic()}`);
  assert.ok(turns >= lookedUpTo / 2, `${turns} turns`);
});
