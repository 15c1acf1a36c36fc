/**
 * All lanes of this process: one live lane for each endpoint, made when first needed, side lanes of subscriptions that are
 * or were paused alone, and one for each replay that runs. And which of them read on their own; those of replays always do.
 */
import type { Timer } from '../kit/clock.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import { Gate } from './lane/gate.ts';
import { Lane } from './lane/lane.ts';
import type { LaneContext } from './lane/parts.ts';
import type { LaneLimits } from './lane/limits.ts';
import { LaneMemory, type LaneMemoryLimits } from './lane/memory.ts';
import type { ReplaySource } from './lane/replay-source.ts';
import type { Side } from './lane/side.ts';
import { RenderBudget } from './share/render-budget.ts';

/** What is remembered of a lane besides what the lane decides. */
export interface LaneState {
  readonly lane: Lane;
  /** When it may start something that it may not start now. */
  timer: Timer | null;
  /** A row for it is stored. */
  stored: boolean;
  /** Every attempt it made that its row does not say has a higher attempts row id. */
  rowMark: number;
  /** Monotonic time its row was last put together. */
  rowAt: number;
  rowCursor: number;
  /** It was told of that as many of its deliveries are parked as may be. */
  toldParkedFull: boolean;
}

export interface LaneTableLimits {
  readonly lane: LaneLimits;
  /** Over all lanes. */
  readonly memory: LaneMemoryLimits;
}

export class LaneTable {
  readonly detached = new Set<LaneState>();
  /** Attached lanes with something outstanding. */
  readonly busy = new Set<LaneState>();
  /** Attached again, their row not yet removed. */
  readonly reattached = new Set<LaneState>();
  /** Lanes that are no more, but have a row. */
  readonly orphanRows = new Set<number>();
  readonly #registry: SubscriptionRegistry;
  readonly #context: LaneContext;
  readonly #limits: LaneLimits;
  readonly #memory: LaneMemory;
  readonly #budget: RenderBudget;
  /** Live ones, by number. */
  readonly #lanes = new Map<number, LaneState>();
  readonly #sides = new Set<LaneState>();
  readonly #replays = new Map<number, LaneState>();

  constructor(
    registry: SubscriptionRegistry,
    context: Omit<LaneContext, 'memory'>,
    limits: LaneTableLimits,
    budget = new RenderBudget(),
  ) {
    this.#budget = budget;
    this.#registry = registry;
    this.#limits = limits.lane;
    this.#memory = new LaneMemory(limits.memory);
    this.#context = { ...context, memory: this.#memory };
  }

  all(): readonly LaneState[] {
    return [...this.#lanes.values(), ...this.#replays.values()];
  }

  /** Live lanes that read on their own. */
  get detachedLive(): number {
    return this.detached.size - this.#replays.size;
  }

  /** The live lane with this number, an endpoint's own or a side lane, if it has had anything to do yet. */
  find(lane: number): LaneState | undefined {
    return this.#lanes.get(lane);
  }

  get sides(): ReadonlySet<LaneState> {
    return this.#sides;
  }

  /** The side lanes of an endpoint. */
  sidesOf(endpoint: number): readonly LaneState[] {
    if (this.#sides.size === 0) return none;
    return [...this.#sides].filter(({ lane }) => lane.endpoint.number === endpoint);
  }

  /** All that go through the gate of an endpoint, but its own. */
  besides(endpoint: number): readonly LaneState[] {
    return [...this.sidesOf(endpoint), ...this.replaysTo(endpoint)];
  }

  /** How many replays are under way. */
  get replays(): number {
    return this.#replays.size;
  }

  findReplay(replay: number): LaneState | undefined {
    return this.#replays.get(replay);
  }

  /** Of the replays to an endpoint. */
  replaysTo(endpoint: number): readonly LaneState[] {
    if (this.#replays.size === 0) return none;
    return [...this.#replays.values()].filter(({ lane }) => lane.endpoint.number === endpoint);
  }

  /** The same lane as before, unless its endpoint was let go of or its replay ended meanwhile. */
  current(lane: Lane): LaneState | undefined {
    const state = lane.replay ? this.#replays.get(lane.replay.number) : this.#lanes.get(lane.number);
    return state?.lane === lane ? state : undefined;
  }

  /** Made where there is none; undefined where there is no such endpoint. */
  obtain(number: number): LaneState | undefined {
    const known = this.#lanes.get(number);
    if (known) return known;
    const endpoint = this.#registry.endpoint(number);
    if (!endpoint) return this.#obtainSide(number);
    const state = stateOf(
      new Lane(new Gate(endpoint, this.#limits.breaker, this.#budget), this.#context, this.#limits),
    );
    this.#lanes.set(number, state);
    return state;
  }

  #obtainSide(number: number): LaneState | undefined {
    const subscription = this.#registry.subscription(this.#registry.sideLane(number)?.subscription ?? 0);
    if (!subscription) return undefined;
    const side = { number, subscription: subscription.number, paused: Boolean(subscription.pause) };
    return this.openSide(subscription.endpoint, side);
  }

  /** A side lane of an endpoint; undefined where there is no such endpoint. */
  openSide(endpoint: number, side: Side): LaneState | undefined {
    const gate = this.obtain(endpoint)?.lane.gate;
    if (!gate) return undefined;
    const state = stateOf(new Lane(gate, this.#context, this.#limits, { side }));
    this.#lanes.set(side.number, state);
    this.#sides.add(state);
    return state;
  }

  /** A lane for a replay, which goes on after `position`; undefined where there is no such endpoint. */
  openReplay(endpoint: number, replay: ReplaySource, position: number): LaneState | undefined {
    const gate = this.obtain(endpoint)?.lane.gate;
    if (!gate) return undefined;
    const state = stateOf(new Lane(gate, this.#context, this.#limits, { replay }));
    this.#replays.set(replay.number, state);
    this.detach(state, position);
    return state;
  }

  /** It has ended, and its row says so. */
  closeReplay(replay: number): void {
    const state = this.#replays.get(replay);
    if (!state) return;
    state.timer?.cancel();
    this.#replays.delete(replay);
    this.detached.delete(state);
    this.#memory.readers = this.detached.size;
  }

  detach(state: LaneState, position: number): void {
    state.lane.detach(position);
    // Its first row is written with the next flush.
    state.rowAt = -Infinity;
    this.busy.delete(state);
    this.reattached.delete(state);
    this.detached.add(state);
    this.#memory.readers = this.detached.size;
  }

  attach(state: LaneState): void {
    state.lane.attach();
    this.detached.delete(state);
    this.#memory.readers = this.detached.size;
    if (state.stored) this.reattached.add(state);
    if (state.lane.outstanding > 0) this.busy.add(state);
  }

  /** A row was found that says nothing any more: it goes with the next flush. */
  dropRow(number: number): void {
    const state = this.obtain(number);
    if (!state) {
      this.orphanRows.add(number);
      return;
    }
    state.stored = true;
    this.reattached.add(state);
  }

  /** Drops a lane that has nothing left to do; its row goes with the next flush. */
  forget(number: number): void {
    const state = this.#lanes.get(number);
    if (!state) return;
    state.timer?.cancel();
    state.lane.leaveGate();
    this.#lanes.delete(number);
    this.#sides.delete(state);
    this.detached.delete(state);
    this.#memory.readers = this.detached.size;
    this.busy.delete(state);
    if (state.stored) this.reattached.add(state);
  }
}

const none: readonly LaneState[] = [];

function stateOf(lane: Lane): LaneState {
  return { lane, timer: null, stored: false, rowMark: 0, rowAt: -Infinity, rowCursor: -1, toldParkedFull: false };
}
