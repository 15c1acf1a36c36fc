/**
 * The engine: router, lanes, catch-up reading and checkpoint, moved by the log, the clock and the receivers' answers.
 * What each of them decides is written in its own file; here they are put in motion, in one thread, so that every
 * decision is taken within one tick.
 */
import type { Clock, Timer } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { EventLog } from '../log/event-log.ts';
import type { NewEvent } from '../model/event.ts';
import type { AttemptRow, DeliveryKey, DeliveryStore, ReplayCountDelta } from '../records/delivery-store.ts';
import type { ReplayStore } from '../records/replay-store.ts';
import type { UsersOf } from '../subscriptions/match-index.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { AttemptObserver } from './attempt-observer.ts';
import type { AttemptDeps } from './attempt.ts';
import { CatchUp } from './catch-up.ts';
import { Checkpointer } from './checkpointer.ts';
import { Dispatcher } from './dispatcher.ts';
import { defaultFlushLimits, Flusher, type FlushLimits } from './flusher.ts';
import type { Retried, Retry } from './lane/again.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneContext } from './lane/parts.ts';
import { defaultLaneLimits } from './lane/limits.ts';
import { LaneReading } from './lane-reading.ts';
import { type LaneState, LaneTable, type LaneTableLimits } from './lane-table.ts';
import { LostEvents } from './lost-events.ts';
import type { EngineFigures } from './management.ts';
import { recover } from './recovery.ts';
import { defaultReplayLimits, ReplayBook, type ReplayLimits } from './replay/replay-book.ts';
import { RenderBudget } from './render-budget.ts';
import { activeFigures } from './replay/replay-view.ts';
import { ReplayRunner } from './replay/replay-runner.ts';
import type { SelectionDeps } from './replay/selection.ts';
import { RetiredEndpoints } from './retired-endpoints.ts';
import { Router } from './router.ts';
import { SideLanes } from './side-lanes.ts';
import { type Standing, standingOf } from './why/standing.ts';

export interface EngineLimits extends LaneTableLimits {
  readonly flush: FlushLimits;
  /** Requests under way at once, over all endpoints. */
  readonly requests: number;
  readonly replays: ReplayLimits;
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
  replays: defaultReplayLimits,
  memory: { waiting: 20_000, waitingSize: 64 * 1024 * 1024, parked: 100_000, behind: 1_000_000 },
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
  readonly observer?: AttemptObserver | undefined;
  /** See `FlusherDeps.said`. */
  readonly said?: (() => Promise<readonly NewEvent[]> | null) | undefined;
  readonly replays: ReplayStore;
  readonly compile: SelectionDeps['compile'];
  readonly usersOf: UsersOf | undefined;
  /** A receiver answered 410: its subscription, as it was sent by, has to be disabled. */
  readonly gone: (subscription: Subscription) => void;
  /** A retired endpoint's lane has nothing left to do. */
  readonly idle: (endpoint: number) => void;
  /** A subscription may leave its side lane. */
  readonly rested: (subscription: number) => void;
}

const tickMs = 1_000;

export class DeliveryEngine {
  readonly #deps: EngineDeps;
  readonly #limits: EngineLimits;
  readonly #lanes: LaneTable;
  readonly #retired: RetiredEndpoints;
  readonly #flusher: Flusher;
  readonly #renderBudget = new RenderBudget();
  readonly #checkpointer: Checkpointer;
  readonly #router: Router;
  readonly #catchUp: CatchUp;
  readonly #reading: LaneReading;
  readonly #lost: LostEvents;
  readonly #dispatcher: Dispatcher;
  readonly #replays: ReplayRunner;
  readonly #book: ReplayBook;
  readonly sides: SideLanes;
  #tick: Timer | null = null;
  #stopping = false;

  constructor(deps: EngineDeps, limits: EngineLimits = defaultEngineLimits) {
    const { clock, log, registry } = deps;
    this.#deps = deps;
    this.#limits = limits;
    this.#flusher = this.#makeFlusher();
    this.#lanes = new LaneTable(registry, this.#laneContext(), limits, this.#renderBudget);
    this.#lost = new LostEvents({ ...deps, recorder: this.#flusher, laneOf: (lane) => this.laneOf(lane) });
    this.#retired = new RetiredEndpoints(registry, this.#lanes, deps.idle);
    const { laneRowMs } = limits;
    const position = (): number => this.#router.position;
    this.#book = new ReplayBook(limits.replays);
    this.#replays = this.#makeReplays();
    const own = { lanes: this.#lanes, replays: this.#replays, position };
    this.#checkpointer = new Checkpointer({ clock, logId: log.id, laneRowMs, ...own });
    this.#router = this.#makeRouter();
    this.#catchUp = this.#makeCatchUp();
    this.#reading = this.#makeReading();
    this.#dispatcher = this.#makeDispatcher();
    this.sides = new SideLanes({
      clock,
      registry,
      lanes: this.#lanes,
      position,
      recorded: () => this.#flusher.recorded(),
      stuck: () => this.#flusher.trouble !== null,
      hold: (state) => this.#reading.holdLane(state, 'paused'),
      pump: (state) => this.#dispatcher.pump(state),
      changed: () => this.#flusher.wake(),
      rested: deps.rested,
    });
  }

  #makeFlusher(): Flusher {
    const { store, clock, logger, observer, registry } = this.#deps;
    const recorded = observer && ((row: AttemptRow) => observer.recorded(row, registry.subscription(row.subscription)));
    const collect = (recorded: boolean) => this.#checkpointer.collect(recorded);
    const unblocked = (): void => {
      this.#dispatcher.serve();
      this.#catchUp.resume();
    };
    const counted = (deltas: readonly ReplayCountDelta[]): void => this.#replays.counted(deltas);
    const { said } = this.#deps;
    return new Flusher({ store, clock, logger, collect, counted, unblocked, recorded, said }, this.#limits.flush);
  }

  #makeRouter(): Router {
    const { log, clock, logger } = this.#deps;
    return new Router({
      log,
      clock,
      logger,
      route: (event) => this.#reading.route(event),
      listened: () => this.#reading.listened(),
      moved: () => {
        this.#reading.routed();
        this.#catchUp.routerMoved();
      },
      gap: (gap) => this.#lost.missedByRouter(gap),
    });
  }

  #makeCatchUp(): CatchUp {
    const { log, clock, logger, registry } = this.#deps;
    return new CatchUp({
      log,
      clock,
      logger,
      registry,
      position: () => this.#router.position,
      blocked: () => this.#flusher.blocked,
      offer: (lane, subscription, event) => {
        const state = this.#lanes.current(lane);
        return state !== undefined && this.#reading.offer(state, subscription, event);
      },
      offered: (lane) => {
        const state = this.#lanes.current(lane);
        if (state) this.#dispatcher.pump(state);
      },
      expired: (lane, gap) => (lane.replay ? this.#replays.missed(lane, gap) : this.#lost.missedBy(lane, gap)),
    });
  }

  #makeReading(): LaneReading {
    const { logger, registry } = this.#deps;
    return new LaneReading({
      logger,
      registry,
      lanes: this.#lanes,
      lost: this.#lost,
      holdBackMs: this.#limits.holdBackMs,
      position: () => this.#router.position,
      checkpoint: () => this.#checkpointer.seq,
      considerCatchUp: (lane) => this.#catchUp.consider(lane),
      changed: () => this.#flusher.wake(),
      replayRested: (state) => this.#replays.rested(state),
      pump: (state) => this.#dispatcher.pump(state),
    });
  }

  #makeReplays(): ReplayRunner {
    return new ReplayRunner({
      ...this.#deps,
      lanes: this.#lanes,
      book: this.#book,
      changed: () => this.#flusher.wake(),
      pump: (state) => this.#dispatcher.pump(state),
    });
  }

  #makeDispatcher(): Dispatcher {
    const { logger } = this.#deps;
    return new Dispatcher(
      {
        ...this.#deps,
        lanes: this.#lanes,
        blocked: () => this.#flusher.blocked,
        broke: (state) => {
          const endpoint = state.lane.endpoint.number;
          logger.warn({ endpoint }, 'receiver fails again and again: first attempts stop');
          this.#reading.hold(endpoint, 'breaker');
        },
        rested: (state) => this.#reading.rested(state),
      },
      this.#limits.requests,
    );
  }

  #laneContext(): Omit<LaneContext, 'memory'> {
    const { clock, random, registry, dialect } = this.#deps;
    return {
      clock,
      random,
      recorder: this.#flusher,
      subscription: (number) => registry.subscription(number),
      maxBatch: (subscription) => dialect(subscription.dialect)?.maxBatch(subscription.options) ?? 1,
    };
  }

  /** What keeps all deliveries from going on at this moment; null when nothing does. */
  get trouble(): string | null {
    const { trouble } = this.#flusher;
    if (trouble !== null) return `results can't be recorded: ${trouble}`;
    return this.#router.trouble === null ? null : `the log can't be read: ${this.#router.trouble}`;
  }

  /** How much is not durable yet, and how far the checkpoint is. */
  get figures(): EngineFigures {
    const { unflushed, waitingMs } = this.#flusher;
    return {
      unflushed,
      unflushedMs: waitingMs,
      checkpoint: this.#checkpointer.seq,
      detached: this.#lanes.detachedLive,
      replays: this.#lanes.replays,
      activeReplays: activeFigures(this.#book, this.#deps.log),
      slowRenderMs: this.#renderBudget.slowMs,
    };
  }

  /** How far the router has come. */
  get position(): number {
    return this.#router.position;
  }

  get replays(): ReplayRunner {
    return this.#replays;
  }

  get replayBook(): ReplayBook {
    return this.#book;
  }

  /** The lane of an endpoint, or a side lane, if it has had anything to do yet. */
  laneOf(lane: number): Lane | undefined {
    return this.#lanes.find(lane)?.lane;
  }

  /** The side lanes of an endpoint. */
  sidesOf(endpoint: number): readonly Lane[] {
    return this.#lanes.sidesOf(endpoint).map(({ lane }) => lane);
  }

  /** The side lane a delivery belongs to; else its endpoint. */
  #wayOf({ subscription, seq }: DeliveryKey, endpoint: number): number {
    const { registry } = this.#deps;
    const lane = registry.laneAt(subscription, seq);
    return lane !== null && registry.sideLane(lane) ? lane : endpoint;
  }

  /** Resolves when every attached lane has durably settled everything up to `seq`. */
  settledUpTo(seq: number): Promise<void> {
    return this.#checkpointer.settledUpTo(seq);
  }

  /** Resolves when what became of deliveries before this call is in the store. */
  recorded(): Promise<void> {
    return this.#flusher.recorded();
  }

  /**
   * Events were changed in the log. Resolves when no request carries what they said before, nothing that waits does,
   * and what became of those requests is in the store.
   */
  async readAgain(): Promise<void> {
    this.#reading.readAgain();
    await this.#dispatcher.underWayEnded();
    await this.#flusher.recorded();
  }

  standing(endpoint: number, delivery: DeliveryKey, orderKey: string): Standing {
    const { clock, log } = this.#deps;
    const lane = this.laneOf(this.#wayOf(delivery, endpoint));
    return standingOf({ clock, log, lane, position: this.position }, delivery, orderKey);
  }

  // ---- start and stop -------------------------------------------------------------------------------------------

  async start(): Promise<void> {
    const { log, registry } = this.#deps;
    const position = recover(
      {
        log,
        registry,
        lanes: this.#lanes,
        checkpointer: this.#checkpointer,
        lost: this.#lost,
        replays: this.#replays,
      },
      await this.#deps.store.load(),
      await this.#deps.replays.load(),
    );
    this.#router.start(position);
    this.#replays.resume();
    for (const state of this.#lanes.all()) this.#dispatcher.pump(state);
    this.#scheduleTick();
  }

  /** Starts nothing more; gives what is under way some time, then makes all results durable. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tick?.cancel();
    const ended = this.#dispatcher.stop(this.#limits.graceMs);
    await Promise.all([this.#router.stop(), this.#catchUp.stop(), ended]);
    // A store that takes nothing must not keep the process alive for ever: what it lacks is sent again after a restart.
    const grace = this.#deps.clock.schedule(this.#limits.graceMs, () => this.#flusher.abandon());
    await this.#flusher.close();
    grace.cancel();
  }

  /** Lets go of everything at once, as a crash would. For tests of recovery. */
  abandon(): void {
    this.#stopping = true;
    this.#tick?.cancel();
    this.#router.abandon();
    this.#catchUp.abandon();
    this.#flusher.abandon();
    this.#dispatcher.abandon();
  }

  #scheduleTick(): void {
    this.#tick = this.#deps.clock.schedule(tickMs, () => {
      this.#reading.detachSlow();
      this.#replays.tick();
      this.sides.tick();
      this.#retired.tellIdle();
      this.#flusher.wake();
      this.#dispatcher.serve();
      this.#catchUp.resume();
      this.#scheduleTick();
    });
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
    const moved = state.lane.gate.configure(endpoint);
    if (moved) this.#hurry(state);
    if (endpoint.paused) this.#reading.hold(number, 'paused');
    this.#pumpAll(state);
  }

  /** What is sent by a named endpoint goes to another address now. */
  renew(number: number): void {
    const state = this.#lanes.find(number);
    if (!state) return;
    state.lane.gate.renewReceiver();
    this.#hurry(state);
    this.#pumpAll(state);
  }

  #pumpAll(state: LaneState): void {
    this.#dispatcher.pump(state);
    for (const side of this.#lanes.sidesOf(state.lane.endpoint.number)) this.#dispatcher.pump(side);
  }

  #hurry(state: LaneState): void {
    for (const { lane } of [state, ...this.#lanes.besides(state.lane.endpoint.number)]) lane.hurry();
  }

  /** A subscription is disabled or deleted: what is parked for it is cancelled. */
  cancel(subscription: number, endpoint: number, reason: string): void {
    for (const state of this.sides.lanesOf(subscription, endpoint)) {
      state.lane.cancelSubscription(subscription, reason);
      this.#dispatcher.pump(state);
    }
  }

  /** Deliveries of an endpoint are tried again at once; null where there is no such endpoint. */
  retry(endpoint: number, wanted: readonly Retry[]): readonly Retried[] | null {
    const retried: Retried[] = [];
    const places = wanted.map((retry, at) => ({ retry, at }));
    for (const [number, asked] of Map.groupBy(places, ({ retry }) => this.#wayOf(retry, endpoint))) {
      const state = this.#lanes.obtain(number);
      if (!state) return null;
      const done = state.lane.retry(asked.map(({ retry }) => retry));
      asked.forEach(({ at }, index) => (retried[at] = done[index] as Retried));
      this.#dispatcher.pump(state);
    }
    return retried;
  }

  /** A parked delivery of a replay is due at once; null where the replay has ended. */
  retryInReplay(replay: number, retry: Retry): Retried | null {
    const state = this.#lanes.findReplay(replay);
    if (!state) return null;
    const [retried = null] = state.lane.retry([retry]);
    this.#dispatcher.pump(state);
    return retried;
  }

  /** Nobody uses the endpoint any more: `idle` is told once its lane has nothing left to do. */
  retire(endpoint: number): void {
    this.#retired.add(endpoint);
  }

  /** The endpoint is gone, and its lane with it; its row goes with the next flush. */
  forget(endpoint: number): void {
    this.#lanes.forget(endpoint);
    this.#flusher.wake();
  }
}
