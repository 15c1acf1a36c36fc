/**
 * The parts of the engine, and who tells whom what. What each of them decides is written in its own file; here it is seen
 * that a lane has something to send (`pump`), that it wants to be read for, and that something has to be stored.
 */
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { EventLog } from '../log/event-log.ts';
import type { NewEvent } from '../model/event.ts';
import type { AttemptRow, DeliveryStore, ReplayCountDelta } from '../records/delivery-store.ts';
import type { ReplayStore } from '../records/replay-store.ts';
import type { UsersOf } from '../subscriptions/match-index.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { AttemptObserver } from './attempt-observer.ts';
import type { AttemptDeps } from './attempt.ts';
import { CatchUp } from './reading/catch-up.ts';
import { Checkpointer } from './flush/checkpointer.ts';
import { Dispatcher } from './dispatcher.ts';
import { defaultFlushLimits, Flusher, type FlushLimits } from './flush/flusher.ts';
import type { LaneContext } from './lane/parts.ts';
import { defaultLaneLimits } from './lane/limits.ts';
import { LaneReading } from './reading/lane-reading.ts';
import { LaneTable, type LaneTableLimits } from './lane-table.ts';
import { LostEvents } from './reading/lost-events.ts';
import { mostRequests } from './share/most-requests.ts';
import { defaultReplayLimits, ReplayBook, type ReplayLimits } from './replay/replay-book.ts';
import { RenderBudget } from './share/render-budget.ts';
import { ReplayRunner } from './replay/replay-runner.ts';
import type { SelectionDeps } from './replay/selection.ts';
import { RetiredEndpoints } from './edits/retired-endpoints.ts';
import { Router } from './reading/router.ts';
import { SideLanes } from './edits/side-lanes.ts';

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
  requests: mostRequests,
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

/** Made once, all together. `engine.ts` puts them in motion. */
export class EngineParts {
  readonly lanes: LaneTable;
  readonly retired: RetiredEndpoints;
  readonly flusher: Flusher;
  readonly renderBudget = new RenderBudget();
  readonly checkpointer: Checkpointer;
  readonly router: Router;
  readonly catchUp: CatchUp;
  readonly reading: LaneReading;
  readonly lost: LostEvents;
  readonly dispatcher: Dispatcher;
  readonly replays: ReplayRunner;
  readonly book: ReplayBook;
  readonly sides: SideLanes;
  readonly #deps: EngineDeps;
  readonly #limits: EngineLimits;

  constructor(deps: EngineDeps, limits: EngineLimits) {
    const { clock, log, registry } = deps;
    this.#deps = deps;
    this.#limits = limits;
    this.flusher = this.#makeFlusher();
    this.lanes = new LaneTable(registry, this.#laneContext(), limits, this.renderBudget);
    this.lost = new LostEvents({ ...deps, recorder: this.flusher, laneOf: (lane) => this.lanes.find(lane)?.lane });
    this.retired = new RetiredEndpoints(registry, this.lanes, deps.idle);
    const { laneRowMs } = limits;
    const position = (): number => this.router.position;
    this.book = new ReplayBook(limits.replays);
    this.replays = this.#makeReplays();
    const own = { lanes: this.lanes, replays: this.replays, position };
    this.checkpointer = new Checkpointer({ clock, logId: log.id, laneRowMs, ...own });
    this.router = this.#makeRouter();
    this.catchUp = this.#makeCatchUp();
    this.reading = this.#makeReading();
    this.dispatcher = this.#makeDispatcher();
    this.sides = new SideLanes({
      clock,
      registry,
      lanes: this.lanes,
      position,
      recorded: () => this.flusher.recorded(),
      stuck: () => this.flusher.trouble !== null,
      hold: (state) => this.reading.holdLane(state, 'paused'),
      pump: (state) => this.dispatcher.pump(state),
      changed: () => this.flusher.wake(),
      rested: deps.rested,
    });
  }

  #makeFlusher(): Flusher {
    const { store, clock, logger, observer, registry } = this.#deps;
    const recorded = observer && ((row: AttemptRow) => observer.recorded(row, registry.subscription(row.subscription)));
    const collect = (recorded: boolean) => this.checkpointer.collect(recorded);
    const unblocked = (): void => {
      this.dispatcher.serve();
      this.catchUp.resume();
    };
    const counted = (deltas: readonly ReplayCountDelta[]): void => this.replays.counted(deltas);
    const { said } = this.#deps;
    return new Flusher({ store, clock, logger, collect, counted, unblocked, recorded, said }, this.#limits.flush);
  }

  #makeRouter(): Router {
    const { log, clock, logger } = this.#deps;
    return new Router({
      log,
      clock,
      logger,
      route: (event) => this.reading.route(event),
      listened: () => this.reading.listened(),
      moved: (from) => {
        this.reading.routed();
        this.catchUp.routerMoved(from);
      },
      gap: (gap) => this.lost.missedByRouter(gap),
    });
  }

  #makeCatchUp(): CatchUp {
    const { log, clock, logger, registry } = this.#deps;
    return new CatchUp({
      log,
      clock,
      logger,
      registry,
      position: () => this.router.position,
      blocked: () => this.flusher.blocked,
      offer: (lane, subscription, event) => {
        const state = this.lanes.current(lane);
        return state !== undefined && this.reading.offer(state, subscription, event);
      },
      offered: (lane) => {
        const state = this.lanes.current(lane);
        if (state) this.dispatcher.pump(state);
      },
      expired: (lane, gap) => (lane.replay ? this.replays.missed(lane, gap) : this.lost.missedBy(lane, gap)),
    });
  }

  #makeReading(): LaneReading {
    const { logger, registry } = this.#deps;
    return new LaneReading({
      logger,
      registry,
      lanes: this.lanes,
      lost: this.lost,
      holdBackMs: this.#limits.holdBackMs,
      position: () => this.router.position,
      checkpoint: () => this.checkpointer.seq,
      considerCatchUp: (lane) => this.catchUp.consider(lane),
      met: (lane) => this.catchUp.met(lane),
      changed: () => this.flusher.wake(),
      replayRested: (state) => this.replays.rested(state),
      pump: (state) => this.dispatcher.pump(state),
    });
  }

  #makeReplays(): ReplayRunner {
    return new ReplayRunner({
      ...this.#deps,
      lanes: this.lanes,
      book: this.book,
      changed: () => this.flusher.wake(),
      pump: (state) => this.dispatcher.pump(state),
    });
  }

  #makeDispatcher(): Dispatcher {
    const { logger } = this.#deps;
    return new Dispatcher(
      {
        ...this.#deps,
        lanes: this.lanes,
        blocked: () => this.flusher.blocked,
        broke: (endpoint) => {
          logger.warn({ endpoint }, 'receiver fails again and again: first attempts stop');
          this.reading.hold(endpoint, 'breaker');
        },
        rested: (state) => this.reading.rested(state),
      },
      this.#limits.requests,
    );
  }

  #laneContext(): Omit<LaneContext, 'memory'> {
    const { clock, random, registry, dialect } = this.#deps;
    return {
      clock,
      random,
      recorder: this.flusher,
      subscription: (number) => registry.subscription(number),
      maxBatch: (subscription) => dialect(subscription.dialect)?.maxBatch(subscription.options) ?? 1,
    };
  }
}
