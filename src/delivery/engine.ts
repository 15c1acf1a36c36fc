/**
 * The engine: router, lanes, catch-up reading and checkpoint, moved by the log, the clock and the receivers' answers.
 * What each of them decides is written in its own file; here they are put in motion, in one thread, so that every
 * decision is taken within one tick.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Gap } from '../log/cursor.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Event } from '../model/event.ts';
import type { DeliveryStore, ParkedRow } from '../records/delivery-store.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { type AttemptDeps, attempt, unreadable, verdictBeforeSending } from './attempt.ts';
import { CatchUp } from './catch-up.ts';
import { Checkpointer } from './checkpointer.ts';
import { defaultFlushLimits, Flusher, type FlushLimits } from './flusher.ts';
import { defaultLaneLimits, type Lane, type LaneContext } from './lane/lane.ts';
import type { Unit, Verdict } from './lane/unit.ts';
import { type LaneState, LaneTable, type LaneTableLimits } from './lane-table.ts';
import { recover } from './recovery.ts';
import { Router } from './router.ts';

export interface EngineLimits extends LaneTableLimits {
  readonly flush: FlushLimits;
  /** Requests under way at once, over all endpoints. */
  readonly requests: number;
  /** A lane that holds the checkpoint back longer than this reads on its own. */
  readonly holdBackMs: number;
  /** How often the row of a detached lane is brought up to date. */
  readonly laneRowMs: number;
  /** What is under way at a stop may take so long to end. */
  readonly graceMs: number;
}

export const defaultEngineLimits: EngineLimits = {
  lane: defaultLaneLimits,
  flush: defaultFlushLimits,
  requests: 2_000,
  waiting: 20_000,
  holdBackMs: 5_000,
  laneRowMs: 250,
  graceMs: 10_000,
};

export interface EngineDeps extends AttemptDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly log: EventLog;
  readonly store: DeliveryStore;
  readonly registry: SubscriptionRegistry;
  /** A receiver answered 410: its subscription, as it was sent by, has to be disabled. */
  readonly gone: (subscription: Subscription) => void;
  /** A retired endpoint's lane has nothing left to do. */
  readonly idle: (endpoint: number) => void;
}

const tickMs = 1_000;

export class DeliveryEngine {
  readonly #deps: EngineDeps;
  readonly #limits: EngineLimits;
  readonly #lanes: LaneTable;
  readonly #flusher: Flusher;
  readonly #checkpointer: Checkpointer;
  readonly #router: Router;
  readonly #catchUp: CatchUp;
  readonly #abort = new AbortController();
  /** Offered something since the router last started a page. */
  readonly #touched = new Set<LaneState>();
  /** Lanes that could start more but for a limit they all share. */
  readonly #blocked = new Set<LaneState>();
  /** Endpoints nobody uses any more. */
  readonly #retired = new Set<number>();
  /** Under way, over all lanes. */
  #requests = 0;
  #tick: Timer | null = null;
  #stopping = false;
  #ended: (() => void) | null = null;

  constructor(deps: EngineDeps, limits: EngineLimits = defaultEngineLimits) {
    const { clock, logger, log, registry, store } = deps;
    this.#deps = deps;
    this.#limits = limits;
    const position = (): number => this.#router.position;
    const collect = (recorded: boolean) => this.#checkpointer.collect(recorded);
    this.#flusher = new Flusher({ store, clock, logger, collect, unblocked: () => this.#startBlocked() }, limits.flush);
    this.#lanes = new LaneTable(registry, this.#laneContext(), limits);
    const { laneRowMs } = limits;
    this.#checkpointer = new Checkpointer({ clock, lanes: this.#lanes, logId: log.id, position, laneRowMs });
    this.#router = new Router({
      log,
      clock,
      logger,
      route: (event) => this.#route(event),
      moved: () => this.#routed(),
      gap: (gap) => logger.error({ ...gap }, 'events were trimmed before the router could read them'),
    });
    this.#catchUp = new CatchUp({
      log,
      clock,
      logger,
      registry,
      position,
      share: () => this.#lanes.share(),
      offer: (lane, subscription, event) => {
        const state = this.#lanes.current(lane);
        return state !== undefined && this.#offer(state, subscription, event);
      },
      offered: (lane) => {
        const state = this.#lanes.current(lane);
        if (state) this.#pump(state);
      },
      expired: (lane, gap) => this.#expire(lane, gap),
    });
  }

  /** How far the router has come. */
  get position(): number {
    return this.#router.position;
  }

  /** The lane of an endpoint, if it has had anything to do yet. */
  laneOf(endpoint: number): Lane | undefined {
    return this.#lanes.find(endpoint)?.lane;
  }

  /** Resolves when every attached lane has durably settled everything up to `seq`. */
  settledUpTo(seq: number): Promise<void> {
    return this.#checkpointer.settledUpTo(seq);
  }

  // ---- start and stop -------------------------------------------------------------------------------------------

  async start(): Promise<void> {
    const { log, logger } = this.#deps;
    const position = recover(
      {
        log,
        logger,
        lanes: this.#lanes,
        checkpointer: this.#checkpointer,
        giveUp: (rows, detail) => this.#giveUp(rows, detail),
        expired: (lane, gap) => this.#expire(lane, gap),
      },
      await this.#deps.store.load(),
    );
    this.#router.start(position);
    for (const state of this.#lanes.all()) this.#pump(state);
    this.#scheduleTick();
  }

  /** Starts nothing more; gives what is under way some time, then makes all results durable. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tick?.cancel();
    await Promise.all([this.#router.stop(), this.#catchUp.stop()]);
    for (const state of this.#lanes.all()) state.timer?.cancel();
    if (this.#requests > 0) await this.#lastRequests();
    // A store that takes nothing must not keep the process alive for ever: what it lacks is sent again after a restart.
    const grace = this.#deps.clock.schedule(this.#limits.graceMs, () => this.#flusher.abandon());
    await this.#flusher.close();
    grace.cancel();
  }

  async #lastRequests(): Promise<void> {
    const grace = this.#deps.clock.schedule(this.#limits.graceMs, () => this.#abort.abort());
    await new Promise<void>((resolve) => (this.#ended = resolve));
    grace.cancel();
  }

  /** Lets go of everything at once, as a crash would. For tests of recovery. */
  abandon(): void {
    this.#stopping = true;
    this.#tick?.cancel();
    this.#router.abandon();
    this.#catchUp.abandon();
    this.#flusher.abandon();
    for (const state of this.#lanes.all()) state.timer?.cancel();
    this.#abort.abort();
  }

  #scheduleTick(): void {
    this.#tick = this.#deps.clock.schedule(tickMs, () => {
      for (const state of this.#lanes.busy) {
        if (state.lane.heldBackMs() <= this.#limits.holdBackMs) continue;
        this.#detach(state, this.#router.position, 'slow');
        this.#pump(state);
      }
      this.#tellIdle();
      this.#flusher.wake();
      this.#startBlocked();
      this.#scheduleTick();
    });
  }

  // ---- events to lanes ------------------------------------------------------------------------------------------

  #route(event: Event): void {
    this.#deps.registry.index.match(event, (selector) => {
      const subscription = this.#deps.registry.subscription(selector.subscription);
      const state = this.#lanes.obtain(selector.endpoint);
      if (!subscription || !state || !state.lane.attached) return;
      this.#lanes.busy.add(state);
      this.#touched.add(state);
      if (!this.#offer(state, subscription, event)) this.#detach(state, event.seq - 1, 'full');
    });
  }

  #offer({ lane }: LaneState, subscription: Subscription, event: Event): boolean {
    return this.#lanes.counting(lane, () => lane.offer(subscription, event, this.#lanes.shareOf(lane)));
  }

  /** The router has gone through a page: lanes with news start what they may. */
  #routed(): void {
    for (const state of this.#touched) this.#pump(state);
    this.#touched.clear();
    this.#catchUp.routerMoved();
  }

  // ---- lanes to receivers ---------------------------------------------------------------------------------------

  #pump(state: LaneState): void {
    const { lane } = state;
    while (!this.#stopping) {
      if (this.#flusher.blocked || this.#requests >= this.#limits.requests) {
        this.#blocked.add(state);
        break;
      }
      const unit = this.#lanes.counting(lane, () => lane.take());
      if (!unit) break;
      this.#start(state, unit);
    }
    this.#afterPump(state);
  }

  #afterPump(state: LaneState): void {
    const { lane } = state;
    state.timer?.cancel();
    state.timer = null;
    if (this.#stopping) return;
    if (!lane.attached) {
      if (this.#mayAttach(lane)) this.#attach(state);
      else this.#catchUp.consider(lane);
    }
    if (this.#blocked.has(state)) return;
    const wakeAt = lane.wakeAt(lane.readPosition < this.#router.position);
    if (wakeAt === null) return;
    const inMs = Math.max(1, wakeAt - this.#deps.clock.monotonic());
    state.timer = this.#deps.clock.schedule(inMs, () => this.#pump(state));
  }

  #startBlocked(): void {
    while (this.#blocked.size > 0 && !this.#flusher.blocked && this.#requests < this.#limits.requests) {
      const [first] = this.#blocked;
      if (!first) return;
      this.#blocked.delete(first);
      this.#pump(first);
    }
  }

  #start(state: LaneState, unit: Unit): void {
    this.#requests++;
    if (!unit.parked) {
      const events = unit.deliveries.map(({ event }) => event);
      return this.#launch(state, unit, events);
    }
    this.#deps.log.get(unit.deliveries.map(({ seq }) => seq)).then(
      (events) => {
        this.#launch(state, unit, events);
        this.#pump(state);
      },
      (error: unknown) => this.#ran(state, unit, unreadable(error, this.#deps.clock.now())),
    );
  }

  #launch(state: LaneState, unit: Unit, events: readonly (Event | null)[]): void {
    const { clock, registry } = this.#deps;
    const subscription = registry.subscription(unit.subscription);
    const early = verdictBeforeSending(unit, subscription, events, clock.now());
    if (early || !subscription) {
      if (early) this.#finish(state, unit, early);
      return;
    }
    attempt(this.#deps, unit, subscription, events as readonly Event[], this.#abort.signal).then(
      (verdict) => this.#ran(state, unit, this.#judge(verdict, subscription)),
      (error: unknown) => this.#ran(state, unit, unreadable(error, clock.now())),
    );
  }

  /** 410 speaks for the receiver as it was asked; a subscription that was edited meanwhile is tried again as it is now. */
  #judge(verdict: Verdict, sent: Subscription): Verdict {
    if (verdict.status !== 410) return verdict;
    if (this.#deps.registry.subscription(sent.number) !== sent) return { ...verdict, outcome: 'failed' };
    this.#deps.gone(sent);
    return verdict;
  }

  #ran(state: LaneState, unit: Unit, verdict: Verdict): void {
    this.#finish(state, unit, verdict);
    this.#pump(state);
    this.#startBlocked();
  }

  #finish(state: LaneState, unit: Unit, verdict: Verdict): void {
    const { lane } = state;
    const before = lane.breaker.state;
    this.#requests--;
    this.#lanes.counting(lane, () => lane.finished(unit, verdict));
    if (lane.breaker.state !== before && lane.breaker.state === 'open') this.#break(state);
    if (this.#stopping && this.#requests === 0) this.#ended?.();
  }

  #break(state: LaneState): void {
    const { lane } = state;
    this.#deps.logger.warn({ endpoint: lane.endpoint.number }, 'receiver fails again and again: first attempts stop');
    if (lane.attached) this.#detach(state, this.#router.position, 'breaker');
    this.#lanes.counting(lane, () => lane.dropWaiting());
  }

  // ---- detaching, attaching, giving up ----------------------------------------------------------------------------

  #detach(state: LaneState, position: number, reason: string): void {
    this.#lanes.detach(state, position);
    this.#deps.logger.debug({ endpoint: state.lane.endpoint.number, reason, position }, 'lane reads on its own');
    this.#flusher.wake();
    this.#catchUp.consider(state.lane);
  }

  /** Not while it is so slow that it would soon detach again. */
  #mayAttach(lane: Lane): boolean {
    return (
      lane.mayAttach(this.#router.position, this.#checkpointer.seq) && lane.heldBackMs() < this.#limits.holdBackMs / 2
    );
  }

  #attach(state: LaneState): void {
    this.#lanes.attach(state);
    this.#flusher.wake();
  }

  #giveUp(rows: readonly ParkedRow[], detail: string): void {
    const startedAt = this.#deps.clock.now();
    for (const row of rows) {
      this.#flusher.attempt({ ...row, attempt: 0, outcome: 'expired', status: 0, startedAt, durationMs: 0, detail });
      this.#flusher.unpark(row);
    }
  }

  #expire(lane: Lane, gap: Gap): void {
    const { registry, log, clock, logger } = this.#deps;
    const endpoint = lane.endpoint.number;
    const detail = `${gap.reason}: events ${gap.from} to ${gap.to ?? 'unknown'} could not be delivered`;
    logger.error({ endpoint, ...gap }, 'events expired before they were delivered');
    const seq = gap.to ?? log.floor();
    const row = { endpoint, seq, batch: seq, attempt: 0, status: 0, startedAt: clock.now(), durationMs: 0, detail };
    for (const subscription of registry.usersOf(endpoint)) {
      this.#flusher.attempt({ ...row, subscription, outcome: 'expired' });
    }
  }

  // ---- for the subscription manager -------------------------------------------------------------------------------

  /**
   * Keeps the router from going past what is in the log now, until `release`: an edit that takes effect after this
   * sequence can be made durable and then be in the index before the first event it decides about.
   */
  freeze(): { readonly seq: number; release(): void } {
    return this.#router.freeze();
  }

  /** The endpoint's limits, key or pause changed. */
  reconfigure(number: number): void {
    const endpoint = this.#deps.registry.endpoint(number);
    const state = this.#lanes.find(number);
    if (!endpoint || !state) return;
    state.lane.configure(endpoint);
    if (endpoint.paused) {
      if (state.lane.attached) this.#detach(state, this.#router.position, 'paused');
      this.#lanes.counting(state.lane, () => state.lane.dropWaiting());
    }
    this.#pump(state);
  }

  /** A subscription is disabled or deleted: what is parked for it is cancelled. */
  cancel(subscription: number, endpoint: number, reason: string): void {
    const state = this.#lanes.find(endpoint);
    if (!state) return;
    state.lane.cancelSubscription(subscription, reason);
    this.#pump(state);
  }

  /** Nobody uses the endpoint any more: `idle` is told once its lane has nothing left to do. */
  retire(endpoint: number): void {
    this.#retired.add(endpoint);
    this.#tellIdle();
  }

  #tellIdle(): void {
    const { registry, idle } = this.#deps;
    for (const number of this.#retired) {
      const used = registry.usersOf(number).length > 0;
      if (!used && this.#lanes.find(number)?.lane.idle === false) continue;
      this.#retired.delete(number);
      if (!used) idle(number);
    }
  }

  /** The endpoint is gone, and its lane with it; its row goes with the next flush. */
  forget(endpoint: number): void {
    const state = this.#lanes.find(endpoint);
    if (state) for (const lanes of [this.#blocked, this.#touched]) lanes.delete(state);
    this.#lanes.forget(endpoint);
    this.#flusher.wake();
  }

  #laneContext(): LaneContext {
    const { clock, random, registry, dialect } = this.#deps;
    return {
      clock,
      random,
      recorder: this.#flusher,
      subscription: (number) => registry.subscription(number),
      maxBatch: (subscription) => dialect(subscription.dialect)?.maxBatch(subscription.options) ?? 1,
    };
  }
}
