/**
 * A small world for delivery: a log, a store that can crash between flushes, and receivers that do as they are told,
 * all on a manual clock. What happened is kept, so that a test can judge it.
 */
import type { AttemptReport } from '../../src/delivery/attempt-observer.ts';
import { type CrashableDelivery, createDelivery } from '../../src/delivery/create-delivery.ts';
import { defaultEngineLimits, type EngineLimits } from '../../src/delivery/engine-parts.ts';
import { headerRecord } from '../../src/delivery/sender/headers.ts';
import type { Ended, Exchange, OutgoingRequest, Sender } from '../../src/delivery/sender/sender.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { delay } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { seededRandom } from '../../src/kit/random.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { createMemoryEventLog } from '../../src/log/memory/event-log.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';
import { deliveryId, type NamedDelivery, parseDeliveryId } from '../../src/model/delivery-id.ts';
import { everything } from '../../src/model/scope.ts';
import type {
  AttemptRow,
  DeliveryFlush,
  DeliveryState,
  DeliveryStore,
  DetachedLane,
  ParkedRow,
  ReplayMark,
} from '../../src/records/delivery-store.ts';
import { attemptOutcomes, UnstorableError } from '../../src/records/delivery-store.ts';
import type { ReplayOrder, ReplayStore, StoredReplay } from '../../src/records/replay-store.ts';
import type { SubscriptionStore } from '../../src/records/subscription-store.ts';
import type { Endpoint, Subscription } from '../../src/subscriptions/subscription.ts';
import { draftOf, eventOf } from './builders.ts';

/** What a receiver does with the next requests. */
export type Mood = 'ok' | 'fails' | 'refuses' | 'busy' | 'slow' | 'hangs' | 'flaky' | 'gone' | 'gone slowly';

export interface Receipt {
  readonly subscription: number;
  /** 0: none. */
  readonly replay: number;
  readonly seqs: readonly number[];
  readonly deliveryId: string;
  readonly at: number;
}

/** A store whose flushes take a moment, and which a crash cuts off before or after the one under way. */
export class CrashableStore implements DeliveryStore {
  readonly replays = new MemoryReplays();
  readonly attempts: AttemptRow[] = [];
  readonly parked = new Map<string, ParkedRow>();
  readonly lanes = new Map<number, DetachedLane>();
  checkpoint: DeliveryState['checkpoint'] = null;
  failing = false;
  /** Attempts on this sequence can't be stored. */
  unstorable: number | null = null;
  /** Rows of detached lanes that were written. */
  laneRows = 0;
  readonly #clock: ManualClock;
  #generation = 0;
  #pending: (() => void) | null = null;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  load(): Promise<DeliveryState> {
    const after = this.checkpoint?.attempts ?? 0;
    const settled = this.attempts.slice(after).filter(({ outcome }) => outcome !== 'failed');
    const parked = [...this.parked.values()].sort((a, b) => a.endpoint - b.endpoint || a.seq - b.seq);
    return Promise.resolve({ checkpoint: this.checkpoint, lanes: [...this.lanes.values()], parked, settled });
  }

  flush(batch: DeliveryFlush): Promise<{ lastAttemptRow: number }> {
    const generation = this.#generation;
    if (this.failing) return Promise.reject(new Error('disk full'));
    if (batch.attempts.some(({ seq }) => seq === this.unstorable)) return Promise.reject(new UnstorableError('no'));
    return new Promise((resolve) => {
      this.#pending = () => this.#apply(batch);
      this.#clock.schedule(2, () => {
        if (generation !== this.#generation) return;
        this.#apply(batch);
        this.#pending = null;
        resolve({ lastAttemptRow: this.attempts.length });
      });
    });
  }

  /** @param reached whether the flush under way became durable before the crash */
  crash(reached: boolean): void {
    if (reached) this.#pending?.();
    this.#pending = null;
    this.#generation++;
  }

  #apply(batch: DeliveryFlush): void {
    this.attempts.push(...batch.attempts);
    for (const row of batch.park) this.parked.set(deliveryId(row.subscription, row.seq, row.replay), row);
    for (const { subscription, seq, replay } of batch.unpark) this.parked.delete(deliveryId(subscription, seq, replay));
    this.replays.apply(batch);
    this.laneRows += batch.detach.length;
    for (const lane of batch.detach) this.lanes.set(lane.endpoint, lane);
    for (const endpoint of batch.attach) this.lanes.delete(endpoint);
    if (batch.checkpoint) this.checkpoint = batch.checkpoint;
  }
}

/** Replays beside it: their orders are durable at once, their progress with the flush. */
export class MemoryReplays implements ReplayStore {
  readonly rows = new Map<number, StoredReplay>();
  #last = 0;

  load(): Promise<readonly StoredReplay[]> {
    return Promise.resolve([...this.rows.values()]);
  }

  nextNumber(): Promise<number> {
    return Promise.resolve(++this.#last);
  }

  put(order: ReplayOrder, mark: ReplayMark): Promise<void> {
    const counts = { delivered: 0, failed: 0, cancelled: 0, expired: 0, not_encoded: 0, skipped: 0 };
    this.rows.set(order.number, { order, mark, counts });
    return Promise.resolve();
  }

  cancel(number: number, reason: string): Promise<void> {
    this.#change(number, ({ mark }) => {
      const isOpen = mark.state === 'queued' || mark.state === 'running';
      return { mark: isOpen ? { ...mark, state: 'cancelling', reason } : mark };
    });
    return Promise.resolve();
  }

  remove(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) this.rows.delete(number);
    return Promise.resolve();
  }

  apply({ replays, replayCounts }: Pick<DeliveryFlush, 'replays' | 'replayCounts'>): void {
    for (const mark of replays) {
      this.#change(mark.replay, ({ mark: before }) => {
        const state = before.state === 'cancelling' && mark.state === 'running' ? before.state : mark.state;
        return { mark: { ...mark, state, reason: mark.reason ?? before.reason } };
      });
    }
    for (const { replay, attempts } of replayCounts) {
      this.#change(replay, ({ counts }) => ({
        counts: Object.fromEntries(
          attemptOutcomes.map((outcome, at) => [outcome, counts[outcome] + (attempts[at] ?? 0)]),
        ) as StoredReplay['counts'],
      }));
    }
  }

  #change(number: number, change: (row: StoredReplay) => Partial<StoredReplay>): void {
    const row = this.rows.get(number);
    if (row) this.rows.set(number, { ...row, ...change(row) });
  }
}

class MemorySubscriptions implements SubscriptionStore {
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #endpoints = new Map<number, Endpoint>();
  #next = 1;

  load() {
    return Promise.resolve({
      subscriptions: [...this.#subscriptions.values()],
      endpoints: [...this.#endpoints.values()],
    });
  }

  nextNumbers() {
    const number = this.#next++;
    return Promise.resolve({ subscription: number, endpoint: number });
  }

  put(subscription: Subscription, endpoint: Endpoint): Promise<void> {
    return this.putEndpoint(endpoint).then(() => void this.#subscriptions.set(subscription.number, subscription));
  }

  /** Keys are unique, as they are in every driver. */
  putEndpoint(endpoint: Endpoint): Promise<void> {
    const name = ({ reseller, domain, key }: Endpoint): string => JSON.stringify([reseller, domain, key]);
    for (const other of this.#endpoints.values()) {
      if (other.number !== endpoint.number && name(other) === name(endpoint)) {
        return Promise.reject(new Error(`${name(endpoint)} is taken`));
      }
    }
    this.#endpoints.set(endpoint.number, endpoint);
    return Promise.resolve();
  }

  remove(subscription: number): Promise<void> {
    this.#subscriptions.delete(subscription);
    return Promise.resolve();
  }

  removeEndpoint(endpoint: number): Promise<void> {
    this.#endpoints.delete(endpoint);
    return Promise.resolve();
  }

  /** What the stored endpoints are shared by. */
  async keys(): Promise<readonly string[]> {
    return (await this.load()).endpoints.map(({ key }) => key);
  }
}

/** Says its events as the list of their sequences; `options.batch` makes it an array format, `options.renderMs` slow. */
const plainDialect = (clock: ManualClock): Dialect => ({
  name: 'plain',
  title: 'Plain',
  summary: 'Sequences only, for tests.',
  optionsSchema: {},
  defaults: { events: [], method: 'POST', retry: null },
  metered: true,
  maxBatch: (options) => Number(options['batch'] ?? 1),
  encode: (events, { options }) => {
    if (options['renderMs'] !== undefined) clock.compute(Number(options['renderMs']));
    return {
      kind: 'request',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events.map(({ seq }) => seq)),
    };
  },
});

export class DeliveryWorld {
  readonly clock = new ManualClock();
  readonly log: EventLog;
  readonly store: CrashableStore;
  readonly subscriptions = new MemorySubscriptions();
  readonly moods = new Map<string, Mood>();
  /** Of requests with an event of this call, where it differs from the receiver's. */
  readonly callMoods = new Map<string, Mood>();
  /** A page of the log takes so long, and looks at so many events at most. */
  logPage = { ms: 0, events: Infinity };
  /** Subscriptions that were paused alone, or moved: they share an order with no other. */
  readonly apart = new Set<number>();
  /** Deliveries that somebody wanted tried again, settled or not. */
  readonly wantedAgain = new Set<string>();
  /** Nothing may start for them. */
  readonly paused = new Set<number>();
  /** What a busy receiver asks for. */
  retryAfterMs = 3_600_000;
  reads = 0;
  timers = 0;
  /** Every request a receiver answered with 2xx, in the order the requests came. */
  readonly received: Receipt[] = [];
  /** What should never have happened. */
  readonly violations: string[] = [];
  /** What delivery told its observer. */
  readonly reports: AttemptReport[] = [];
  delivery: CrashableDelivery;
  readonly #random;
  readonly #limits: EngineLimits;
  /** By call: where a request of it is under way, and for which subscription. */
  readonly #callsUnderWay = new Map<string, { readonly host: string; readonly subscription: number }[]>();
  /** Requests under way, by host, and the most there ever were. */
  readonly underWay = new Map<string, number>();
  readonly mostUnderWay = new Map<string, number>();
  readonly #events = new Map<number, Event>();
  #life = 0;

  constructor(seed: number, limits: Partial<EngineLimits> = {}) {
    this.#random = seededRandom(seed);
    this.#limits = { ...defaultEngineLimits, ...limits };
    this.log = createMemoryEventLog({ clock: this.clock, idWindowMs: 3_600_000 });
    this.#slowLog();
    this.#countTimers();
    this.store = new CrashableStore(this.clock);
    this.log.onAppended((events) => {
      for (const event of events) this.#events.set(event.seq, event);
    });
    this.delivery = this.#create();
  }

  #create(): CrashableDelivery {
    const life = this.#life;
    return createDelivery(
      {
        clock: this.clock,
        random: this.#random,
        logger: silentLogger,
        log: this.log,
        store: this.store,
        subscriptions: this.subscriptions,
        replays: this.store.replays,
        sender: this.#sender(life),
        observer: { attempted: (report) => void this.reports.push(report), recorded: () => {} },
        dialect: (name) => (name === 'plain' ? plainDialect(this.clock) : undefined),
        eventLimit: () => 16,
        retentionMs: 7 * 86_400_000,
      },
      this.#limits,
    );
  }

  #slowLog(): void {
    const read = this.log.read.bind(this.log);
    this.log.read = async (request) => {
      this.reads++;
      const { ms, events } = this.logPage;
      const page = await read({ ...request, upTo: Math.min(request.upTo ?? this.log.head(), request.after + events) });
      if (ms > 0) await delay(this.clock, ms);
      return page;
    };
  }

  #countTimers(): void {
    const schedule = this.clock.schedule.bind(this.clock);
    this.clock.schedule = (...args) => {
      this.timers++;
      return schedule(...args);
    };
  }

  start(): Promise<void> {
    return this.delivery.start();
  }

  async subscribe(host: string, draft: Parameters<typeof draftOf>[1] = {}): Promise<Subscription> {
    const result = await this.delivery.subscriptions.create(everything, draftOf(`https://${host}/hook`, draft));
    if ('problem' in result) throw new Error(result.problem.message);
    return result.subscription;
  }

  async append(...events: readonly Partial<NewEvent>[]): Promise<void> {
    await this.log.append(events.map((event) => eventOf(event)));
  }

  /** Lets `ms` pass, giving promises their turn after every timer. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.monotonic() + ms;
    await breathe();
    for (;;) {
      const due = this.clock.nextDue();
      if (due === null || due > end) break;
      this.clock.advance(Math.max(0, due - this.clock.monotonic()));
      await breathe();
    }
    this.clock.advance(end - this.clock.monotonic());
    await breathe();
  }

  /** The process dies without a word and starts again. */
  async crash(flushReached: boolean): Promise<void> {
    this.#life++;
    this.store.crash(flushReached);
    this.delivery.abandon();
    this.#callsUnderWay.clear();
    this.underWay.clear();
    this.delivery = this.#create();
    await this.delivery.start();
  }

  /** First time each event was received, by subscription, in order of arrival. */
  firstReceipts(subscription: number, replay = 0): number[] {
    const seen = new Set<number>();
    for (const receipt of this.received) {
      if (receipt.subscription === subscription && receipt.replay === replay)
        for (const seq of receipt.seqs) seen.add(seq);
    }
    return [...seen];
  }

  event(seq: number): Event {
    return this.#events.get(seq) as Event;
  }

  get events(): readonly Event[] {
    return [...this.#events.values()];
  }

  #sender(life: number): Sender {
    return {
      send: (request, ended, signal) => this.#exchange(request, life, ended, signal),
      close: () => Promise.resolve(),
    };
  }

  #exchange(request: OutgoingRequest, life: number, ended: Ended, signal?: AbortSignal): void {
    // The dead send nothing, though their promises may still go on.
    if (life !== this.#life) return;
    const host = new URL(request.url).host;
    const sent = headerRecord(request.headers)['x-offhook-delivery'] as string;
    const { subscription, replay } = parseDeliveryId(sent) as NamedDelivery;
    const seqs = JSON.parse(String(request.body)) as number[];
    const callOf = (seq: number): string => this.event(seq).call?.id ?? String(seq);
    const calls = seqs.map((seq) => `${replay} ${this.event(seq).domain} ${callOf(seq)}`);
    this.#enter(host, { subscription, replay }, seqs, calls);
    const moods = seqs.map((seq) => this.callMoods.get(this.event(seq).call?.id ?? ''));
    const mood = moods.find((one) => one !== undefined) ?? this.moods.get(host) ?? 'ok';
    const exchange = this.#answer(mood, request.timeoutMs);
    // It has arrived now, whenever the answer comes, and whether or not there is anybody left to take it.
    if (exchange.kind === 'answered' && exchange.status < 300) {
      this.received.push({ subscription, replay, seqs, deliveryId: sent, at: this.clock.monotonic() });
    }
    let over = false;
    const end = (result: Exchange): void => {
      if (over || life !== this.#life) return;
      over = true;
      for (const call of new Set(calls)) {
        const left = (this.#callsUnderWay.get(call) ?? []).filter((one) => one.subscription !== subscription);
        this.#callsUnderWay.set(call, left);
      }
      this.#leave(host);
      ended(result);
    };
    signal?.addEventListener('abort', () => end({ kind: 'failed', failure: 'stopped', message: '', durationMs: 0 }));
    this.clock.schedule(exchange.durationMs, () => end(exchange));
  }

  /** Judges a request as it goes out. */
  #enter(
    host: string,
    of: Pick<Receipt, 'subscription' | 'replay'>,
    seqs: readonly number[],
    calls: readonly string[],
  ): void {
    const { subscription, replay } = of;
    const underWay = (this.underWay.get(host) ?? 0) + 1;
    this.underWay.set(host, underWay);
    this.mostUnderWay.set(host, Math.max(underWay, this.mostUnderWay.get(host) ?? 0));
    // What went through a side lane, and is wanted again, may go beside what has come after it.
    const isWantedAgain = seqs.some((seq) => this.wantedAgain.has(`${subscription}-${seq}`));
    for (const call of isWantedAgain ? [] : new Set(calls)) {
      const others = this.#callsUnderWay.get(call) ?? [];
      const isShared = (other: (typeof others)[number]): boolean =>
        other.host === host && !this.apart.has(other.subscription) && !this.apart.has(subscription);
      if (others.some((other) => other.subscription === subscription || isShared(other))) {
        this.violations.push(`two requests of one call at once: ${host} ${call}`);
      }
      this.#callsUnderWay.set(call, [...others, { host, subscription }]);
    }
    if (this.paused.has(subscription)) this.violations.push(`${subscription}-${seqs[0]} was sent while it was paused`);
    for (const seq of seqs.filter((one) => !this.wantedAgain.has(`${subscription}-${one}`))) {
      const again = this.store.attempts.some(
        (row) =>
          row.subscription === subscription && row.seq === seq && row.replay === replay && row.outcome !== 'failed',
      );
      if (again) this.violations.push(`${host}: ${subscription}-${seq} was sent after it was durably settled`);
    }
  }

  #leave(host: string): void {
    this.underWay.set(host, (this.underWay.get(host) ?? 1) - 1);
  }

  #answer(mood: Mood, timeoutMs: number): Exchange {
    const quick = 1 + Math.floor(this.#random.next() * 20);
    const answered = (status: number, durationMs = quick): Exchange => ({
      kind: 'answered',
      status,
      excerpt: '',
      retryAfterMs: null,
      durationMs,
    });
    if (mood === 'gone') return answered(410);
    if (mood === 'refuses') return answered(400);
    if (mood === 'busy') return { ...answered(429), retryAfterMs: this.retryAfterMs } as Exchange;
    if (mood === 'gone slowly') return answered(410, 1_000);
    if (mood === 'slow') return answered(204, 500 + Math.floor(this.#random.next() * 2_000));
    if (mood === 'fails' || (mood === 'flaky' && this.#random.next() < 0.4)) return answered(503);
    if (mood === 'hangs') return { kind: 'failed', failure: 'timeout', message: 'no answer', durationMs: timeoutMs };
    return answered(204);
  }
}

/** Lets every promise that can go on do so. */
async function breathe(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
