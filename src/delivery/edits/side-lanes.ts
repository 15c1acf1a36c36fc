/** Opens side lanes, sees to those there are, and lets go of them. What becomes of one is written in `lane/side.ts`. */
import type { Clock } from '../../kit/clock.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { LaneState, LaneTable } from '../lane-table.ts';

export interface SideLanesDeps {
  readonly clock: Clock;
  readonly registry: SubscriptionRegistry;
  readonly lanes: LaneTable;
  /** How far the router has come. */
  readonly position: () => number;
  /** Resolves when where all lanes stand now is durable. */
  readonly recorded: () => Promise<void>;
  /** It can't be made durable at this moment. */
  readonly stuck: () => boolean;
  /** Somebody paused it: what waits is left to the log. */
  hold(state: LaneState): void;
  /** It may have something to send. */
  pump(state: LaneState): void;
  /** Something has to be stored soon. */
  changed(): void;
  /** A subscription may go through its endpoint's own lane again. */
  rested(subscription: number): void;
}

/** A side lane that is being made. */
export interface OpenedSide {
  /**
   * In the turn in which the registry has the versions that go through it: it takes over. It starts nothing until `follow`
   * has seen to the gate it goes through.
   */
  enter(): void;
  /** It was not to be. */
  close(): void;
}

/** While results can't be stored, edits of other subscriptions must not wait for it. */
const longestWaitMs = 5_000;
/** Nobody asked for it, and the router stands still meanwhile. */
const longestRestMs = 500;

export class SideLanes {
  readonly #deps: SideLanesDeps;

  constructor(deps: SideLanesDeps) {
    this.#deps = deps;
  }

  /** Beside an endpoint's lane, for what that holds for a subscription; its row is durable when it resolves. */
  async open(subscription: number, endpoint: number, number: number): Promise<OpenedSide> {
    const { lanes, position, recorded } = this.#deps;
    const own = lanes.obtain(endpoint);
    const home = this.#deps.registry.subscription(subscription)?.endpoint ?? endpoint;
    const side = lanes.openSide(home, { number, subscription, paused: true });
    if (!own || !side) throw new Error(`there is no endpoint ${endpoint}`);
    const standpoint = own.lane.standpointOf(subscription, position);
    lanes.detach(side, standpoint.lowWater());
    side.lane.expect(standpoint);
    try {
      await this.#inTime(recorded(), longestWaitMs);
    } catch (error) {
      this.#forget(side);
      throw error;
    }
    const enter = (): void => {
      own.lane.handOver(subscription, standpoint, side.lane);
      this.#deps.changed();
      this.#deps.pump(own);
    };
    return { enter, close: () => this.#forget(side) };
  }

  async #inTime(stored: Promise<void>, withinMs: number): Promise<void> {
    const late = Promise.withResolvers<never>();
    const message = `where delivery stands could not be stored within ${withinMs} ms`;
    const timer = this.#deps.clock.schedule(withinMs, () => late.reject(new Error(message)));
    await Promise.race([stored, late.promise]).finally(() => timer.cancel());
  }

  /** A subscription was paused or resumed, or goes to another endpoint: its side lanes follow. */
  follow({ number, endpoint, pause }: Subscription): void {
    const deps = this.#deps;
    for (const state of this.#of(number)) {
      const { lane } = state;
      const former = deps.lanes.find(lane.endpoint.number);
      const gate = deps.lanes.obtain(endpoint)?.lane.gate;
      const leaves = gate !== undefined && gate !== lane.gate;
      if (leaves) lane.goThrough(gate);
      if (lane.side) lane.side.paused = Boolean(pause);
      if (pause) deps.hold(state);
      deps.pump(state);
      // Replays to the endpoint it leaves gave way to it.
      if (leaves && former) deps.pump(former);
    }
  }

  #of(subscription: number): LaneState[] {
    return [...this.#deps.lanes.sides].filter(({ lane }) => lane.side?.subscription === subscription);
  }

  /** The lanes in which there may be something for a subscription. @param endpoint whose lane is one of them */
  lanesOf(subscription: number, endpoint: number): readonly LaneState[] {
    const own = this.#deps.lanes.find(endpoint);
    return own ? [own, ...this.#of(subscription)] : this.#of(subscription);
  }

  /** About every second. */
  tick(): void {
    for (const state of this.#deps.lanes.sides) {
      const { lane } = state;
      const { registry, position } = this.#deps;
      if (!lane.idle || !lane.side || lane.isExpecting) continue;
      const last = registry.sideLane(lane.number)?.to ?? 0;
      if (lane.lowWater(position()) >= last) this.#forget(state);
      else if (last === Infinity && !this.#deps.stuck() && this.isCaughtUp(lane.number, position())) {
        this.#deps.rested(lane.side.subscription);
      }
    }
  }

  /** What became of everything up to this sequence, which is the router's position, is in the store. */
  async hasSettled(number: number, seq: number): Promise<boolean> {
    if (!this.isCaughtUp(number, seq)) return false;
    return this.#inTime(this.#deps.recorded(), longestRestMs).then(
      () => this.isCaughtUp(number, seq),
      () => false,
    );
  }

  /** Everything up to this sequence, which is the router's position, is settled there. */
  isCaughtUp(number: number, seq: number): boolean {
    const { lanes, position } = this.#deps;
    const lane = lanes.find(number)?.lane;
    if (!lane || lane.paused || !lane.attached || !lane.idle || position() !== seq) return false;
    return lane.lowWater(seq) === seq;
  }

  #forget({ lane }: LaneState): void {
    this.#deps.lanes.forget(lane.number);
    this.#deps.changed();
  }
}
