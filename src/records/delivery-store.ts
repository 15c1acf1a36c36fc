import type { NewEvent } from '../model/event.ts';

/**
 * DeliveryStore: what delivery has to know again after a restart. One flush is one transaction; nothing in it is
 * visible unless all of it is durable. Not in it: events (the log has them), requests (they are encoded again).
 *
 * Every driver passes `test/conformance/delivery-store.ts`.
 */
export const attemptOutcomes = ['delivered', 'failed', 'cancelled', 'expired', 'not_encoded', 'skipped'] as const;
/**
 * - `delivered`: 2xx. `failed`: this attempt failed and another follows.
 * - `cancelled`: given up (attempts used up, endpoint gone, subscription disabled or deleted). `expired`: too late.
 * - `not_encoded`: the dialect could not say it. `skipped`: the dialect has no word for it.
 * All but `failed` settle the delivery.
 */
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export interface AttemptRow {
  readonly subscription: number;
  readonly endpoint: number;
  readonly seq: number;
  /** Number of the replay it was made by; 0: the live lane. */
  readonly replay: number;
  /** First sequence of the batch it went out with; equal to `seq` where it went alone. */
  readonly batch: number;
  /** 1 for the first try; 0 where no request was made. */
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** HTTP status; 0 where none came. */
  readonly status: number;
  readonly startedAt: number;
  readonly durationMs: number;
  /** On failure: why (a stable code, then what came back), at most 2 kB. Null on success. */
  readonly detail: string | null;
}

export interface DeliveryKey {
  readonly subscription: number;
  readonly seq: number;
}

/** A delivery, whichever lane of its endpoint it is in. */
export interface LaneDeliveryKey extends DeliveryKey {
  /** Number of its replay; 0: the live lane. */
  readonly replay: number;
}

export interface ParkedRow extends LaneDeliveryKey {
  readonly endpoint: number;
  readonly batch: number;
  readonly orderKey: string;
  /** Attempts made so far; 0 for a delivery that only waits behind another. */
  readonly attempts: number;
  /** When it is tried again, milliseconds; null while it waits behind another of the same call. */
  readonly dueAt: number | null;
}

/** A live lane that reads on its own: all up to `cursor` is settled, and so are these above it. */
export interface DetachedLane {
  /** Number of the lane: its endpoint's, or that of a side lane. */
  readonly endpoint: number;
  readonly cursor: number;
  readonly settledAbove: readonly DeliveryKey[];
}

export const replayStates = ['queued', 'running', 'cancelling', 'done', 'cancelled'] as const;
/** `cancelling`: nothing more starts; what was parked for it is being listed as cancelled. The last two are for good. */
export type ReplayState = (typeof replayStates)[number];

/** Events a replay can't deliver, since retention took them first. */
export interface MissedEvents {
  /** Null: nobody can tell; of a range by time. */
  readonly from: number | null;
  readonly to: number;
}

/** How far a replay has come: all up to `cursor` is settled, and so are these above it. */
export interface ReplayMark {
  readonly replay: number;
  readonly state: ReplayState;
  /** Why it was cancelled; null where it was not. */
  readonly reason: string | null;
  readonly cursor: number;
  readonly settledAbove: readonly DeliveryKey[];
  readonly missed: readonly MissedEvents[];
  /** Milliseconds. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

export interface ReplayCountDelta {
  readonly replay: number;
  /** Attempts by outcome, as in `attemptOutcomes`. */
  readonly attempts: readonly number[];
}

/** R and A of the design: every attached lane has settled all up to `seq`, and attempts on later ones have a higher row id than `attempts`. */
export interface Checkpoint {
  readonly log: string;
  readonly seq: number;
  readonly attempts: number;
}

export interface CounterDelta {
  readonly subscription: number;
  readonly posts: number;
  readonly errors: number;
  /** Milliseconds; null: none in this flush. */
  readonly lastSuccessAt: number | null;
  readonly lastErrorAt: number | null;
  readonly lastError: string | null;
}

export interface DeliveryFlush {
  readonly attempts: readonly AttemptRow[];
  /** Inserted, or replaced where the delivery is parked already. */
  readonly park: readonly ParkedRow[];
  readonly unpark: readonly LaneDeliveryKey[];
  readonly detach: readonly DetachedLane[];
  /** Numbers of lanes that read with the router again. */
  readonly attach: readonly number[];
  readonly counters: readonly CounterDelta[];
  /** Of replays that are stored; others are passed over. */
  readonly replays: readonly ReplayMark[];
  readonly replayCounts: readonly ReplayCountDelta[];
  readonly checkpoint: Checkpoint | null;
  /** What Offhook says of it; for the outbox. */
  readonly events?: readonly NewEvent[];
}

/** Thrown by `flush` for what is in it: it will never be stored, however often it is tried. Any other error may pass. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError';
}

export interface DeliveryState {
  readonly checkpoint: Checkpoint | null;
  readonly lanes: readonly DetachedLane[];
  /** In order of (endpoint, seq, subscription, replay). */
  readonly parked: readonly ParkedRow[];
  /** Deliveries settled by attempts above the checkpoint's row id. */
  readonly settled: readonly (LaneDeliveryKey & { readonly endpoint: number })[];
}

export interface DeliveryStore {
  load(): Promise<DeliveryState>;
  /** @returns the highest attempts row id there is after it, durable when it resolves. */
  flush(batch: DeliveryFlush): Promise<{ readonly lastAttemptRow: number }>;
}
