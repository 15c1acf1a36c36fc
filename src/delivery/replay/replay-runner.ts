/**
 * Runs replays: a second, temporary lane for each, which reads a range of the log again.
 *
 *   queued ── there is a place, in its domain and on the server ──> running
 *     nothing is read for it
 *   running ── read up to its end, with nothing waiting, parked or under way ──> done
 *     its lane reads by itself, whatever the live lane does, and is never in step with the router; it goes through the
 *     live lane's gate (`lane/gate.ts`)
 *   running ── one of its subscriptions is paused ──> resting, in the state `running` ── all are resumed ──> going on
 *   queued ── cancelled ──> cancelled;   running ── cancelled ──> cancelling
 *     by somebody; because none of its subscriptions takes part any more; because its endpoint or its log is gone
 *   cancelling ── what was parked is listed as cancelled, what was under way has ended ──> cancelled
 *
 * The end is remembered before its lane is let go of: a crash in between finds it running, with nothing left to do. What
 * it has settled is known from its row and, above that, from its attempts, as with a live lane that reads on its own.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { attachCursor, type Gap } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { ReplayCountDelta, ReplayMark } from '../../records/delivery-store.ts';
import type { StoredReplay } from '../../records/replay-store.ts';
import type { Lane } from '../lane/lane.ts';
import type { LaneState, LaneTable } from '../lane-table.ts';
import type { Replay } from './replay.ts';
import { ReplayBook } from './replay-book.ts';
import { indexFor, type SelectionDeps, whyLeftOut } from './selection.ts';

export interface ReplayRunnerDeps extends SelectionDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'id' | 'head' | 'floor' | 'holes'>;
  readonly lanes: LaneTable;
  readonly book: ReplayBook;
  /** It may have something to send. */
  pump(state: LaneState): void;
  /** Something has to be stored soon. */
  changed(): void;
}

export class ReplayRunner {
  readonly #deps: ReplayRunnerDeps;
  /** Ended without a lane; their last mark is not durable yet. */
  readonly #endings = new Set<Replay>();

  constructor(deps: ReplayRunnerDeps) {
    this.#deps = deps;
  }

  // ---- beginning ------------------------------------------------------------------------------------------------

  /** After a restart, before it is known what their lanes have settled. @param attempts row mark of the checkpoint */
  restore(stored: readonly StoredReplay[], attempts: number): void {
    const { book, log } = this.#deps;
    for (const one of stored) {
      const replay = book.add(one);
      if (!replay.isActive || replay.state === 'queued') continue;
      if (replay.order.log !== log.id || replay.end > log.head()) continue;
      const state = this.#open(replay);
      if (!state) continue;
      state.rowMark = attempts;
      for (const key of one.mark.settledAbove) if (key.seq > state.lane.readPosition) state.lane.remember(key);
    }
  }

  /** Once all lanes are restored: goes on, but with those that have lost what they were for meanwhile. */
  resume(): void {
    const { log } = this.#deps;
    for (const replay of this.#deps.book.active()) {
      if (replay.order.log !== log.id || replay.end > log.head()) this.cancel(replay, 'log_replaced');
      else if (replay.state === 'cancelling') this.cancel(replay, replay.reason ?? 'replay_cancelled');
      else this.#revise(replay);
      if (replay.lane) this.#deps.pump(replay.lane);
    }
    this.startQueued();
  }

  /** Those for which there is a place now. */
  startQueued(): void {
    for (const replay of this.#deps.book.startable()) this.#start(replay);
  }

  #start(replay: Replay): void {
    replay.state = 'running';
    replay.startedAt ??= this.#deps.clock.now();
    const state = this.#open(replay);
    if (!state) return this.cancel(replay, 'subscription_deleted');
    this.#deps.changed();
    this.#deps.pump(state);
  }

  /** Undefined: its endpoint is gone. */
  #open(replay: Replay): LaneState | undefined {
    const { log, lanes } = this.#deps;
    const { next, gap } = attachCursor(log, { log: log.id, seq: replay.cursor });
    replay.index = indexFor(this.#deps, replay.order);
    replay.paused = this.#isPaused(replay);
    const state = lanes.openReplay(replay.order.endpoint, replay, Math.min(next.seq, replay.end));
    replay.lane = state ?? null;
    if (gap) this.#missed(replay, gap);
    return state;
  }

  // ---- while it runs --------------------------------------------------------------------------------------------

  /** A subscription was edited or removed. */
  subscriptionChanged(number: number): void {
    for (const replay of this.#deps.book.active()) {
      if (!replay.order.subscriptions.includes(number)) continue;
      this.#revise(replay);
      if (replay.lane) this.#deps.pump(replay.lane);
    }
  }

  /** What its subscriptions want may be different now; one it is no longer for is left out, with what is parked for it. */
  #revise(replay: Replay): void {
    if (replay.state === 'cancelling') return;
    const { order, lane } = replay;
    const reasons = order.subscriptions.map((number) => [number, whyLeftOut(this.#deps, order, number)] as const);
    const [, first] = reasons.find(([, reason]) => reason !== null) ?? [];
    if (first && reasons.every(([, reason]) => reason !== null)) return this.cancel(replay, first);
    replay.index = indexFor(this.#deps, order);
    replay.paused = this.#isPaused(replay);
    // What waits is left to the log, as in a live lane.
    if (replay.paused) lane?.lane.dropWaiting();
    for (const [number, reason] of reasons) if (reason !== null) lane?.lane.cancelSubscription(number, reason);
  }

  #isPaused({ order }: Replay): boolean {
    return order.subscriptions.some((number) => Boolean(this.#deps.registry.subscription(number)?.pause));
  }

  /** Events it had not read were trimmed. */
  missed({ replay }: Lane, gap: Gap): void {
    const known = replay && this.#deps.book.find(replay.number);
    if (known) this.#missed(known, gap);
  }

  #missed(replay: Replay, { from, to }: Gap): void {
    const last = Math.min(to ?? replay.end, replay.end);
    replay.miss({ from, to: last });
    this.#deps.logger.warn({ replay: replay.number, from, to: last }, 'events expired before they were replayed');
  }

  /** Its lane has started all it may. */
  rested(state: LaneState): void {
    const replay = state.lane.replay && this.#deps.book.find(state.lane.replay.number);
    if (replay?.isActive && state.lane.isOver) this.#end(replay);
  }

  /** About every second. */
  tick(): void {
    const at = this.#deps.clock.monotonic();
    for (const replay of this.#deps.book.active()) {
      const { lane, cursor, settled } = replay;
      if (!lane) continue;
      replay.speed.note({ at, cursor, settled });
      this.rested(lane);
    }
  }

  // ---- ending ---------------------------------------------------------------------------------------------------

  /** Nothing more of it starts. */
  cancel(replay: Replay, reason: string): void {
    if (!replay.isActive) return;
    replay.state = 'cancelling';
    replay.reason = reason;
    const { lane } = replay;
    if (!lane) return this.#end(replay);
    lane.lane.giveUp(replay.order.subscriptions, reason);
    this.#deps.changed();
    this.#deps.pump(lane);
  }

  #end(replay: Replay): void {
    const { clock, logger } = this.#deps;
    replay.state = replay.state === 'cancelling' ? 'cancelled' : 'done';
    replay.endedAt = clock.now();
    if (!replay.lane) this.#endings.add(replay);
    else {
      replay.lane.lane.dirty = true;
      // Its last row is written with the next flush.
      replay.lane.rowAt = -Infinity;
    }
    const { number, state, reason } = replay;
    logger.info({ replay: number, state, reason }, 'a replay has ended');
    this.#deps.changed();
  }

  // ---- what the flush has to know -------------------------------------------------------------------------------

  /** @param due lanes of replays whose row is to be written. @returns what is to be remembered now */
  marks(due: readonly LaneState[]): ReplayMark[] {
    const replays = due.flatMap(({ lane }) => this.#deps.book.find(lane.replay?.number ?? 0) ?? []);
    const marks = [...replays, ...this.#endings].map((replay) => replay.mark());
    this.#endings.clear();
    return marks;
  }

  get hasEndings(): boolean {
    return this.#endings.size > 0;
  }

  /** They are durable. */
  marked(marks: readonly ReplayMark[]): void {
    const ended = marks.filter(({ endedAt }) => endedAt !== null);
    for (const { replay: number } of ended) {
      this.#deps.book.find(number)?.leaveLane();
      this.#deps.lanes.closeReplay(number);
    }
    if (ended.length > 0) this.startQueued();
  }

  /** These attempts are durable. */
  counted(deltas: readonly ReplayCountDelta[]): void {
    for (const { replay, attempts } of deltas) this.#deps.book.find(replay)?.count(attempts);
  }
}
