/**
 * From lanes to receivers: starts what lanes give out and tells them what became of it. Which lane may start is decided
 * in `share/fair-share.ts`, what goes out in the lane.
 */
import type { Clock } from '../kit/clock.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Event } from '../model/event.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { AttemptObserver, AttemptReport } from './attempt-observer.ts';
import { type AttemptDeps, attempt, unreadable, verdictBeforeSending } from './attempt.ts';
import { FairShare } from './share/fair-share.ts';
import type { Lane } from './lane/lane.ts';
import { firstSeq, type Unit, type Verdict } from './lane/unit.ts';
import type { LaneState, LaneTable } from './lane-table.ts';

export interface DispatcherDeps extends AttemptDeps {
  readonly clock: Clock;
  readonly log: EventLog;
  readonly registry: SubscriptionRegistry;
  readonly lanes: LaneTable;
  readonly observer?: AttemptObserver | undefined;
  /** No request may start: too many results are not durable yet. */
  blocked(): boolean;
  /** A receiver answered 410: its subscription, as it was sent by, has to be disabled. */
  gone(subscription: Subscription): void;
  /** The breaker of an endpoint opened. */
  broke(endpoint: number): void;
  /** It started all it may for now. @returns whether more lies in the log for it */
  rested(state: LaneState): boolean;
}

type Events = readonly (Event | null)[];

export class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #share: FairShare;
  readonly #abort = new AbortController();
  /** Lanes with cancelled deliveries whose outcomes could not be recorded yet. */
  readonly #concluding = new Set<LaneState>();
  /** Requests that somebody waits for the end of. */
  readonly #awaited = new Set<{ readonly units: Set<Unit>; readonly done: () => void }>();
  #stopped = false;
  #ended: (() => void) | null = null;

  /** @param requests under way at once, over all lanes */
  constructor(deps: DispatcherDeps, requests: number) {
    this.#deps = deps;
    this.#share = new FairShare(requests, () => deps.blocked());
  }

  /** The lane may have come to have something to send: starts what may start now. */
  pump(state: LaneState): void {
    if (this.#stopped) return;
    this.#conclude(state);
    if (this.#share.isCrowded(state)) {
      this.#share.lineUp(state);
      this.serve();
    } else this.#startAll(state);
    this.#rest(state);
  }

  /**
   * One of its requests has ended, so that there is room at its gate: for the other live lanes first, so that each has
   * its share of a window that is always full. What they leave is for replays.
   */
  #pumpAll(state: LaneState): void {
    const own = this.#pumpOthers(state.lane.endpoint.number, state);
    if (!state.lane.replay || !own) this.pump(state);
  }

  /** @returns the endpoint's own lane, if it has had anything to do yet */
  #pumpOthers(endpoint: number, state: LaneState): LaneState | undefined {
    const { lanes } = this.#deps;
    const own = lanes.find(endpoint);
    for (const other of lanes.sidesOf(endpoint)) if (other !== state && !other.lane.paused) this.pump(other);
    if (own && own !== state) this.pump(own);
    return own;
  }

  /** It has to wait until a request of its domain, or of all, comes free. */
  waits(state: LaneState): boolean {
    return this.#share.waits(state);
  }

  /** Lanes that have to. */
  get inLine(): number {
    return this.#share.inLine;
  }

  /** Something that kept lanes in line may have eased. */
  serve(): void {
    if (this.#stopped) return;
    for (const state of this.#concluding) this.#conclude(state);
    this.#share.serve((state) => {
      // Its endpoint may be gone by its turn.
      if (this.#deps.lanes.current(state.lane) !== state) return false;
      const started = this.#startOne(state);
      if (!started) this.#rest(state);
      return started;
    });
  }

  /** Resolves when all that is under way at this moment has ended. */
  underWayEnded(): Promise<void> {
    const units = new Set(this.#deps.lanes.all().flatMap(({ lane }) => lane.unitsUnderWay));
    if (units.size === 0) return Promise.resolve();
    return new Promise((done) => this.#awaited.add({ units, done }));
  }

  #tellEnded(unit: Unit): void {
    for (const one of this.#awaited) {
      one.units.delete(unit);
      if (one.units.size > 0) continue;
      this.#awaited.delete(one);
      one.done();
    }
  }

  /** Starts nothing more, and gives what is under way `graceMs` to end. */
  async stop(graceMs: number): Promise<void> {
    this.#halt();
    if (this.#share.underWay === 0) return;
    const grace = this.#deps.clock.schedule(graceMs, () => this.#abort.abort());
    await new Promise<void>((resolve) => (this.#ended = resolve));
    grace.cancel();
  }

  /** Lets go of everything at once. */
  abandon(): void {
    this.#halt();
    this.#abort.abort();
  }

  #halt(): void {
    this.#stopped = true;
    for (const state of this.#deps.lanes.all()) state.timer?.cancel();
  }

  /** What is cancelled takes no request: window, breaker and share say nothing about it. */
  #conclude(state: LaneState): void {
    while (!this.#deps.blocked()) if (!state.lane.concludeCancelled()) return void this.#concluding.delete(state);
    this.#concluding.add(state);
  }

  #startAll(state: LaneState): void {
    while (this.#share.mayStart(state)) if (!this.#startOne(state)) return;
    this.#share.lineUp(state);
  }

  #startOne(state: LaneState): boolean {
    const unit = state.lane.take();
    if (!unit) return false;
    this.#start(state, unit);
    return true;
  }

  /** Nothing more can start now: sees to its reading, and to when it is looked at again. */
  #rest(state: LaneState): void {
    state.timer?.cancel();
    state.timer = null;
    const { clock } = this.#deps;
    // Before it is asked whether it may be read for: a time that comes in between must not be missed by both.
    const now = clock.monotonic();
    const moreToRead = this.#deps.rested(state);
    // They have taken what they may: what is left of the window is for replays.
    if (!state.lane.replay)
      for (const other of this.#deps.lanes.replaysTo(state.lane.endpoint.number)) this.pump(other);
    if (this.#stopped || this.#share.waits(state)) return;
    const wakeAt = state.lane.wakeAt(moreToRead, now);
    if (wakeAt === null) return;
    const inMs = Math.max(1, wakeAt - clock.monotonic());
    state.timer = clock.schedule(inMs, () => this.pump(state));
  }

  #start(state: LaneState, unit: Unit): void {
    this.#share.started(state, unit);
    if (!unit.parked) {
      const events = unit.deliveries.map(({ event }) => event);
      return void this.#launch(state, unit, events);
    }
    this.#deps.log.get(unit.deliveries.map(({ seq }) => seq)).then(
      (events) => {
        const gate = unit.gate?.endpoint.number;
        // Where it was settled at once, it has left room.
        this.#roomLeft(state, this.#launch(state, unit, events), gate);
      },
      (error: unknown) => this.#ran(state, unit, unreadable(error, this.#deps.clock.now()), []),
    );
  }

  /** @returns the lane it is in, where it is settled */
  #launch(state: LaneState, unit: Unit, events: Events): LaneState {
    try {
      return this.#send(state, unit, events);
    } catch (error) {
      return this.#finish(state, unit, unreadable(error, this.#deps.clock.now()), events);
    }
  }

  #send(state: LaneState, unit: Unit, events: Events): LaneState {
    const { clock, registry } = this.#deps;
    const subscription = registry.subscription(unit.subscription);
    const early = verdictBeforeSending(subscription, events, clock.now());
    if (early) return this.#finish(state, unit, early, events);
    if (!subscription) return state;
    const ended = (verdict: Verdict): void => this.#ran(state, unit, this.#judge(verdict, subscription), events);
    const known = attempt(this.#deps, unit, subscription, events as readonly Event[], ended, this.#abort.signal);
    return known ? this.#finish(state, unit, known, events) : state;
  }

  /** 410 speaks for the receiver as it was asked; a subscription that was edited meanwhile is tried again as it is now. */
  #judge(verdict: Verdict, sent: Subscription): Verdict {
    if (verdict.status !== 410) return verdict;
    if (this.#deps.registry.subscription(sent.number) !== sent) return { ...verdict, outcome: 'failed' };
    this.#deps.gone(sent);
    return verdict;
  }

  #ran(state: LaneState, unit: Unit, verdict: Verdict, events: Events): void {
    const gate = unit.gate?.endpoint.number;
    this.#roomLeft(state, this.#finish(state, unit, verdict, events), gate);
  }

  /**
   * A unit has ended, or may have: where it took no request.
   * @param holder the lane it ended in, which may be another than it started in
   * @param gate where it was counted: its subscription may have left that endpoint meanwhile, and the room is there
   */
  #roomLeft(state: LaneState, holder: LaneState, gate: number | undefined): void {
    this.#pumpAll(state);
    if (holder !== state) this.#pumpAll(holder);
    if (gate !== undefined && gate !== state.lane.endpoint.number) this.#pumpOthers(gate, state);
    this.serve();
  }

  /** @returns the lane it is in, which may be another one by now */
  #finish(from: LaneState, unit: Unit, verdict: Verdict, events: Events): LaneState {
    const state = this.#deps.lanes.current(from.lane.holderOf(unit)) ?? from;
    const { lane } = state;
    // Where it was sent: its subscription may have another endpoint by now, or that another address.
    const { gate, receiver } = unit;
    const before = receiver?.breaker.state;
    const attempts = unit.attempts + (verdict.requested ? 1 : 0);
    this.#share.ended(unit);
    const outcome = lane.finished(unit, verdict);
    if (this.#awaited.size > 0) this.#tellEnded(unit);
    this.#tell(lane, unit, { attempt: attempts, verdict, outcome, events });
    const broke = receiver && before !== 'open' && receiver.breaker.state === 'open';
    if (broke && receiver === gate?.receiver) this.#deps.broke(gate.endpoint.number);
    if (this.#stopped && this.#share.underWay === 0) this.#ended?.();
    return state;
  }

  #tell(lane: Lane, unit: Unit, facts: Pick<AttemptReport, 'attempt' | 'verdict' | 'outcome' | 'events'>): void {
    const { observer, registry, clock } = this.#deps;
    observer?.attempted({
      ...facts,
      endpoint: unit.gate?.endpoint ?? lane.endpoint,
      subscription: registry.subscription(unit.subscription),
      subscriptionNumber: unit.subscription,
      seq: firstSeq(unit),
      size: unit.deliveries.length,
      retryInMs: facts.outcome === 'failed' ? Math.max(0, unit.dueAt - clock.monotonic()) : null,
      breaker: (unit.receiver ?? lane).breaker.state,
      parked: lane.parked,
      replay: lane.replay?.number ?? null,
    });
  }
}
