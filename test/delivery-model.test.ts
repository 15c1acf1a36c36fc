/**
 * Delivery against its model: random events, moods of receivers and of single calls, a slow log, crashes, trims, edits,
 * moves, pauses, and subscriptions that come and go. Whatever happens, every event that a subscription's version in force wanted
 * is delivered or listed as cancelled or expired; events of one call come in order; what is durably settled is never sent
 * again; replays deliver their range, and end; nothing is left behind; and the log is read, and timers are set, in
 * proportion to what happened.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { orderKeyOf } from '../src/model/event.ts';
import { everything } from '../src/model/scope.ts';
import type { EventType } from '../src/model/event-types/index.ts';
import { toSelector, wants } from '../src/subscriptions/match-index.ts';
import type { ReplayView } from '../src/delivery/replay/management.ts';
import { attemptOutcomes } from '../src/records/delivery-store.ts';
import type { Subscription } from '../src/subscriptions/subscription.ts';
import { callOf } from './support/builders.ts';
import { DeliveryWorld, type Mood } from './support/delivery-world.ts';

const hosts = ['a.test', 'b.test', 'c.test'] as const;
const types: readonly EventType[] = ['call.started', 'leg.ringing', 'call.ended'];
const retry = { maxAttempts: 5, delaysMs: [1_000, 3_000, 8_000], jitter: 0.1 };

type Step =
  | {
      readonly do: 'append';
      readonly events: readonly { readonly call: number; readonly type: number; readonly domain: number }[];
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'mood'; readonly host: number; readonly mood: Mood }
  | { readonly do: 'crash'; readonly flushReached: boolean }
  | { readonly do: 'edit'; readonly subscription: number; readonly types: readonly number[]; readonly enabled: boolean }
  | { readonly do: 'store'; readonly failing: boolean }
  | { readonly do: 'trim'; readonly keepMs: number }
  | { readonly do: 'callMood'; readonly call: number; readonly mood: Mood }
  | { readonly do: 'log'; readonly ms: number; readonly events: number }
  | { readonly do: 'replay'; readonly subscription: number; readonly from: number; readonly narrow: boolean }
  | { readonly do: 'cancel'; readonly replay: number }
  | { readonly do: 'create'; readonly host: number }
  | { readonly do: 'delete'; readonly subscription: number }
  | { readonly do: 'move'; readonly subscription: number; readonly host: number }
  | { readonly do: 'pause'; readonly subscription: number; readonly paused: boolean }
  | { readonly do: 'hold'; readonly endpoint: number; readonly paused: boolean }
  | { readonly do: 'again'; readonly at: number }
  | { readonly do: 'erased' };

const moods = fc.constantFrom<Mood>('ok', 'ok', 'fails', 'refuses', 'busy', 'slow', 'hangs', 'flaky');
const small = (max: number) => fc.integer({ min: 0, max });
const event = fc.record({ call: small(5), type: small(2), domain: small(1) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      events: fc.array(event, { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(small(30), small(1_000), small(20_000)) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mood' as const), host: small(2), mood: moods }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), flushReached: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      subscription: small(5),
      types: fc.array(small(2), { minLength: 1 }),
      enabled: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('store' as const), failing: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('callMood' as const), call: small(5), mood: moods }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('log' as const), ms: small(200), events: fc.constantFrom(3, 10, Infinity) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('replay' as const),
      subscription: small(5),
      from: small(60),
      narrow: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), replay: small(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('create' as const), host: fc.constantFrom(0, 2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), subscription: small(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), subscription: small(5), host: small(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pause' as const), subscription: small(5), paused: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('hold' as const), endpoint: small(4), paused: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erased' as const) }) },
);
const trim: fc.Arbitrary<Step> = fc.record({ do: fc.constant('trim' as const), keepMs: small(30_000) });

const limits = {
  lane: {
    waiting: 6,
    parked: 10,
    behind: 20,
    unsettled: 24,
    breaker: { threshold: 3, firstProbeMs: 500, longestProbeMs: 4_000 },
  },
  flush: { gatherMs: 10, retryMs: 100, limit: 10, limitMs: 1_000 },
  requests: 8,
  memory: { waiting: 12, waitingSize: 20_000, parked: 20, behind: 40 },
  replays: { running: 2, runningPerDomain: 1, active: 10, activePerDomain: 5, endedPerDomain: 100 },
  holdBackMs: 2_000,
  laneRowMs: 250,
  graceMs: 1_000,
};

class Run {
  readonly world: DeliveryWorld;
  readonly subscriptions: Subscription[] = [];
  readonly deleted = new Set<string>();
  readonly replays: number[] = [];
  readonly cancelled = new Set<number>();
  /** Subscriptions whose selection was edited: what a replay delivers to them depends on when. */
  readonly edited = new Set<number>();
  trimmed = false;
  crashes = 0;

  constructor(seed: number) {
    this.world = new DeliveryWorld(seed, limits);
    this.world.retryAfterMs = 20_000;
  }

  async start(): Promise<void> {
    await this.world.start();
    const add = async (...args: Parameters<DeliveryWorld['subscribe']>): Promise<void> => {
      this.subscriptions.push(await this.world.subscribe(...args));
    };
    await add('a.test', { retry });
    await add('a.test', { retry, selection: { events: ['call.started'] } });
    await add('b.test', {
      retry,
      options: { batch: 4 },
      selection: { scope: { reseller: '*', domain: '*', user: '*', extension: '*' } },
    });
    await add('c.test', { retry, target: { maxInFlight: 2 } });
  }

  async take(taken: Step): Promise<void> {
    const { world } = this;
    if (taken.do === 'append') await world.append(...taken.events.map((facts) => this.#event(facts)));
    else if (taken.do === 'pass') await world.pass(taken.ms);
    else if (taken.do === 'mood') world.moods.set(hosts[taken.host] as string, taken.mood);
    else if (taken.do === 'callMood') world.callMoods.set(`c${taken.call}`, taken.mood);
    else if (taken.do === 'log') world.logPage = taken;
    else if (taken.do === 'replay') await this.#replay(taken);
    else if (taken.do === 'cancel') await this.#cancel(taken.replay);
    else if (taken.do === 'create') await this.#create(taken.host);
    else if (taken.do === 'delete') await this.#delete(taken.subscription);
    else if (taken.do === 'move') await this.#move(taken);
    else if (taken.do === 'pause') await this.#pause(taken);
    else if (taken.do === 'hold') await this.#hold(taken);
    else if (taken.do === 'again') await this.#again(taken.at);
    else if (taken.do === 'erased') await this.#begun(world.delivery.readAgain());
    else if (taken.do === 'crash') await this.#crash(taken.flushReached);
    else if (taken.do === 'store') world.store.failing = taken.failing;
    else if (taken.do === 'trim') await this.#trim(taken.keepMs);
    else await this.#edit(taken);
  }

  #event({ call, type, domain }: { call: number; type: number; domain: number }) {
    return { call: callOf(`c${call}`), type: types[type] as EventType, domain: domain === 0 ? 'acme' : 'globex' };
  }

  async #trim(keepMs: number): Promise<void> {
    this.trimmed = true;
    await this.world.log.trim({ acceptedBefore: this.world.clock.now() - keepMs, limit: 1_000 });
  }

  async #crash(flushReached: boolean): Promise<void> {
    this.crashes++;
    await this.world.crash(flushReached);
  }

  async #replay({ subscription, from, narrow }: Step & { do: 'replay' }): Promise<void> {
    const id = this.subscriptions[subscription]?.id;
    if (id === undefined) return;
    const events: EventType[] | null = narrow ? ['call.started', 'call.ended'] : null;
    const request = {
      of: { subscription: id },
      from: { seq: from + 1 },
      to: null,
      events,
      filter: null,
      ratePerSecond: 1_000,
    };
    const started = await this.world.delivery.replays.start(everything, request);
    if ('replay' in started) this.replays.push(started.replay.order.number);
  }

  async #cancel(at: number): Promise<void> {
    const number = this.replays[at];
    if (number === undefined) return;
    this.cancelled.add(number);
    await this.world.delivery.replays.cancel(everything, number);
  }

  async #create(host: number): Promise<void> {
    const created = await this.#ended(this.world.subscribe(hosts[host] as string, { retry }));
    if (created) this.subscriptions.push(created);
  }

  async #delete(at: number): Promise<void> {
    const id = this.subscriptions[at]?.id;
    if (id === undefined) return;
    this.deleted.add(id);
    await this.#ended(this.world.delivery.subscriptions.remove(everything, id));
  }

  async #edit(edit: Step & { do: 'edit' }): Promise<void> {
    this.edited.add(this.subscriptions[edit.subscription]?.number ?? 0);
    const events = [...new Set(edit.types.map((type) => types[type] as EventType))];
    await this.#update(edit.subscription, (now) => ({
      ...now,
      selection: { ...now.selection, events, enabled: edit.enabled },
    }));
  }

  async #move({ subscription, host }: Step & { do: 'move' }): Promise<void> {
    const number = this.subscriptions[subscription]?.number;
    if (number !== undefined) this.world.apart.add(number);
    const url = `https://${hosts[host]}/hook`;
    await this.#update(subscription, (now) => ({ ...now, target: { ...now.target, url } }));
  }

  async #pause({ subscription: at, paused }: Step & { do: 'pause' }): Promise<void> {
    const { world } = this;
    const subscription = this.subscriptions[at];
    if (!subscription) return;
    const { id, number } = subscription;
    if (paused) world.apart.add(number);
    else world.paused.delete(number);
    const pausing = world.delivery.subscriptions.setSubscriptionPaused(everything, id, paused);
    // Where results can't be stored, it gives up after a while.
    const result = await this.#ended(pausing);
    if (result && paused) world.paused.add(number);
  }

  async #hold({ endpoint: at, paused }: Step & { do: 'hold' }): Promise<void> {
    const { delivery } = this.world;
    const endpoint = delivery.endpoints(everything)[at];
    if (!endpoint) return;
    // A subscription that has an endpoint to itself is paused by that.
    for (const { number, pause } of delivery.subscriptions.list(everything, { after: 0, limit: 1_000 })) {
      if (!paused && !pause) this.world.paused.delete(number);
    }
    await this.#ended(delivery.subscriptions.setPaused(everything, endpoint.number, paused));
  }

  /** Somebody wants one tried again at once: one that is parked, or that was settled. */
  async #again(at: number): Promise<void> {
    const { store, delivery } = this.world;
    const settled = store.attempts.filter(({ replay, outcome }) => replay === 0 && outcome !== 'failed');
    const parked = [...store.parked.values()].filter(({ replay }) => replay === 0);
    const rows = [...parked.map((row) => ({ ...row, attempt: row.attempts })), ...settled];
    const row = rows[at % rows.length];
    const subscription = row && delivery.subscriptions.byNumber(everything, row.subscription);
    if (!row || !subscription) return;
    const { seq, attempt: attempts } = row;
    const { endpoint } = subscription.versions.find((one) => one.from <= seq && seq <= (one.to ?? seq)) ?? subscription;
    const retry = { subscription: row.subscription, seq, orderKey: orderKeyOf(this.world.event(seq)), attempts };
    this.world.wantedAgain.add(`${row.subscription}-${seq}`);
    await this.#begun(delivery.retry(endpoint, [{ ...retry, parked: 'dueAt' in row }]));
  }

  /** It may take as long as a receiver hangs, or as results can't be stored. */
  async #begun(change: Promise<unknown>): Promise<void> {
    change.catch(() => {});
    await this.world.pass(10);
  }

  /** Where results can't be stored, it gives up after a while: null. */
  async #ended<Result>(change: Promise<Result>): Promise<Result | null> {
    const done: (Result | null)[] = [];
    change.then(
      (result) => done.push(result),
      () => done.push(null),
    );
    await this.world.pass(10);
    for (let waitedMs = 0; done.length === 0 && waitedMs < 6_000; waitedMs += 50) await this.world.pass(50);
    assert.equal(done.length, 1, 'a change takes for ever');
    return done[0] ?? null;
  }

  async #update(at: number, draftFrom: (now: Subscription) => Subscription): Promise<void> {
    const id = this.subscriptions[at]?.id;
    if (id === undefined) return;
    const edit = (now: Subscription) => ({ draft: draftFrom(now) });
    await this.#ended(this.world.delivery.subscriptions.update(everything, id, edit));
  }

  /** All receivers well again, and time enough for everything that is planned. */
  async settle(): Promise<void> {
    this.world.moods.clear();
    this.world.callMoods.clear();
    this.world.store.failing = false;
    this.world.logPage = { ms: 0, events: Infinity };
    await this.world.pass(1_000);
    // Only where it is paused: being resumed would wake a lane that slept for no reason.
    for (const { id, number, pause } of this.world.delivery.subscriptions.list(everything, {
      after: 0,
      limit: 1_000,
    })) {
      this.world.paused.delete(number);
      if (pause) await this.#ended(this.world.delivery.subscriptions.setSubscriptionPaused(everything, id, false));
    }
    for (const { number, paused } of this.world.delivery.endpoints(everything)) {
      if (paused) await this.#ended(this.world.delivery.subscriptions.setPaused(everything, number, false));
    }
    await this.world.pass(10 * 60_000);
  }

  check(): void {
    assert.deepEqual(this.world.violations, []);
    for (const { id } of this.subscriptions) {
      if (this.deleted.has(id)) continue;
      this.#checkSubscription(this.world.delivery.subscriptions.get(everything, id) as Subscription);
    }
    for (const number of this.replays) this.#checkReplay(number);
    this.#checkNothingLeft();
  }

  /** By now there is nothing to do: the log is not read, and but for the second's tick and its flush no timer is set. */
  async checkRest(): Promise<void> {
    const { reads, timers } = this.world;
    await this.world.pass(60_000);
    assert.equal(this.world.reads - reads, 0, 'the log is read though there is nothing to read');
    assert.ok(this.world.timers - timers <= 60 * 3, `${this.world.timers - timers} timers in a minute at rest`);
  }

  /** Reading and waking go with what happened (and with time: ticks, flushes that are tried again), not on their own. */
  checkCost(steps: number): void {
    const { reads, timers, events, store, clock } = this.world;
    const work = (1 + this.crashes + this.replays.length) * (events.length + steps) + store.attempts.length;
    const seconds = clock.monotonic() / 1_000;
    assert.ok(timers <= 50 + 3 * work + 20 * seconds, `${timers} timers for ${work} in ${seconds} s`);
    assert.ok(reads <= 20 + work, `${reads} reads for ${work}`);
  }

  #checkSubscription(subscription: Subscription): void {
    const selectors = subscription.versions
      .filter(({ enabled }) => enabled)
      .map((version) => toSelector(subscription.number, version, null));
    const wanted = this.world.events.filter((event) => selectors.some((selector) => wants(selector, event)));
    const received = this.world.firstReceipts(subscription.number);
    const place = new Map(received.map((seq, index) => [seq, index]));
    const givenUp = this.#givenUp(subscription.number);
    const lastOfCall = new Map<string, number>();
    for (const { seq, domain, call } of wanted) {
      const at = place.get(seq);
      if (at === undefined) {
        assert.ok(givenUp.has(seq) || seq <= this.world.log.floor(), `${subscription.number}-${seq} was lost`);
        continue;
      }
      if (this.world.wantedAgain.has(`${subscription.number}-${seq}`)) continue;
      const key = `${domain} ${call?.id}`;
      const before = lastOfCall.get(key) ?? -1;
      assert.ok(at > before, `${subscription.number}-${seq} came out of order`);
      lastOfCall.set(key, at);
    }
    const wantedSeqs = new Set(wanted.map(({ seq }) => seq));
    const uninvited = received.filter((seq) => !wantedSeqs.has(seq));
    assert.deepEqual(this.trimmed ? [] : uninvited, [], 'sent though no version wanted it');
  }

  /** Done, or cancelled for a reason; and of what it was to deliver, all was delivered or listed. */
  #checkReplay(number: number): void {
    const { order, mark, counts } = this.world.delivery.replays.get(everything, number) as ReplayView;
    const [subscription = 0] = order.subscriptions;
    if (mark.state === 'cancelled') {
      const isOurs = mark.reason === 'replay_cancelled' && this.cancelled.has(number);
      assert.ok(isOurs || mark.reason?.startsWith('subscription_'), `${number}: ${mark.reason}`);
    } else assert.equal(mark.state, 'done');
    const rows = this.world.store.attempts.filter((row) => row.replay === number);
    const settled = rows.filter(({ outcome }) => outcome !== 'failed');
    assert.equal(new Set(settled.map(({ seq }) => seq)).size, settled.length, 'settled twice');
    for (const outcome of attemptOutcomes) {
      assert.equal(counts[outcome], rows.filter((row) => row.outcome === outcome).length, `${number}: ${outcome}`);
    }
    const received = this.world.firstReceipts(subscription, number);
    const done = new Set([...received, ...settled.map(({ seq }) => seq)]);
    for (const seq of done) assert.ok(seq >= order.from && seq <= order.to, `${number}: ${seq} is not in its range`);
    if (mark.state !== 'done' || this.edited.has(subscription)) return;
    const found = this.world.delivery.subscriptions.byNumber(everything, subscription);
    if (!found) return;
    const newest = { ...(found.versions.at(-1) as Subscription['versions'][number]), from: 0, to: null };
    const selector = toSelector(subscription, newest, null);
    for (const event of this.world.events) {
      const { seq, type } = event;
      const isWanted = wants(selector, event) && (order.events?.includes(type) ?? true);
      if (seq < order.from || seq > order.to || !isWanted) continue;
      const isMissed = mark.missed.some((range) => seq <= range.to);
      assert.ok(done.has(seq) || isMissed, `${subscription}-${seq}-r${number} was lost`);
    }
  }

  #givenUp(subscription: number): Set<number> {
    const rows = this.world.store.attempts.filter((row) => row.subscription === subscription && row.replay === 0);
    for (const { outcome, detail, attempt, seq } of rows) {
      if (this.world.wantedAgain.has(`${subscription}-${seq}`)) continue;
      if (outcome === 'cancelled' && !detail?.startsWith('subscription_')) assert.equal(attempt, retry.maxAttempts);
    }
    return new Set(
      rows.filter(({ outcome }) => outcome === 'cancelled' || outcome === 'expired').map(({ seq }) => seq),
    );
  }

  #checkNothingLeft(): void {
    const { store, log, delivery } = this.world;
    assert.deepEqual([...store.parked.values()], [], 'parked rows are left');
    // One whose breaker is open and for which nothing is left waits, detached, for its next event: that is its probe.
    const open = new Set(
      delivery
        .endpoints(everything)
        .filter(({ breaker }) => breaker === 'open')
        .map(({ number }) => number),
    );
    const left = [...store.lanes.values()].filter(({ endpoint, cursor }) => cursor < log.head() || !open.has(endpoint));
    assert.deepEqual(left, [], 'lanes are left detached');
    assert.equal(store.checkpoint?.seq ?? 0, log.head());
    for (const { waiting, parked, inFlight } of delivery.endpoints(everything)) {
      assert.deepEqual({ waiting, parked, inFlight }, { waiting: 0, parked: 0, inFlight: 0 });
    }
  }
}

async function play(seed: number, steps: readonly Step[], lookMs: number): Promise<void> {
  const run = new Run(seed);
  run.world.clock.lookMs = lookMs;
  await run.start();
  for (const taken of steps) await run.take(taken);
  run.checkCost(steps.length);
  await run.settle();
  run.check();
  await run.checkRest();
}

const stillClock = fc.constant(0);
const runs = Number(process.env['OFFHOOK_MODEL_RUNS'] ?? 150);

/** A subscription left its side lane before it was durable what that had settled: after a crash both lanes sent of a call. */
const homeBeforeItIsStored: readonly Step[] = [
  { do: 'move', subscription: 0, host: 1 },
  { do: 'append', events: [{ call: 0, type: 0, domain: 0 }] },
  { do: 'store', failing: true },
  { do: 'move', subscription: 3, host: 0 },
  { do: 'append', events: [{ call: 0, type: 0, domain: 0 }] },
  { do: 'crash', flushReached: false },
];

/** What a side lane had parked was of two endpoints, and came back as these have their numbers. */
const parkedAtTwoEndpoints: readonly Step[] = [
  { do: 'create', host: 2 },
  { do: 'callMood', call: 3, mood: 'hangs' },
  {
    do: 'append',
    events: [
      { call: 3, type: 0, domain: 0 },
      { call: 0, type: 0, domain: 0 },
    ],
  },
  { do: 'pass', ms: 9_988 },
  { do: 'delete', subscription: 0 },
  { do: 'move', subscription: 4, host: 0 },
  { do: 'append', events: [{ call: 3, type: 0, domain: 0 }] },
  { do: 'pause', subscription: 0, paused: false },
  { do: 'crash', flushReached: false },
];

test('nothing is lost, repeated after it was settled, or out of order, whatever happens', async () => {
  const inputs = fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 60, size: 'max' }), stillClock, play);
  const found = [homeBeforeItIsStored, parkedAtTwoEndpoints];
  await fc.assert(inputs, { numRuns: runs, examples: found.map((steps) => [0, steps, 0]) });
});

/** A replay's retry that needs no request left the room it had taken, and nobody told the live lane. */
const goneBeforeItsRetry: readonly Step[] = [
  { do: 'append', events: [{ call: 0, type: 0, domain: 0 }] },
  { do: 'callMood', call: 0, mood: 'hangs' },
  { do: 'replay', subscription: 0, from: 0, narrow: false },
  { do: 'pass', ms: 11_349 },
  { do: 'pass', ms: 539 },
  { do: 'pass', ms: 12_134 },
  { do: 'trim', keepMs: 0 },
];

/** Retries that needed no request left the room they had taken at an endpoint their subscription had left meanwhile. */
const goneWithItsSubscription: readonly Step[] = [
  { do: 'log', ms: 1, events: 3 },
  {
    do: 'append',
    events: [
      { call: 1, type: 0, domain: 0 },
      { call: 2, type: 0, domain: 0 },
      { call: 0, type: 0, domain: 0 },
    ],
  },
  { do: 'mood', host: 0, mood: 'fails' },
  { do: 'edit', subscription: 2, types: [0], enabled: false },
  { do: 'trim', keepMs: 0 },
  { do: 'move', subscription: 1, host: 1 },
];

test('the same while retention trims the log', async () => {
  const inputs = fc.asyncProperty(
    fc.nat(),
    fc.array<Step>(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: trim }), {
      maxLength: 60,
      size: 'max',
    }),
    stillClock,
    play,
  );
  const found = [goneBeforeItsRetry, goneWithItsSubscription];
  await fc.assert(inputs, { numRuns: Math.ceil(runs / 2), examples: found.map((steps) => [0, steps, 0]) });
});

test('the same while time goes on with every look at the clock', async () => {
  const looks = fc.double({ min: 0.01, max: 3, noNaN: true });
  const inputs = fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 60, size: 'max' }), looks, play);
  await fc.assert(inputs, { numRuns: Math.ceil(runs / 2) });
});
