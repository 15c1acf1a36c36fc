import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { type Access, everything } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { defaultEngineLimits } from '../engine-parts.ts';
import { defaultLaneLimits } from '../lane/limits.ts';
import type { ReplayRequest, ReplayView } from './management.ts';
import { defaultReplayLimits } from './replay-book.ts';

const second = 1_000;
const minute = 60_000;
const callEvent = (call: string) => ({ call: callOf(call) });
const callEvents = (name: string, count: number) => Array.from({ length: count }, (_, at) => callEvent(`${name}${at}`));
const retry = { maxAttempts: 3, delaysMs: [10 * second], jitter: 0 };
const all = { from: { seq: 1 }, to: null, events: null, filter: null, ratePerSecond: 10_000 };

async function world(limits: ConstructorParameters<typeof DeliveryWorld>[1] = {}): Promise<DeliveryWorld> {
  const made = new DeliveryWorld(1, limits);
  await made.start();
  return made;
}

async function replay(w: DeliveryWorld, { id }: Subscription, changes: Partial<ReplayRequest> = {}): Promise<number> {
  const started = await w.delivery.replays.start(everything, { ...all, of: { subscription: id }, ...changes });
  assert.ok('replay' in started, JSON.stringify(started));
  return started.replay.order.number;
}

const view = (w: DeliveryWorld, number: number): ReplayView => {
  const found = w.delivery.replays.get(everything, number);
  assert.ok(found);
  return found;
};
const facts = (w: DeliveryWorld, number: number) => {
  const { mark, counts } = view(w, number);
  return { state: mark.state, reason: mark.reason, delivered: counts.delivered, cancelled: counts.cancelled };
};

async function edit(w: DeliveryWorld, { id }: Subscription, change: (now: Subscription) => Partial<Subscription>) {
  const editing = w.delivery.subscriptions.update(everything, id, (now) => ({ draft: { ...now, ...change(now) } }));
  await w.pass(50);
  await editing;
}

test('delivers the range again, with ids of its own, and then is done', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  await w.append(...callEvents('c', 10));
  await w.pass(second);
  const number = await replay(w, a, { from: { seq: 3 }, to: { seq: 7 } });
  assert.equal(w.delivery.figures().replays, 1);
  assert.deepEqual(w.delivery.figures().activeReplays, { queued: 0, running: 1, cancelling: 0, behind: 5 });
  await w.pass(second);
  assert.equal(w.delivery.figures().replays, 0);
  assert.deepEqual(w.delivery.figures().activeReplays, { queued: 0, running: 0, cancelling: 0, behind: 0 });
  assert.equal(w.reports.filter((report) => report.replay === number).length, 5);
  assert.deepEqual(w.firstReceipts(a.number, number), [3, 4, 5, 6, 7]);
  const ids = w.received.filter((one) => one.replay === number).map(({ deliveryId }) => deliveryId);
  assert.deepEqual(
    ids,
    [3, 4, 5, 6, 7].map((seq) => `${a.number}-${seq}-r${number}`),
  );
  assert.deepEqual(facts(w, number), { state: 'done', reason: null, delivered: 5, cancelled: 0 });
  const { share, mark } = view(w, number);
  assert.deepEqual([share, mark.cursor], [1, 7]);
  await w.append(callEvent('later'));
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.equal(w.firstReceipts(a.number, number).length, 5);
});

test('a range by time is one by when events were accepted, and ends with the newest there is when it is asked for', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const times: number[] = [];
  for (let at = 0; at < 6; at++) {
    times.push(w.clock.now());
    await w.append(callEvent(`c${at}`));
    await w.pass(minute);
  }
  const [, from = 0, , , until = 0] = times;
  const number = await replay(w, a, { from: { time: from }, to: { time: until } });
  const open = await w.subscribe('a.test');
  const rest = await replay(w, open, { from: { time: until } });
  await w.append(callEvent('new'));
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number, number), [2, 3, 4]);
  assert.deepEqual(w.firstReceipts(open.number, rest), [5, 6]);
  const { order } = view(w, number);
  assert.deepEqual([order.from, order.to, order.since, order.until], [2, 4, from, until]);
});

test('what the subscription wants now decides, then the types and the filter of the replay', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { selection: { events: ['call.started'], filter: 'extension == "101"' } });
  const event = (type: 'call.started' | 'call.ended', extension: string) => ({ type, extension, call: callOf('c') });
  await w.append(event('call.started', '101'), event('call.ended', '101'), event('call.ended', '102'));
  await w.append(event('call.started', '102'), event('leg.ringing' as 'call.ended', '102'));
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number), [1]);
  const corrected = { events: ['call.started', 'call.ended'] as const, filter: null };
  await edit(w, a, ({ selection }) => ({ selection: { ...selection, ...corrected } }));
  const whole = await replay(w, a);
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number, whole), [1, 2, 3, 4]);
  const narrow = await replay(w, a, { events: ['call.ended', 'leg.ringing'], filter: 'extension == "102"' });
  await w.pass(second);
  assert.deepEqual(w.firstReceipts(a.number, narrow), [3]);
  const refused = await w.delivery.replays.start(everything, {
    ...all,
    of: { subscription: a.id },
    filter: 'nonsense(',
  });
  assert.equal('refusal' in refused && refused.refusal.kind, 'filter');
});

test('shares the window with the live lane: half of it at most, and never more than the whole of it', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { target: { maxInFlight: 4 } });
  await w.append(...callEvents('c', 100));
  await w.pass(minute);
  w.moods.set('a.test', 'slow');
  w.mostUnderWay.clear();
  const number = await replay(w, a);
  await w.pass(second);
  assert.equal(w.mostUnderWay.get('a.test'), 2);
  for (let at = 0; at < 30; at++) {
    await w.append(callEvent(`live${at}`));
    await w.pass(100);
  }
  assert.equal(w.mostUnderWay.get('a.test'), 4);
  w.moods.clear();
  await w.pass(minute);
  assert.equal(w.mostUnderWay.get('a.test'), 4);
  assert.equal(w.firstReceipts(a.number, number).length, 100);
  assert.equal(w.firstReceipts(a.number).length, 130);
});

test('goes no faster than it is asked to, and keeps no live event to that', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  await w.append(...callEvents('c', 300));
  await w.pass(minute);
  const number = await replay(w, a, { ratePerSecond: 10 });
  await w.append(...callEvents('live', 50));
  await w.pass(10 * second);
  const sent = w.firstReceipts(a.number, number).length;
  assert.ok(sent >= 98 && sent <= 102, `${sent} in 10 s`);
  assert.equal(w.firstReceipts(a.number).length, 350);
  await w.pass(minute);
  assert.equal(view(w, number).mark.state, 'done');
});

test('live events go first, however much there is to replay', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { target: { maxInFlight: 2 } });
  await w.append(...callEvents('c', 2_000));
  await w.pass(minute);
  const number = await replay(w, a);
  await w.pass(100);
  const waits: number[] = [];
  for (let at = 0; at < 50; at++) {
    const before = w.received.length;
    const sentAt = w.clock.monotonic();
    await w.append(callEvent(`live${at}`));
    await w.pass(50);
    const receipt = w.received.slice(before).find((one) => one.replay === 0);
    assert.ok(receipt, 'not within 50 ms');
    waits.push(receipt.at - sentAt);
  }
  assert.ok(w.firstReceipts(a.number, number).length < 2_000);
  // One of two requests is the replay's at most, and takes 20 ms at most.
  assert.ok(Math.max(...waits) <= 20, waits.join());
});

test('a receiver that fails is left alone by replays as well, and both go on when it is back', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry: { ...retry, maxAttempts: 20 } });
  await w.append(...callEvents('c', 200));
  await w.pass(minute);
  w.moods.set('a.test', 'fails');
  await w.append(...callEvents('d', 10));
  await w.pass(second);
  assert.equal(w.delivery.endpoints(everything)[0]?.breaker, 'open');
  const before = w.store.attempts.length;
  const number = await replay(w, a);
  await w.pass(10 * second);
  assert.ok(w.store.attempts.length - before < 25, `${w.store.attempts.length - before} attempts`);
  w.moods.clear();
  await w.pass(5 * minute);
  assert.equal(w.firstReceipts(a.number).length, 210);
  assert.equal(w.firstReceipts(a.number, number).length, 210);
  assert.equal(view(w, number).mark.state, 'done');
});

test('with nothing live to send, a replay finds out by itself that the receiver is back', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry });
  await w.append(...callEvents('c', 50));
  await w.pass(minute);
  w.moods.set('a.test', 'fails');
  const number = await replay(w, a);
  await w.pass(2 * minute);
  assert.equal(w.delivery.endpoints(everything)[0]?.breaker, 'open');
  w.moods.clear();
  await w.pass(10 * minute);
  assert.equal(view(w, number).mark.state, 'done');
  const { delivered, cancelled } = view(w, number).counts;
  assert.equal(delivered + cancelled, 50);
  assert.ok(delivered > 30);
});

test('cancelled, it starts nothing more: what is parked is listed, what is under way ends', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry, target: { maxInFlight: 2 } });
  await w.append(...callEvents('c', 300));
  await w.pass(minute);
  for (let at = 0; at < 20; at++) w.callMoods.set(`c${at}`, 'refuses');
  const number = await replay(w, a);
  await w.pass(500);
  assert.ok(view(w, number).parked > 5);
  const cancelled = await w.delivery.replays.cancel(everything, number);
  assert.equal(cancelled?.replay.mark.state, 'cancelling');
  const before = w.received.length;
  await w.pass(minute);
  assert.ok(w.received.length - before <= 1);
  assert.deepEqual([...w.store.parked.values()], []);
  const { mark, counts, share } = view(w, number);
  assert.deepEqual([mark.state, mark.reason], ['cancelled', 'replay_cancelled']);
  assert.ok(share > 0 && share < 1);
  assert.equal(counts.delivered, w.firstReceipts(a.number, number).length);
  const rows = w.store.attempts.filter((row) => row.replay === number && row.outcome === 'cancelled');
  assert.deepEqual(new Set(rows.map(({ detail }) => detail)), new Set(['replay_cancelled']));
  assert.equal(rows.length, counts.cancelled);
  assert.equal((await w.delivery.replays.cancel(everything, number))?.ended, true);
});

test('a crash in the middle costs a few repetitions with the same ids, and nothing else', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry, target: { maxInFlight: 4 } });
  await w.append(...callEvents('c', 400), ...callEvents('c', 100));
  await w.pass(minute);
  w.callMoods.set('c3', 'refuses');
  w.callMoods.set('c7', 'flaky');
  const number = await replay(w, a);
  for (let crash = 0; crash < 6; crash++) {
    await w.pass(300);
    await w.crash(crash % 2 === 0);
  }
  await w.pass(minute);
  assert.deepEqual(w.violations, []);
  const { mark, counts } = view(w, number);
  assert.equal(mark.state, 'done');
  const settled = counts.delivered + counts.cancelled;
  assert.equal(settled, 500, JSON.stringify(counts));
  const received = new Set(w.firstReceipts(a.number, number));
  const givenUp = w.store.attempts.filter((row) => row.replay === number && row.outcome === 'cancelled');
  for (let seq = 1; seq <= 500; seq++) assert.ok(received.has(seq) || givenUp.some((row) => row.seq === seq), `${seq}`);
  assert.ok(w.received.filter((one) => one.replay === number).length < 500 + 6 * 20);
});

test('one that was cancelled just before a crash is cancelled after it, and sends nothing more', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry });
  await w.append(...callEvents('c', 300));
  await w.pass(minute);
  for (let at = 0; at < 5; at++) w.callMoods.set(`c${at}`, 'refuses');
  const number = await replay(w, a);
  await w.pass(200);
  await w.delivery.replays.cancel(everything, number);
  await w.crash(false);
  w.callMoods.clear();
  const before = w.received.length;
  await w.pass(minute);
  assert.equal(w.received.length, before);
  assert.equal(view(w, number).mark.state, 'cancelled');
  assert.deepEqual([...w.store.parked.values()], []);
});

test('a subscription that is disabled, deleted or moved takes its replay along', async () => {
  for (const [name, end] of [
    ['subscription_disabled', (now: Subscription) => ({ selection: { ...now.selection, enabled: false } })],
    ['subscription_moved', (now: Subscription) => ({ target: { ...now.target, url: 'https://b.test/hook' } })],
    ['subscription_deleted', null],
  ] as const) {
    const w = await world();
    const a = await w.subscribe('a.test', { retry });
    await w.subscribe('a.test', { retry });
    await w.append(...callEvents('c', 300));
    await w.pass(minute);
    const number = await replay(w, a);
    await w.pass(50);
    if (end) await edit(w, a, end);
    else await w.delivery.subscriptions.remove(everything, a.id);
    await w.pass(minute);
    assert.equal(facts(w, number).state, 'cancelled', name);
    assert.equal(facts(w, number).reason, name);
    assert.ok(w.firstReceipts(a.number, number).length < 100);
    assert.equal(w.store.replays.rows.get(number)?.mark.state, 'cancelled');
  }
});

test('one alone on its endpoint takes its replay along to a new address', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { retry });
  await w.append(...callEvents('c', 50));
  await w.pass(minute);
  w.moods.set('a.test', 'fails');
  const number = await replay(w, a);
  await w.pass(second);
  await edit(w, a, ({ target }) => ({ target: { ...target, url: 'https://b.test/hook' } }));
  await w.pass(minute);
  assert.equal(view(w, number).mark.state, 'done');
  assert.equal(w.firstReceipts(a.number, number).length, 50);
});

test('of an endpoint: all its subscriptions of the caller, and those that leave are left out', async () => {
  const w = await world();
  const scopeOf = (extension: string) => ({ reseller: '*', domain: 'acme', user: 'bob', extension });
  const bob: Access = { reseller: '*', domain: 'acme', user: 'bob', extension: '*' };
  const a = await w.subscribe('a.test', { target: { name: 'crm' } });
  const b = await w.subscribe('a.test', { target: { name: 'crm' }, selection: { events: ['call.started'] } });
  const own = await w.subscribe('a.test', { target: { name: 'crm' }, selection: { scope: scopeOf('*') } });
  await w.append(...callEvents('c', 300).map((event) => ({ ...event, user: 'bob' })));
  await w.pass(minute);
  assert.notEqual(a.endpoint, own.endpoint);
  const started = await w.delivery.replays.start(everything, { ...all, of: { endpoint: a.endpoint } });
  assert.ok('replay' in started);
  const { number, subscriptions } = started.replay.order;
  assert.deepEqual(subscriptions, [a.number, b.number]);
  await w.pass(50);
  await edit(w, b, ({ selection }) => ({ selection: { ...selection, enabled: false } }));
  await w.pass(minute);
  assert.equal(w.firstReceipts(a.number, number).length, 300);
  assert.ok(w.firstReceipts(b.number, number).length < 150);
  assert.equal(facts(w, number).state, 'done');
  const narrow = await w.delivery.replays.start(bob, { ...all, of: { endpoint: own.endpoint } });
  assert.deepEqual('replay' in narrow && narrow.replay.order.subscriptions, [own.number]);
  assert.deepEqual(
    w.delivery.replays.list(bob, { before: Infinity, limit: 10 }).map(({ order }) => order.of),
    ['endpoint'],
  );
  assert.equal(w.delivery.replays.get(bob, number), null);
  assert.equal(await w.delivery.replays.cancel(bob, number), null);
  const nothing = await w.delivery.replays.start(bob, { ...all, of: { subscription: a.id } });
  assert.deepEqual(nothing, { refusal: { kind: 'subscription_not_found' } });
});

test('one at a time for a subscription, and a few at a time for a domain and the server; others wait', async () => {
  const replays = { ...defaultReplayLimits, running: 3, runningPerDomain: 2, activePerDomain: 4 };
  const w = await world({ ...defaultEngineLimits, replays });
  const domainOf = (domain: string) => ({ scope: { reseller: '*', domain, user: '*', extension: '*' } });
  const subscriptions: Subscription[] = [];
  for (let at = 0; at < 7; at++) {
    const selection = domainOf(at < 5 ? 'acme' : 'globex');
    subscriptions.push(await w.subscribe(`h${at}.test`, { selection, target: { maxInFlight: 1 } }));
  }
  const events = callEvents('c', 20);
  await w.append(...events, ...events.map((event) => ({ ...event, domain: 'globex' })));
  await w.pass(minute);
  const started: number[] = [];
  for (const at of [0, 1, 2, 3, 5, 6]) started.push(await replay(w, subscriptions[at] as Subscription));
  const states = () => started.map((number) => view(w, number).mark.state);
  assert.deepEqual(states(), ['running', 'running', 'queued', 'queued', 'running', 'queued']);
  const again = await w.delivery.replays.start(everything, {
    ...all,
    of: { subscription: subscriptions[2]?.id ?? '' },
  });
  assert.deepEqual(again, { refusal: { kind: 'running', replay: started[2] } });
  const fifth = await w.delivery.replays.start(everything, {
    ...all,
    of: { subscription: subscriptions[4]?.id ?? '' },
  });
  assert.deepEqual(fifth, { refusal: { kind: 'too_many' } });
  await w.delivery.replays.cancel(everything, started[3] ?? 0);
  await w.crash(true);
  await w.pass(minute);
  assert.deepEqual(states(), ['done', 'done', 'done', 'cancelled', 'done', 'done']);
  assert.deepEqual(
    [0, 1, 2, 3, 5, 6].map((at, place) => w.firstReceipts(subscriptions[at]?.number ?? 0, started[place]).length),
    [20, 20, 20, 0, 20, 20],
  );
});

test('what retention has taken, before it begins or while it reads, is told with its range', async () => {
  const w = await world({ ...defaultEngineLimits, lane: { ...defaultLaneLimits, waiting: 20 } });
  const a = await w.subscribe('a.test', { target: { maxInFlight: 1 } });
  for (let at = 0; at < 40; at++) {
    await w.append(...callEvents(`c${at}-`, 10));
    await w.pass(second);
  }
  const trim = (keepMs: number) => w.log.trim({ acceptedBefore: w.clock.now() - keepMs, limit: 1_000 });
  await trim(30 * second);
  const floor = w.log.floor();
  assert.ok(floor > 50);
  w.moods.set('a.test', 'slow');
  const other = await w.subscribe('b.test');
  const number = await replay(w, a, { from: { seq: 11 } });
  const byTime = await replay(w, other, { from: { time: 0 } });
  assert.deepEqual(view(w, number).mark.missed, [{ from: 11, to: floor }]);
  assert.deepEqual(view(w, byTime).mark.missed, [{ from: null, to: floor }]);
  assert.equal(view(w, number).order.from, floor + 1);
  w.store.failing = true;
  await w.pass(10 * second);
  await trim(2 * second);
  w.store.failing = false;
  w.moods.clear();
  await w.pass(5 * minute);
  const { mark, counts } = view(w, number);
  assert.equal(mark.state, 'done');
  assert.deepEqual(mark.missed.at(-1)?.to, w.log.floor());
  assert.ok(counts.delivered + counts.expired < 330);
});

test('an event past its subscription’s time limit is not delivered again, but counted', async () => {
  const w = await world();
  const a = await w.subscribe('a.test', { expireAfterMs: { 'call.started': minute } });
  await w.append(...callEvents('c', 5));
  await w.pass(2 * minute);
  await w.append(...callEvents('d', 5));
  await w.pass(second);
  const request = { ...all, of: { subscription: a.id } };
  const counted = await w.delivery.replays.dryRun(everything, request);
  assert.deepEqual(counted, {
    result: { from: 1, to: 10, matched: 10, expired: 5, lookedUpTo: 10, missed: [], leftOut: null },
  });
  const number = await replay(w, a);
  await w.pass(second);
  const { counts } = view(w, number);
  assert.deepEqual([counts.delivered, counts.expired], [5, 5]);
});

test('a dry run delivers nothing, and says how far it looked', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  await w.append(...callEvents('c', 50));
  await w.pass(minute);
  const received = w.received.length;
  const request = { ...all, of: { subscription: a.id }, filter: 'seq > 20', to: { seq: 40 } };
  w.logPage = { ms: 1_000, events: 5 };
  const counting = w.delivery.replays.dryRun(everything, request);
  await w.pass(minute);
  const counted = await counting;
  assert.ok('result' in counted);
  const { lookedUpTo, matched } = counted.result;
  assert.ok(lookedUpTo >= 10 && lookedUpTo < 40, `${lookedUpTo}`);
  assert.equal(matched, Math.max(0, lookedUpTo - 20));
  assert.equal(w.received.length, received);
  assert.deepEqual(w.delivery.replays.list(everything, { before: Infinity, limit: 10 }), []);
});

test('a dry run that finds nothing says what stands in the way', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const other = await w.subscribe('b.test', {
    selection: { scope: { reseller: '*', domain: 'other', user: '*', extension: '*' } },
  });
  await w.append(...callEvents('c', 5));
  await w.pass(minute);
  const leftOut = async (id: string, more: object) => {
    const counted = await w.delivery.replays.dryRun(everything, { ...all, of: { subscription: id }, ...more });
    assert.ok(counted && 'result' in counted);
    return counted.result.leftOut;
  };
  assert.equal(await leftOut(a.id, {}), null);
  assert.deepEqual(await leftOut(a.id, { filter: 'seq > 20' }), { scope: 0, type: 0, filter: 5 });
  assert.deepEqual(await leftOut(a.id, { events: ['leg.ringing'] }), { scope: 0, type: 5, filter: 0 });
  assert.deepEqual(await leftOut(other.id, {}), { scope: 0, type: 0, filter: 0 });
});

test('a dry run counts no events that the caller may not see', async () => {
  const w = await world();
  const scope = { reseller: 'r1', domain: '*', user: '*', extension: '*' };
  const a = await w.subscribe('a.test', { selection: { scope } });
  const user = { ...scope, domain: 'acme', user: 'bob' };
  const b = await w.subscribe('b.test', { selection: { scope: { ...user, extension: '103' } } });
  const ours = { reseller: 'r1', domain: 'acme' };
  await w.append(ours, { ...ours, user: 'bob' }, { ...ours, extension: '102' }, { reseller: 'r2', domain: 'globex' });
  await w.append({ reseller: 'r2', domain: 'acme', user: 'bob' });
  await w.pass(minute);
  const leftOut = async (access: Access, { id }: Subscription, events: ReplayRequest['events'] = ['leg.ringing']) => {
    const counted = await w.delivery.replays.dryRun(access, { ...all, of: { subscription: id }, events });
    assert.ok('result' in counted);
    return counted.result.leftOut;
  };
  assert.deepEqual(await leftOut(everything, a), { scope: 2, type: 3, filter: 0 });
  assert.deepEqual(await leftOut(scope, a), { scope: 0, type: 3, filter: 0 });
  assert.deepEqual(await leftOut(everything, b, null), { scope: 4, type: 0, filter: 0 });
  assert.deepEqual(await leftOut({ ...scope, domain: 'acme' }, b, null), { scope: 3, type: 0, filter: 0 });
  assert.deepEqual(await leftOut(user, b, null), { scope: 1, type: 0, filter: 0 });
  assert.deepEqual(await leftOut({ ...user, owned: ['102'] }, b, null), { scope: 2, type: 0, filter: 0 });
});

test('of another log than the one it was asked for, nothing is replayed', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  await w.append(...callEvents('c', 50));
  await w.pass(minute);
  const number = await replay(w, a);
  const row = w.store.replays.rows.get(number);
  assert.ok(row);
  w.store.crash(false);
  w.store.replays.rows.set(number, { ...row, order: { ...row.order, log: 'another' } });
  await w.crash(false);
  await w.pass(minute);
  assert.deepEqual(facts(w, number), { state: 'cancelled', reason: 'log_replaced', delivered: 0, cancelled: 0 });
});

test('ended ones are forgotten with their attempts, and the oldest where a domain has very many', async () => {
  const w = await world({ ...defaultEngineLimits, replays: { ...defaultReplayLimits, endedPerDomain: 3 } });
  const a = await w.subscribe('a.test');
  await w.append(callEvent('c'));
  const numbers: number[] = [];
  for (let at = 0; at < 5; at++) {
    numbers.push(await replay(w, a));
    await w.pass(minute);
  }
  const listed = () =>
    w.delivery.replays.list(everything, { before: Infinity, limit: 10 }).map(({ order }) => order.number);
  await w.delivery.replays.forget(0);
  assert.deepEqual(listed(), numbers.slice(2).reverse());
  await w.delivery.replays.forget(w.clock.now() - 90 * second);
  assert.deepEqual(listed(), numbers.slice(4));
  assert.deepEqual([...w.store.replays.rows.keys()], numbers.slice(4));
});

test('live deliveries are the same with and without replays, attempt for attempt', async () => {
  const hosts = ['a.test', 'b.test'] as const;
  const plan = fc.record({
    refused: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
    rounds: fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }), { maxLength: 15 }),
    replays: fc.array(fc.record({ round: fc.nat(14), host: fc.nat(1), from: fc.nat(40) }), {
      minLength: 1,
      maxLength: 6,
    }),
    window: fc.constantFrom(1, 2, 5),
  });
  type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
  const live = async ({ refused, rounds, replays, window }: Plan, isReplayed: boolean): Promise<string[]> => {
    const w = await world();
    const subscriptions: Subscription[] = [];
    for (const host of hosts) subscriptions.push(await w.subscribe(host, { retry, target: { maxInFlight: window } }));
    for (const call of refused) w.callMoods.set(`c${call}`, 'refuses');
    for (const [round, calls] of rounds.entries()) {
      await w.append(...calls.map((call) => callEvent(`c${call}`)));
      for (const { host, from } of isReplayed ? replays.filter((one) => one.round === round) : []) {
        const { id } = subscriptions[host] as Subscription;
        await w.delivery.replays.start(everything, { ...all, of: { subscription: id }, from: { seq: from + 1 } });
      }
      await w.pass(200);
    }
    await w.pass(5 * minute);
    assert.deepEqual(w.violations, []);
    const rows = w.store.attempts.filter((row) => row.replay === 0);
    return rows.map(({ subscription, seq, attempt, outcome }) => `${subscription}-${seq} ${attempt} ${outcome}`).sort();
  };
  await fc.assert(
    fc.asyncProperty(plan, async (facts) => assert.deepEqual(await live(facts, true), await live(facts, false))),
    { numRuns: 60 },
  );
});
