/**
 * The engine: router, lanes, catch-up reading and checkpoint, moved by the log, the clock and the receivers' answers.
 * What each of them decides is written in its own file; here they are put in motion, in one thread, so that every
 * decision is taken within one tick.
 */
import type { Timer } from '../kit/clock.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { DeliveryKey } from '../records/delivery-store.ts';
import type { Retried, Retry } from './lane/again.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneState } from './lane-table.ts';
import type { EngineFigures } from './management.ts';
import { recover } from './recovery.ts';
import type { ReplayBook } from './replay/replay-book.ts';
import { activeFigures } from './replay/replay-view.ts';
import type { ReplayRunner } from './replay/replay-runner.ts';
import type { SideLanes } from './edits/side-lanes.ts';
import { defaultEngineLimits, type EngineDeps, type EngineLimits, EngineParts } from './engine-parts.ts';
import { type Standing, standingOf } from './why/standing.ts';

const tickMs = 1_000;

export class DeliveryEngine {
  readonly #deps: EngineDeps;
  readonly #limits: EngineLimits;
  readonly #parts: EngineParts;
  #tick: Timer | null = null;
  #stopping = false;

  constructor(deps: EngineDeps, limits: EngineLimits = defaultEngineLimits) {
    this.#deps = deps;
    this.#limits = limits;
    this.#parts = new EngineParts(deps, limits);
  }

  get sides(): SideLanes {
    return this.#parts.sides;
  }

  /** What keeps all deliveries from going on at this moment; null when nothing does. */
  get trouble(): string | null {
    const { trouble } = this.#parts.flusher;
    if (trouble !== null) return `results can't be recorded: ${trouble}`;
    return this.#parts.router.trouble === null ? null : `the log can't be read: ${this.#parts.router.trouble}`;
  }

  /** How much is not durable yet, and how far the checkpoint is. */
  get figures(): EngineFigures {
    const { unflushed, waitingMs } = this.#parts.flusher;
    return {
      unflushed,
      unflushedMs: waitingMs,
      checkpoint: this.#parts.checkpointer.seq,
      detached: this.#parts.lanes.detachedLive,
      replays: this.#parts.lanes.replays,
      activeReplays: activeFigures(this.#parts.book, this.#deps.log),
      slowRenderMs: this.#parts.renderBudget.slowMs,
      inLine: this.#parts.dispatcher.inLine,
    };
  }

  /** How far the router has come. */
  get position(): number {
    return this.#parts.router.position;
  }

  get replays(): ReplayRunner {
    return this.#parts.replays;
  }

  get replayBook(): ReplayBook {
    return this.#parts.book;
  }

  /** The lane of an endpoint, or a side lane, if it has had anything to do yet. */
  laneOf(lane: number): Lane | undefined {
    return this.#parts.lanes.find(lane)?.lane;
  }

  /** The side lanes of an endpoint. */
  sidesOf(endpoint: number): readonly Lane[] {
    return this.#parts.lanes.sidesOf(endpoint).map(({ lane }) => lane);
  }

  /** The lanes in which there may be something for a subscription. */
  lanesOf({ number, endpoint }: Subscription): readonly Lane[] {
    return this.#parts.sides.lanesOf(number, endpoint).map(({ lane }) => lane);
  }

  /** The side lane a delivery belongs to; else its endpoint. */
  #wayOf({ subscription, seq }: DeliveryKey, endpoint: number): number {
    const { registry } = this.#deps;
    const lane = registry.laneAt(subscription, seq);
    return lane !== null && registry.sideLane(lane) ? lane : endpoint;
  }

  /** Resolves when every attached lane has durably settled everything up to `seq`. */
  settledUpTo(seq: number): Promise<void> {
    return this.#parts.checkpointer.settledUpTo(seq);
  }

  /** Resolves when what became of deliveries before this call is in the store. */
  recorded(): Promise<void> {
    return this.#parts.flusher.recorded();
  }

  /**
   * Events were changed in the log. Resolves when no request carries what they said before, nothing that waits does,
   * and what became of those requests is in the store.
   */
  async readAgain(): Promise<void> {
    this.#parts.reading.readAgain();
    await this.#parts.dispatcher.underWayEnded();
    await this.#parts.flusher.recorded();
  }

  standing(endpoint: number, delivery: DeliveryKey, orderKey: string): Standing {
    const { clock, log } = this.#deps;
    const state = this.#parts.lanes.find(this.#wayOf(delivery, endpoint));
    const inLine = state !== undefined && this.#parts.dispatcher.waits(state);
    return standingOf({ clock, log, lane: state?.lane, position: this.position, inLine }, delivery, orderKey);
  }

  // ---- start and stop -------------------------------------------------------------------------------------------

  async start(): Promise<void> {
    const { log, registry } = this.#deps;
    const position = recover(
      {
        log,
        registry,
        lanes: this.#parts.lanes,
        checkpointer: this.#parts.checkpointer,
        lost: this.#parts.lost,
        replays: this.#parts.replays,
      },
      await this.#deps.store.load(),
      await this.#deps.replays.load(),
    );
    this.#parts.router.start(position);
    this.#parts.replays.resume();
    for (const state of this.#parts.lanes.all()) this.#parts.dispatcher.pump(state);
    this.#scheduleTick();
  }

  /** Starts nothing more; gives what is under way some time, then makes all results durable. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tick?.cancel();
    const ended = this.#parts.dispatcher.stop(this.#limits.graceMs);
    await Promise.all([this.#parts.router.stop(), this.#parts.catchUp.stop(), ended]);
    // A store that takes nothing must not keep the process alive for ever: what it lacks is sent again after a restart.
    const grace = this.#deps.clock.schedule(this.#limits.graceMs, () => this.#parts.flusher.abandon());
    await this.#parts.flusher.close();
    grace.cancel();
  }

  /** Lets go of everything at once, as a crash would. For tests of recovery. */
  abandon(): void {
    this.#stopping = true;
    this.#tick?.cancel();
    this.#parts.router.abandon();
    this.#parts.catchUp.abandon();
    this.#parts.flusher.abandon();
    this.#parts.dispatcher.abandon();
  }

  #scheduleTick(): void {
    this.#tick = this.#deps.clock.schedule(tickMs, () => {
      this.#parts.reading.detachSlow();
      this.#parts.reading.lookForRoom();
      this.#parts.replays.tick();
      this.#parts.sides.tick();
      this.#parts.retired.tellIdle();
      this.#parts.flusher.wake();
      this.#parts.dispatcher.serve();
      this.#parts.catchUp.lookAgain();
      this.#parts.catchUp.resume();
      this.#scheduleTick();
    });
  }

  // ---- for the subscription manager -------------------------------------------------------------------------------

  /**
   * Keeps the router from going past what is in the log now, until `release`: an edit that takes effect after this
   * sequence can be made durable and then be in the index before the first event it decides about.
   */
  freeze(): { readonly seq: number; release(): void } {
    return this.#parts.router.freeze();
  }

  /** The endpoint's limits, key or pause changed. */
  reconfigure(number: number): void {
    const endpoint = this.#deps.registry.endpoint(number);
    const state = this.#parts.lanes.find(number);
    if (!endpoint || !state) return;
    const moved = state.lane.gate.configure(endpoint);
    if (moved) this.#hurry(state);
    if (endpoint.paused) this.#parts.reading.hold(number, 'paused');
    this.#pumpAll(state);
  }

  /** What is sent by a named endpoint goes to another address now. */
  renew(number: number): void {
    const state = this.#parts.lanes.find(number);
    if (!state) return;
    state.lane.gate.renewReceiver();
    this.#hurry(state);
    this.#pumpAll(state);
  }

  #pumpAll(state: LaneState): void {
    this.#parts.dispatcher.pump(state);
    for (const side of this.#parts.lanes.sidesOf(state.lane.endpoint.number)) this.#parts.dispatcher.pump(side);
  }

  #hurry(state: LaneState): void {
    for (const { lane } of [state, ...this.#parts.lanes.besides(state.lane.endpoint.number)]) lane.hurry();
  }

  /** A subscription is disabled or deleted: what is parked for it is cancelled. */
  cancel(subscription: number, endpoint: number, reason: string): void {
    for (const state of this.#parts.sides.lanesOf(subscription, endpoint)) {
      state.lane.cancelSubscription(subscription, reason);
      this.#parts.dispatcher.pump(state);
    }
  }

  /** Deliveries of an endpoint are tried again at once; null where there is no such endpoint. */
  retry(endpoint: number, wanted: readonly Retry[]): readonly Retried[] | null {
    const retried: Retried[] = [];
    const places = wanted.map((retry, at) => ({ retry, at }));
    for (const [number, asked] of Map.groupBy(places, ({ retry }) => this.#wayOf(retry, endpoint))) {
      const state = this.#parts.lanes.obtain(number);
      if (!state) return null;
      const done = state.lane.retry(asked.map(({ retry }) => retry));
      asked.forEach(({ at }, index) => (retried[at] = done[index] as Retried));
      this.#parts.dispatcher.pump(state);
    }
    return retried;
  }

  /** A parked delivery of a replay is due at once; null where the replay has ended. */
  retryInReplay(replay: number, retry: Retry): Retried | null {
    const state = this.#parts.lanes.findReplay(replay);
    if (!state) return null;
    const [retried = null] = state.lane.retry([retry]);
    this.#parts.dispatcher.pump(state);
    return retried;
  }

  /** Nobody uses the endpoint any more: `idle` is told once its lane has nothing left to do. */
  retire(endpoint: number): void {
    this.#parts.retired.add(endpoint);
  }

  /** It could not be removed: `idle` is told again. */
  keepRetired(endpoint: number): void {
    this.#parts.retired.keep(endpoint);
  }

  /** The endpoint is gone, and its lane with it; its row goes with the next flush. */
  forget(endpoint: number): void {
    this.#parts.lanes.forget(endpoint);
    this.#parts.flusher.wake();
  }
}
