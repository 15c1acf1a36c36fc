/**
 * The engine: router, lanes, catch-up reading and checkpoint, moved by the log, the clock and the receivers' answers.
 * What each of them decides is written in its own file; here they are put in motion, in one thread, so that every
 * decision is taken within one tick.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import { attachCursor, type Gap } from '../log/cursor.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Event } from '../model/event.ts';
import type { DeliveryKey, DeliveryState, DeliveryStore, DetachedLane, ParkedRow } from '../records/delivery-store.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { type AttemptDeps, attempt, verdictBeforeSending } from './attempt.ts';
import { CatchUp } from './catch-up.ts';
import { CheckpointMarks } from './checkpoint.ts';
import { defaultFlushLimits, Flusher, type FlushExtras, type FlushLimits } from './flusher.ts';
import { defaultLaneLimits, Lane, type LaneLimits } from './lane/lane.ts';
import type { Unit, Verdict } from './lane/unit.ts';
import { Router } from './router.ts';

export interface EngineLimits {
  readonly lane: LaneLimits;
  readonly flush: FlushLimits;
  /** Requests under way at once, over all endpoints. */
  readonly requests: number;
  /** Waiting deliveries in memory, over all lanes; past that a lane holds only what it needs for its window. */
  readonly waiting: number;
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
  /** A receiver answered 410: its subscription has to be disabled. */
  readonly gone: (subscription: number) => void;
}

/** What the engine remembers of a lane besides what the lane decides. */
interface LaneState {
  readonly lane: Lane;
  timer: Timer | null;
  /** A row for it is stored. */
  stored: boolean;
  /** Every attempt it made that its row does not say has a higher row id. */
  rowMark: number;
  rowAt: number;
  rowCursor: number;
}

const tickMs = 1_000;

export class DeliveryEngine {
  readonly #deps: EngineDeps;
  readonly #limits: EngineLimits;
  readonly #lanes = new Map<number, LaneState>();
  readonly #detached = new Set<LaneState>();
  /** Attached lanes with something outstanding. */
  readonly #busy = new Set<LaneState>();
  /** Offered something since the router last started a page. */
  readonly #touched = new Set<LaneState>();
  /** Lanes that could start more but for a limit they all share. */
  readonly #blocked = new Set<LaneState>();
  /** Attached again, their row not yet removed. */
  readonly #reattached = new Set<LaneState>();
  readonly #flusher: Flusher;
  readonly #router: Router;
  readonly #catchUp: CatchUp;
  readonly #abort = new AbortController();
  readonly #retired = new Set<number>();
  readonly #settledWaiters = new Set<{ seq: number; resolve: () => void }>();
  #marks = new CheckpointMarks({ seq: 0, attempts: 0, newestSettled: 0 });
  #stored = { seq: -1, attempts: -1 };
  #requests = 0;
  #waiting = 0;
  #tick: Timer | null = null;
  #stopping = false;
  #ended: (() => void) | null = null;

  constructor(deps: EngineDeps, limits: EngineLimits = defaultEngineLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#flusher = new Flusher(
      {
        store: deps.store,
        clock: deps.clock,
        logger: deps.logger,
        collect: (recorded) => this.#collect(recorded),
        unblocked: () => this.#startBlocked(),
      },
      limits.flush,
    );
    this.#router = new Router({
      log: deps.log,
      clock: deps.clock,
      logger: deps.logger,
      route: (event) => this.#route(event),
      moved: () => this.#routed(),
      gap: (gap) =>
        deps.logger.error({ ...gap }, 'the router could not read events: they were trimmed before delivery'),
    });
    this.#catchUp = new CatchUp({
      log: deps.log,
      clock: deps.clock,
      logger: deps.logger,
      registry: deps.registry,
      position: () => this.#router.position,
      share: () => this.#share(),
      offer: (lane, subscription, event) => {
        const state = this.#lanes.get(lane.endpoint.number);
        return state?.lane === lane && this.#offer(state, subscription, event);
      },
      offered: (lane) => {
        const state = this.#lanes.get(lane.endpoint.number);
        // Gone: its endpoint was let go of while a page was being read for it.
        if (state?.lane === lane) this.#pump(state);
      },
      expired: (lane, gap) => this.#expire(lane, gap),
    });
  }

  get position(): number {
    return this.#router.position;
  }

  // ---- start and stop -------------------------------------------------------------------------------------------

  async start(): Promise<void> {
    const { log } = this.#deps;
    const state = await this.#deps.store.load();
    const known = state.checkpoint ?? { log: log.id, seq: log.floor(), attempts: 0 };
    const { next, gap } = attachCursor(log, known);
    if (gap) this.#deps.logger.error({ ...gap }, 'delivery goes on after a gap in the log');
    const newestSettled = state.settled.reduce((newest, { seq }) => Math.max(newest, seq), next.seq);
    this.#marks = new CheckpointMarks({ seq: next.seq, attempts: known.attempts, newestSettled });
    this.#restore(state, next.seq, known.log !== log.id);
    this.#router.start(next.seq);
    for (const lane of [...this.#lanes.values()]) this.#pump(lane);
    this.#scheduleTick();
  }

  #restore(state: DeliveryState, checkpoint: number, replaced: boolean): void {
    if (replaced) return this.#giveUp(state.parked, 'log_replaced');
    for (const row of state.lanes) this.#restoreLane(row);
    const remember = (number: number, key: DeliveryKey): void => {
      const lane = this.#laneAt(number);
      if (lane && key.seq > (lane.attached ? checkpoint : lane.readPosition)) lane.remember(key);
    };
    for (const { endpoint, subscription, seq } of state.settled) remember(endpoint, { subscription, seq });
    for (const { endpoint, subscription, seq } of state.parked) remember(endpoint, { subscription, seq });
    for (const [endpoint, rows] of groupByEndpoint(state.parked)) {
      const lane = this.#laneAt(endpoint);
      if (lane) lane.restoreParked(rows);
      else this.#giveUp(rows, 'subscription_deleted');
    }
  }

  #restoreLane(row: DetachedLane): void {
    const state = this.#stateAt(row.endpoint);
    if (!state) return;
    state.stored = true;
    state.rowMark = this.#marks.advance(0, null).attempts;
    const { next, gap } = attachCursor(this.#deps.log, { log: this.#deps.log.id, seq: row.cursor });
    this.#detach(state, next.seq, 'restart');
    if (gap) this.#expire(state.lane, gap);
    for (const key of row.settledAbove) if (key.seq > next.seq) state.lane.remember(key);
  }

  /** Parked deliveries whose events or receiver are no more. */
  #giveUp(rows: readonly ParkedRow[], detail: string): void {
    const startedAt = this.#deps.clock.now();
    for (const row of rows) {
      this.#flusher.attempt({ ...row, attempt: 0, outcome: 'expired', status: 0, startedAt, durationMs: 0, detail });
      this.#flusher.unpark(row);
    }
  }

  /** Starts nothing more; gives what is under way some time, then makes all results durable. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tick?.cancel();
    await Promise.all([this.#router.stop(), this.#catchUp.stop()]);
    for (const state of this.#lanes.values()) state.timer?.cancel();
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
    for (const state of this.#lanes.values()) state.timer?.cancel();
    this.#abort.abort();
  }

  // ---- events to lanes ------------------------------------------------------------------------------------------

  #route(event: Event): void {
    this.#deps.registry.index.match(event, (selector) => {
      const subscription = this.#deps.registry.subscription(selector.subscription);
      const state = this.#stateAt(selector.endpoint);
      if (!subscription || !state || !state.lane.attached) return;
      this.#busy.add(state);
      this.#touched.add(state);
      if (!this.#offer(state, subscription, event)) this.#detach(state, event.seq - 1, 'full');
    });
  }

  #offer(state: LaneState, subscription: Subscription, event: Event): boolean {
    const before = state.lane.waiting;
    const taken = state.lane.offer(subscription, event, this.#shareOf(state.lane));
    this.#waiting += state.lane.waiting - before;
    return taken;
  }

  /** While there is memory, as much as its limit allows; past that what its window needs. */
  #shareOf(lane: Lane): number {
    const needed = 2 * lane.endpoint.maxInFlight;
    if (!lane.attached) return Math.max(needed, this.#share());
    return this.#waiting < this.#limits.waiting ? this.#limits.lane.waiting : needed;
  }

  #share(): number {
    return Math.ceil(this.#limits.waiting / Math.max(1, this.#detached.size));
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
      const before = lane.waiting;
      const unit = lane.take();
      this.#waiting += lane.waiting - before;
      if (!unit) break;
      this.#start(state, unit);
    }
    this.#afterPump(state);
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
      (error: unknown) => this.#ran(state, unit, this.#unread(error)),
    );
  }

  #unread(error: unknown): Verdict {
    const reason = error instanceof Error ? error.message : String(error);
    const startedAt = this.#deps.clock.now();
    const detail = `log_unreadable: ${reason}`.slice(0, 2048);
    return { outcome: 'failed', requested: false, status: 0, detail, retryAfterMs: null, startedAt, durationMs: 0 };
  }

  #launch(state: LaneState, unit: Unit, events: readonly (Event | null)[]): void {
    const subscription = this.#deps.registry.subscription(unit.subscription);
    const early = verdictBeforeSending(unit, subscription, events, this.#deps.clock.now());
    if (early || !subscription) {
      if (early) this.#finish(state, unit, early);
      return;
    }
    attempt(this.#deps, unit, subscription, events as readonly Event[], this.#abort.signal).then(
      (verdict) => this.#ran(state, unit, verdict),
      (error: unknown) => this.#ran(state, unit, this.#unread(error)),
    );
  }

  #ran(state: LaneState, unit: Unit, verdict: Verdict): void {
    this.#finish(state, unit, verdict);
    this.#pump(state);
    this.#startBlocked();
  }

  #finish(state: LaneState, unit: Unit, verdict: Verdict): void {
    const { lane } = state;
    const stateBefore = lane.breaker.state;
    const waitingBefore = lane.waiting;
    this.#requests--;
    lane.finished(unit, verdict);
    this.#waiting += lane.waiting - waitingBefore;
    if (lane.breaker.state !== stateBefore && lane.breaker.state === 'open') this.#break(state);
    if (verdict.status === 410) this.#deps.gone(unit.subscription);
    if (this.#stopping && this.#requests === 0) this.#ended?.();
  }

  #break(state: LaneState): void {
    const { lane } = state;
    this.#deps.logger.warn({ endpoint: lane.endpoint.number }, 'receiver fails again and again: first attempts stop');
    if (lane.attached) this.#detach(state, this.#router.position, 'breaker');
    this.#drop(state);
  }

  #drop(state: LaneState): void {
    const before = state.lane.waiting;
    state.lane.dropWaiting();
    this.#waiting += state.lane.waiting - before;
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

  // ---- detaching and attaching ----------------------------------------------------------------------------------

  #detach(state: LaneState, position: number, reason: string): void {
    state.lane.detach(position);
    state.rowAt = -Infinity;
    this.#busy.delete(state);
    this.#reattached.delete(state);
    this.#detached.add(state);
    this.#deps.logger.debug({ endpoint: state.lane.endpoint.number, reason, position }, 'lane reads on its own');
    this.#flusher.wake();
    this.#catchUp.consider(state.lane);
  }

  /** Not while it is so slow that it would soon detach again. */
  #mayAttach(lane: Lane): boolean {
    return lane.mayAttach(this.#router.position, this.#marks.seq) && lane.heldBackMs() < this.#limits.holdBackMs / 2;
  }

  #attach(state: LaneState): void {
    state.lane.attach();
    this.#detached.delete(state);
    if (state.stored) this.#reattached.add(state);
    if (state.lane.outstanding > 0) this.#busy.add(state);
    this.#flusher.wake();
  }

  #expire(lane: Lane, gap: Gap): void {
    const startedAt = this.#deps.clock.now();
    const detail = `${gap.reason}: events ${gap.from} to ${gap.to ?? 'unknown'} could not be delivered`;
    this.#deps.logger.error({ endpoint: lane.endpoint.number, ...gap }, 'events expired before they were delivered');
    for (const subscription of this.#deps.registry.usersOf(lane.endpoint.number)) {
      const seq = gap.to ?? this.#deps.log.floor();
      const endpoint = lane.endpoint.number;
      const row = { subscription, endpoint, seq, batch: seq, attempt: 0, status: 0, startedAt, durationMs: 0, detail };
      this.#flusher.attempt({ ...row, outcome: 'expired' });
    }
  }

  // ---- the checkpoint -------------------------------------------------------------------------------------------

  #scheduleTick(): void {
    this.#tick = this.#deps.clock.schedule(tickMs, () => {
      for (const state of this.#busy) {
        if (state.lane.heldBackMs() > this.#limits.holdBackMs) {
          this.#detach(state, this.#router.position, 'slow');
          this.#pump(state);
        }
      }
      this.#letGo();
      this.#flusher.wake();
      this.#startBlocked();
      this.#scheduleTick();
    });
  }

  #collect(recorded: boolean): FlushExtras | null {
    const { position } = this.#router;
    const due = this.#dueRows();
    const attach = [...this.#reattached].map(({ lane }) => lane.endpoint.number);
    const checkpoint = this.#marks.advance(this.#lowWater(position), this.#dirtySince(due));
    const moved = checkpoint.seq !== this.#stored.seq || checkpoint.attempts !== this.#stored.attempts;
    if (!recorded && !moved && due.length === 0 && attach.length === 0) return null;
    const detach = due.map((state) => this.#rowOf(state));
    for (const state of this.#reattached) state.stored = false;
    this.#reattached.clear();
    this.#stored = checkpoint;
    const done = (lastAttemptRow: number): void => this.#flushed(due, position, lastAttemptRow);
    return { detach, attach, checkpoint: { log: this.#deps.log.id, ...checkpoint }, done };
  }

  #flushed(rows: readonly LaneState[], position: number, lastAttemptRow: number): void {
    this.#marks.flushed(position, lastAttemptRow);
    for (const state of rows) state.rowMark = lastAttemptRow;
    for (const waiter of this.#settledWaiters) {
      if (waiter.seq > this.#stored.seq) continue;
      this.#settledWaiters.delete(waiter);
      waiter.resolve();
    }
  }

  #lowWater(position: number): number {
    let lowest = position;
    for (const state of this.#busy) {
      if (state.lane.outstanding === 0) this.#busy.delete(state);
      else lowest = Math.min(lowest, state.lane.lowWater(position));
    }
    return lowest;
  }

  /** Detached lanes whose row is to be written now: new ones always, others when something changed and it is time. */
  #dueRows(): LaneState[] {
    const now = this.#deps.clock.monotonic();
    const due: LaneState[] = [];
    for (const state of this.#detached) {
      const changed = state.lane.dirty || state.lane.lowWater() !== state.rowCursor;
      if (changed && now - state.rowAt >= this.#limits.laneRowMs) due.push(state);
    }
    return due;
  }

  #dirtySince(due: readonly LaneState[]): number | null {
    let lowest: number | null = null;
    for (const state of this.#detached) {
      if (!state.lane.dirty || due.includes(state)) continue;
      lowest = Math.min(lowest ?? Infinity, state.rowMark);
    }
    return lowest;
  }

  #rowOf(state: LaneState): DetachedLane {
    const { lane } = state;
    lane.dirty = false;
    state.stored = true;
    state.rowAt = this.#deps.clock.monotonic();
    state.rowCursor = lane.lowWater();
    return { endpoint: lane.endpoint.number, cursor: state.rowCursor, settledAbove: lane.settledAbove() };
  }

  // ---- for the subscription manager and the API -------------------------------------------------------------------

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
    const state = this.#lanes.get(number);
    if (!endpoint || !state) return;
    state.lane.configure(endpoint);
    if (endpoint.paused) {
      if (state.lane.attached) this.#detach(state, this.#router.position, 'paused');
      this.#drop(state);
    }
    this.#pump(state);
  }

  /** A subscription is disabled or deleted: what is parked for it is cancelled. */
  cancel(subscription: number, endpoint: number, reason: string): void {
    const state = this.#lanes.get(endpoint);
    if (!state) return;
    state.lane.cancelSubscription(subscription, reason);
    this.#pump(state);
  }

  /** Nobody uses the endpoint any more: it is let go of once its lane has nothing left to do. */
  retire(endpoint: number): void {
    this.#retired.add(endpoint);
    this.#letGo();
  }

  #letGo(): void {
    for (const number of this.#retired) {
      const state = this.#lanes.get(number);
      const used = this.#deps.registry.usersOf(number).length > 0;
      if (!used && state && !state.lane.idle) continue;
      this.#retired.delete(number);
      if (!used) this.#forget(number, state);
    }
  }

  #forget(number: number, state: LaneState | undefined): void {
    this.#deps.registry.removeEndpoint(number);
    this.#lanes.delete(number);
    if (!state) return;
    state.timer?.cancel();
    for (const lanes of [this.#detached, this.#busy, this.#blocked, this.#touched]) lanes.delete(state);
    if (state.stored) this.#reattached.add(state);
    this.#flusher.wake();
  }

  /** The lane of an endpoint, if it has had anything to do yet. */
  laneOf(endpoint: number): Lane | undefined {
    return this.#lanes.get(endpoint)?.lane;
  }

  settledUpTo(seq: number): Promise<void> {
    if (this.#stored.seq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#settledWaiters.add({ seq, resolve }));
  }

  #laneAt(endpoint: number): Lane | undefined {
    return this.#stateAt(endpoint)?.lane;
  }

  #stateAt(number: number): LaneState | undefined {
    const known = this.#lanes.get(number);
    if (known) return known;
    return this.#deps.registry.endpoint(number) ? this.#stateOf(number) : undefined;
  }

  #stateOf(number: number): LaneState {
    let state = this.#lanes.get(number);
    if (!state) {
      const endpoint = this.#deps.registry.endpoint(number);
      if (!endpoint) throw new Error(`there is no endpoint ${number}`);
      const lane = new Lane(endpoint, this.#laneContext(), this.#limits.lane);
      state = { lane, timer: null, stored: false, rowMark: 0, rowAt: -Infinity, rowCursor: -1 };
      this.#lanes.set(number, state);
    }
    return state;
  }

  #laneContext() {
    const { clock, random, registry, dialect } = this.#deps;
    return {
      clock,
      random,
      recorder: this.#flusher,
      subscription: (number: number) => registry.subscription(number),
      maxBatch: (subscription: Subscription) => dialect(subscription.dialect)?.maxBatch(subscription.options) ?? 1,
    };
  }
}

function groupByEndpoint(rows: readonly ParkedRow[]): Map<number, ParkedRow[]> {
  const groups = new Map<number, ParkedRow[]>();
  for (const row of rows) {
    const group = groups.get(row.endpoint);
    if (group) group.push(row);
    else groups.set(row.endpoint, [row]);
  }
  return groups;
}
