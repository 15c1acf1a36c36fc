/**
 * Who brings events to a lane: the router while it is attached, the catch-up reader while it is detached. Here lanes
 * change from one to the other; when, is written on top of `lane/lane.ts`.
 */
import type { Logger } from '../../kit/logger.ts';
import type { Event } from '../../model/event.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { Lane } from '../lane/lane.ts';
import type { LostEvents } from './lost-events.ts';
import type { LaneState, LaneTable } from '../lane-table.ts';

export interface LaneReadingDeps {
  readonly logger: Logger;
  readonly registry: SubscriptionRegistry;
  readonly lanes: LaneTable;
  readonly lost: LostEvents;
  /** A lane that holds the checkpoint back longer than this reads on its own. */
  readonly holdBackMs: number;
  /** How far the router has come. */
  position(): number;
  /** R of the checkpoint. */
  checkpoint(): number;
  /** The lane may want to be read for. */
  considerCatchUp(lane: Lane): void;
  /** The router came to an event for a lane that reads on its own. */
  met(lane: Lane): void;
  /** Lanes came to be attached or detached: it has to be stored soon. */
  changed(): void;
  /** The lane of a replay has started all it may. */
  replayRested(state: LaneState): void;
  /** It may have something to send. */
  pump(state: LaneState): void;
}

export class LaneReading {
  readonly #deps: LaneReadingDeps;
  /** Offered something since the router last started a page. */
  readonly #touched = new Set<LaneState>();

  constructor(deps: LaneReadingDeps) {
    this.#deps = deps;
  }

  /** The router came to this event. */
  route(event: Event): void {
    const { registry, lanes } = this.#deps;
    registry.index.match(event, (selector) => {
      const subscription = registry.subscription(selector.subscription);
      const state = lanes.obtain(selector.lane);
      if (!subscription || !state) return;
      if (state.lane.attached) {
        lanes.busy.add(state);
        this.#touched.add(state);
        if (!this.offer(state, subscription, event)) this.#detach(state, event.seq - 1, 'full');
      }
      if (!state.lane.attached) this.#deps.met(state.lane);
    });
  }

  /** Whether the router might hand an event to anybody; not while all receivers read on their own. */
  listened(): boolean {
    const { registry, lanes } = this.#deps;
    if (lanes.detachedLive < registry.endpointCount) return true;
    const reads = (lane: number): boolean => lanes.find(lane)?.lane.attached !== false;
    for (const { number } of registry.endpoints()) if (reads(number)) return true;
    for (const { lane, to } of registry.sideLanes()) if (to > this.#deps.position() && reads(lane)) return true;
    return false;
  }

  /** The router has gone through a page: lanes with news start what they may. */
  routed(): void {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const state of touched) this.#deps.pump(state);
  }

  /** False: the lane has no room. */
  offer({ lane }: LaneState, subscription: Subscription, event: Event): boolean {
    try {
      return lane.offer(subscription, event);
    } catch (error) {
      const { number: endpoint } = lane.endpoint;
      const replay = lane.replay?.number ?? 0;
      this.#deps.lost.failed({ subscription: subscription.number, endpoint, seq: event.seq, replay }, error);
      return true;
    }
  }

  /**
   * The lane has started all it may: goes back into step with the router, or is read for.
   * @returns whether more lies in the log for it
   */
  rested(state: LaneState): boolean {
    const { lane } = state;
    this.#tellParkedFull(state);
    if (lane.attached) return false;
    if (lane.replay) this.#deps.replayRested(state);
    else if (this.#mayAttach(lane)) {
      this.#deps.lanes.attach(state);
      this.#deps.changed();
      return false;
    }
    this.#deps.considerCatchUp(lane);
    return lane.readPosition < Math.min(this.#deps.position(), lane.replay?.end ?? Infinity);
  }

  /** Lanes that have held the checkpoint back too long read on their own. */
  detachSlow(): void {
    for (const state of this.#deps.lanes.busy) {
      if (state.lane.heldBackMs() <= this.#deps.holdBackMs) continue;
      this.#detach(state, this.#deps.position(), 'slow');
      this.#deps.pump(state);
    }
  }

  /** Lanes that read nothing since as many were parked as may be, over all lanes together: others may have left room. */
  lookForRoom(): void {
    for (const state of this.#deps.lanes.detached) if (state.lane.wasParkedFull) this.#deps.pump(state);
  }

  /** First attempts to an endpoint stop, those of its side lanes and replays too. */
  hold(endpoint: number, reason: 'breaker' | 'paused'): void {
    const { lanes } = this.#deps;
    const own = lanes.find(endpoint);
    if (own) this.holdLane(own, reason);
    for (const state of lanes.besides(endpoint)) this.holdLane(state, reason);
  }

  /** What waits is left to the log. With nothing waiting, one that is attached costs nothing. */
  holdLane(state: LaneState, reason: 'breaker' | 'paused'): void {
    const { lane } = state;
    const idle = reason === 'breaker' && lane.waiting === 0;
    if (lane.attached && !idle) this.#detach(state, this.#deps.position(), reason);
    if (!lane.attached) lane.dropWaiting();
  }

  /** What waits in memory was changed in the log: it is let go of, and read again from there. */
  readAgain(): void {
    const deps = this.#deps;
    for (const state of deps.lanes.all()) {
      if (state.lane.waiting === 0) continue;
      if (state.lane.attached) this.#detach(state, deps.position(), 'erasure');
      state.lane.dropWaiting();
      deps.pump(state);
    }
  }

  /** Once, until it is so no more. */
  #tellParkedFull(state: LaneState): void {
    const { lane } = state;
    const isNews = lane.isParkedFull && !state.toldParkedFull;
    state.toldParkedFull = lane.isParkedFull;
    if (!isNews) return;
    const facts = { endpoint: lane.endpoint.number, lane: lane.number, parked: lane.parked };
    this.#deps.logger.warn(
      facts,
      'so many deliveries wait for their next attempt that nothing new is read for a receiver',
    );
  }

  /** Not while it is so slow that it would soon detach again. */
  #mayAttach(lane: Lane): boolean {
    const deps = this.#deps;
    return lane.mayAttach(deps.position(), deps.checkpoint()) && lane.heldBackMs() < deps.holdBackMs / 2;
  }

  #detach(state: LaneState, position: number, reason: string): void {
    const deps = this.#deps;
    deps.lanes.detach(state, position);
    deps.logger.debug(
      { endpoint: state.lane.endpoint.number, lane: state.lane.number, reason, position },
      'lane reads on its own',
    );
    deps.changed();
    deps.considerCatchUp(state.lane);
  }
}
