import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { eventOf } from '../../../test/support/builders.ts';
import { createScriptedSender } from '../../../test/support/scripted-sender.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import type { AttemptReport } from '../attempt-observer.ts';
import type { AttemptRow } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { reasonOf } from './cancelled-event.ts';
import { GivenUpTeller } from './given-up-teller.ts';

const scope = { reseller: 'r1', domain: 'acme', user: '*', extension: '*' };
const subscription = { number: 3, selection: { scope } } as Subscription;
const rowOf = (seq: number, change: Partial<AttemptRow> = {}): AttemptRow => ({
  subscription: 3,
  endpoint: 7,
  seq,
  replay: 0,
  batch: seq,
  attempt: 5,
  outcome: 'cancelled',
  status: 503,
  startedAt: 1_000,
  durationMs: 5,
  detail: 'http_503',
  ...change,
});

function createTeller(typeOf: (seq: number) => NewEvent['type'] = () => 'call.started') {
  const clock = new ManualClock();
  const said: NewEvent[] = [];
  const eventAt = (seq: number): Event => ({ ...eventOf({ id: `e${seq}`, type: typeOf(seq) }), seq, acceptedAt: '' });
  const teller = new GivenUpTeller({
    clock,
    logger: silentLogger,
    log: { get: (seqs) => Promise.resolve(seqs.map(eventAt)) },
    audit: { write: ({ events = [] }) => Promise.resolve(void said.push(...events)) },
  });
  const second = async (): Promise<void> => {
    clock.advance(1_000);
    await new Promise(setImmediate);
  };
  return { teller, clock, said, second };
}

test('what was given up is said after a second, with why, how often it was tried, and whose it is', async () => {
  const { teller, said, second } = createTeller();
  teller.recorded(rowOf(4), subscription);
  teller.recorded(rowOf(5, { outcome: 'failed' }), subscription);
  teller.recorded(rowOf(6, { outcome: 'skipped' }), subscription);
  assert.deepEqual(said, []);
  await second();
  const [first, ...rest] = said as readonly NewEvent[];
  assert.ok(first && rest.length === 0);
  const { type, domain, reseller, connector, data } = first;
  assert.deepEqual([type, domain, reseller, connector], ['delivery.cancelled', 'acme', 'r1', 'offhook']);
  assert.deepEqual(data, {
    subscription: 3,
    endpoint: 7,
    eventId: 'e4',
    eventSeq: 4,
    eventType: 'call.started',
    reason: 'attempts_used_up',
    attempts: 5,
    lastStatus: 503,
    lastError: 'http_503',
    more: 0,
  });
});

test('what a flush lists is said in its transaction, within the limits of a second, and not again', async () => {
  const { teller, said, second } = createTeller();
  const claim = async () => ((await teller.claim()) ?? []).map(({ data }) => [data['eventSeq'], data['more']]);
  assert.equal(teller.claim(), null);
  for (const seq of [1, 2]) teller.recorded(rowOf(seq), subscription);
  assert.deepEqual(await claim(), [
    [1, 0],
    [2, 0],
  ]);
  assert.equal(teller.claim(), null);
  for (let seq = 3; seq <= 50; seq++) teller.recorded(rowOf(seq), subscription);
  assert.deepEqual((await claim()).at(-1), [10, 40]);
  teller.recorded(rowOf(51), subscription);
  assert.equal(teller.claim(), null);
  await second();
  assert.deepEqual(
    said.map(({ data }) => data['eventSeq']),
    [51],
  );
});

const reportOf = (change: Partial<AttemptReport> = {}): AttemptReport => ({
  endpoint: { number: 7 } as AttemptReport['endpoint'],
  subscription: { ...subscription, retry: { maxAttempts: 6, delaysMs: [1], jitter: 0 } },
  subscriptionNumber: 3,
  events: [{ ...eventOf({ id: 'e4', type: 'call.started' }), seq: 4, acceptedAt: '' }],
  seq: 4,
  size: 1,
  attempt: 3,
  verdict: {
    ...{ outcome: 'failed', requested: true, status: 503, detail: 'http_503', retryAfterMs: null },
    ...{ startedAt: 1_000, durationMs: 5 },
  },
  outcome: 'failed',
  retryInMs: 60_000,
  breaker: 'closed',
  parked: 1,
  replay: null,
  ...change,
});

test('an endpoint that fails through half of a plan is warned of once, until it takes something', async () => {
  const { teller } = createTeller();
  const claim = async () => (await teller.claim()) ?? [];
  teller.attempted(reportOf({ attempt: 2 }));
  assert.equal(teller.claim(), null);
  teller.attempted(reportOf());
  const [warning, ...rest] = await claim();
  assert.ok(warning && rest.length === 0);
  assert.deepEqual([warning.type, warning.domain], ['delivery.failing', 'acme']);
  assert.deepEqual(warning.data, {
    ...{ subscription: 3, endpoint: 7, eventId: 'e4', eventSeq: 4, eventType: 'call.started' },
    ...{ attempts: 3, maxAttempts: 6, nextAttemptAt: new Date(61_005).toISOString() },
    ...{ lastStatus: 503, lastError: 'http_503' },
  });
  teller.attempted(reportOf({ attempt: 4, seq: 5 }));
  assert.equal(teller.claim(), null);
  teller.attempted(reportOf({ outcome: 'delivered', attempt: 5 }));
  teller.attempted(reportOf({ attempt: 3, seq: 6 }));
  assert.equal((await claim()).length, 1);
  const about = { ...eventOf({ id: 'x', type: 'delivery.failing' }), seq: 9, acceptedAt: '' };
  teller.attempted(reportOf({ endpoint: { number: 8 } as AttemptReport['endpoint'], events: [about] }));
  assert.deepEqual(await claim(), []);
});

test('each reason', () => {
  const of = (change: Partial<AttemptRow>) => reasonOf(rowOf(1, change));
  assert.equal(of({ status: 410 }), 'gone');
  assert.equal(of({ detail: 'subscription_disabled', status: 0 }), 'disabled');
  assert.equal(of({ detail: 'subscription_deleted', status: 0 }), 'deleted');
  assert.equal(of({ outcome: 'expired' }), 'expired');
  assert.equal(of({ outcome: 'not_encoded' }), 'not_encoded');
  for (const outcome of ['delivered', 'failed', 'skipped'] as const) assert.equal(of({ outcome }), null);
  for (const detail of ['replay_cancelled', 'subscription_moved']) assert.equal(of({ detail, replay: 3 }), null);
});

test('a mass of them is counted, not said one by one; who waits is counted on', async () => {
  const { teller, said, second } = createTeller();
  for (let seq = 1; seq <= 100_000; seq++) teller.recorded(rowOf(seq), subscription);
  for (let number = 10; number < 160; number++) {
    teller.recorded(rowOf(1, { subscription: number }), { ...subscription, number });
  }
  await second();
  const ofMass = said.filter(({ data }) => data['subscription'] === 3);
  assert.deepEqual(
    ofMass.map(({ data }) => data['more']),
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 99_990],
  );
  const inFirst = said.length;
  assert.equal(inFirst, 100);
  await second();
  await second();
  assert.equal(said.length, 160);
  assert.equal(new Set(said.map(({ id }) => id)).size, 160);
});

test('no such event is made about another one; of a removed subscription, it is said in its scope', async () => {
  const { teller, said, second } = createTeller((seq) => (seq === 1 ? 'delivery.cancelled' : 'call.started'));
  teller.recorded(rowOf(1), subscription);
  teller.recorded(rowOf(2), subscription);
  await second();
  assert.deepEqual(
    said.map(({ data }) => [data['eventSeq'], data['more']]),
    [[2, 0]],
  );
  teller.recorded(rowOf(3, { subscription: 9, detail: 'subscription_deleted' }), undefined);
  teller.removed({ ...subscription, number: 9 });
  teller.recorded(rowOf(4, { subscription: 9, detail: 'subscription_deleted' }), undefined);
  await teller.stop();
  assert.deepEqual(
    said.map(({ data }) => data['eventSeq']),
    [2, 4],
  );
});

test('410 is told of as subscription.disabled, to others, and never to the endpoint it is about', async () => {
  const sender = createScriptedSender();
  const world = await createApiWorld({ sender });
  const made = async (host: string, events: string[]) => {
    const body = { name: host, dialect: 'cloudevents', events, endpoint: { url: `https://${host}/hook` } };
    return (await world.post('/v1/subscriptions', body)).json<{ id: string; number: number }>();
  };
  try {
    const gone = await made('gone.example', ['call.started']);
    const beside = await made('gone.example', ['subscription.disabled']);
    const other = await made('other.example', ['subscription.disabled']);
    sender.answers.set('gone.example', 410);
    await world.post('/v1/events', { type: 'call.started', call: { id: 'c1' } });
    await sender.came(2);
    await world.announcer.idle();
    const { items } = (await world.ask({ url: '/v1/events?type=subscription.disabled' })).json();
    assert.equal(items.length, 1);
    const [{ id, data }] = items;
    assert.deepEqual([data.subscription, data.reason, data.by, data.lastStatus], [gone.number, 'gone', 'Offhook', 410]);
    const why = (await world.ask({ url: `/v1/events/${id}/why` })).json();
    const answers = new Map(
      why.items.map((one: { subscription: number; answer: string }) => [one.subscription, one.answer]),
    );
    assert.equal(answers.get(beside.number), 'about_itself');
    assert.ok(['delivered', 'under_way'].includes(String(answers.get(other.number))));
    assert.deepEqual(
      sender.requests.map(({ url }) => new URL(url).host),
      ['gone.example', 'other.example'],
    );
  } finally {
    await world.stop();
  }
});

test('who can’t wait for the second has it said at once', async () => {
  const { teller, said } = createTeller();
  for (let seq = 1; seq <= 3; seq++) teller.recorded(rowOf(seq), subscription);
  await teller.told();
  assert.equal(said.length, 3);
  await teller.told();
  assert.equal(said.length, 3);
  await teller.stop();
});
