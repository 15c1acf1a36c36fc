/** One replay in memory: what was asked for, how far it has come, and who gets what of it. */
import type { AttemptOutcome, MissedEvents, ReplayMark, ReplayState } from '../../records/delivery-store.ts';
import { attemptOutcomes } from '../../records/delivery-store.ts';
import type { ReplayCounts, ReplayOrder, StoredReplay } from '../../records/replay-store.ts';
import { MatchIndex } from '../../subscriptions/match-index.ts';
import type { ReplaySource } from '../lane/replay-source.ts';
import type { LaneState } from '../lane-table.ts';
import { Speed } from './speed.ts';

/** Ranges it tells one by one; what is missed after that widens the last. */
const mostMissed = 10;

export class Replay implements ReplaySource {
  readonly order: ReplayOrder;
  readonly speed = new Speed();
  state: ReplayState;
  reason: string | null;
  startedAt: number | null;
  endedAt: number | null;
  index = new MatchIndex();
  /** One of its subscriptions is paused. */
  paused = false;
  /** While it runs. */
  lane: LaneState | null = null;
  #missed: readonly MissedEvents[];
  readonly #counts: Record<AttemptOutcome, number>;
  #stored: Pick<ReplayMark, 'cursor' | 'settledAbove'>;

  constructor({ order, mark, counts }: StoredReplay) {
    this.order = order;
    this.state = mark.state;
    this.reason = mark.reason;
    this.startedAt = mark.startedAt;
    this.endedAt = mark.endedAt;
    this.#missed = mark.missed;
    this.#counts = { ...counts };
    this.#stored = { cursor: mark.cursor, settledAbove: mark.settledAbove };
  }

  get number(): number {
    return this.order.number;
  }

  get end(): number {
    return this.order.to;
  }

  get ratePerSecond(): number {
    return this.order.ratePerSecond;
  }

  get isActive(): boolean {
    return this.state !== 'done' && this.state !== 'cancelled';
  }

  get counts(): ReplayCounts {
    return this.#counts;
  }

  /** Deliveries that were settled, durably. */
  get settled(): number {
    return attemptOutcomes.reduce((sum, outcome) => sum + (outcome === 'failed' ? 0 : this.#counts[outcome]), 0);
  }

  get cursor(): number {
    return this.lane ? this.lane.lane.lowWater() : this.#stored.cursor;
  }

  get settledAbove(): ReplayMark['settledAbove'] {
    return this.lane ? this.lane.lane.settledAbove() : this.#stored.settledAbove;
  }

  get missed(): readonly MissedEvents[] {
    return this.#missed;
  }

  /** @param attempts by outcome, as in `attemptOutcomes` */
  count(attempts: readonly number[]): void {
    attemptOutcomes.forEach((outcome, place) => (this.#counts[outcome] += attempts[place] ?? 0));
  }

  miss(events: MissedEvents): void {
    const last = this.#missed.at(-1);
    if (!last || this.#missed.length < mostMissed) this.#missed = [...this.#missed, events];
    else this.#missed = [...this.#missed.slice(0, -1), { from: last.from, to: events.to }];
  }

  /** What is to be remembered of it now. */
  mark(): ReplayMark {
    const { number: replay, state, reason, cursor, settledAbove, missed, startedAt, endedAt } = this;
    return { replay, state, reason, cursor, settledAbove, missed, startedAt, endedAt };
  }

  /** Its lane has nothing left to do. */
  leaveLane(): void {
    const { cursor, settledAbove } = this;
    this.lane = null;
    this.#stored = { cursor, settledAbove };
  }
}
