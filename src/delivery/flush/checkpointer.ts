/**
 * Says at each flush where delivery stands: the checkpoint, the rows of detached lanes, and those that are no longer
 * needed. How R and A are found is written in `checkpoint.ts`.
 */
import type { Clock } from '../../kit/clock.ts';
import type { DetachedLane, ReplayMark } from '../../records/delivery-store.ts';
import { CheckpointMarks } from './checkpoint.ts';
import type { FlushExtras } from './flusher.ts';
import type { LaneState, LaneTable } from '../lane-table.ts';

export interface CheckpointerDeps {
  readonly clock: Clock;
  readonly lanes: LaneTable;
  readonly logId: string;
  readonly replays: {
    readonly hasEndings: boolean;
    /** What is to be remembered of the replays with these lanes, and of others that ended. */
    marks(due: readonly LaneState[]): ReplayMark[];
    /** They are durable. */
    marked(marks: readonly ReplayMark[]): void;
  };
  /** How far the router has come. */
  position(): number;
  /** How often the row of a detached lane is brought up to date at most, milliseconds. */
  readonly laneRowMs: number;
}

/** Of very many lanes each waits longer for its row, so that rows do not become more work than the attempts they are about. */
const rowsPerSecond = 400;
/** A cursor that only passed over what others want costs no more than some reading after a restart. */
const quietFactor = 20;

export class Checkpointer {
  readonly #deps: CheckpointerDeps;
  readonly #waiters = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  #marks = new CheckpointMarks({ seq: 0, attempts: 0, newestSettled: 0 });
  #stored = { seq: -1, attempts: -1 };

  constructor(deps: CheckpointerDeps) {
    this.#deps = deps;
  }

  /** R as last given out. */
  get seq(): number {
    return this.#marks.seq;
  }

  /** @param newestSettled the highest sequence that was attempted, as far as is known */
  start(seq: number, attempts: number, newestSettled: number): void {
    this.#marks = new CheckpointMarks({ seq, attempts, newestSettled });
  }

  /** Resolves when every attached lane has durably settled everything up to `seq`. */
  settledUpTo(seq: number): Promise<void> {
    if (this.#stored.seq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.add({ seq, resolve }));
  }

  /** What belongs into the flush that is put together now; null when nothing changed and nothing was recorded. */
  collect(recorded: boolean): FlushExtras | null {
    const { lanes, logId, replays } = this.#deps;
    const position = this.#deps.position();
    const due = this.#dueRows();
    const attach = [...[...lanes.reattached].map(({ lane }) => lane.number), ...lanes.orphanRows];
    const checkpoint = this.#marks.advance(this.#lowWater(position), this.#dirtySince(new Set(due)));
    const moved = checkpoint.seq !== this.#stored.seq || checkpoint.attempts !== this.#stored.attempts;
    const changed = moved || due.length > 0 || attach.length > 0 || replays.hasEndings;
    if (!recorded && !changed) return null;
    const marks = replays.marks(due.filter(({ lane }) => lane.replay !== null));
    const detach = due.filter(({ lane }) => lane.replay === null).map(rowOf);
    for (const state of due) this.#wrote(state);
    for (const state of lanes.reattached) state.stored = false;
    lanes.reattached.clear();
    lanes.orphanRows.clear();
    const done = (lastAttemptRow: number): void => {
      this.#stored = checkpoint;
      this.#flushed(due, position, lastAttemptRow);
      if (marks.length > 0) replays.marked(marks);
    };
    return { detach, attach, replays: marks, checkpoint: { log: logId, ...checkpoint }, done };
  }

  #flushed(rows: readonly LaneState[], position: number, lastAttemptRow: number): void {
    this.#marks.flushed(position, lastAttemptRow);
    for (const state of rows) state.rowMark = lastAttemptRow;
    for (const waiter of this.#waiters) {
      if (waiter.seq > this.#stored.seq) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #lowWater(position: number): number {
    let lowest = position;
    for (const state of this.#deps.lanes.busy) {
      if (state.lane.outstanding === 0) this.#deps.lanes.busy.delete(state);
      else lowest = Math.min(lowest, state.lane.lowWater(position));
    }
    return lowest;
  }

  /** Detached lanes whose row is to be written now: new ones always, others when something changed and it is time. */
  #dueRows(): LaneState[] {
    const now = this.#deps.clock.monotonic();
    const due: LaneState[] = [];
    const { detached } = this.#deps.lanes;
    const laneRowMs = Math.max(this.#deps.laneRowMs, (detached.size * 1_000) / rowsPerSecond);
    for (const state of detached) {
      const { dirty } = state.lane;
      if (now - state.rowAt < laneRowMs * (dirty ? 1 : quietFactor)) continue;
      if (dirty || state.lane.lowWater() !== state.rowCursor) due.push(state);
    }
    return due;
  }

  #dirtySince(due: ReadonlySet<LaneState>): number | null {
    let lowest: number | null = null;
    for (const state of this.#deps.lanes.detached) {
      if (state.lane.dirty && !due.has(state)) lowest = Math.min(lowest ?? Infinity, state.rowMark);
    }
    return lowest;
  }

  /** Its row is in the flush that is being put together. */
  #wrote(state: LaneState): void {
    state.lane.dirty = false;
    state.stored = true;
    state.rowAt = this.#deps.clock.monotonic();
    state.rowCursor = state.lane.lowWater();
  }
}

function rowOf({ lane }: LaneState): DetachedLane {
  return { endpoint: lane.number, cursor: lane.lowWater(), settledAbove: lane.settledAbove() };
}
