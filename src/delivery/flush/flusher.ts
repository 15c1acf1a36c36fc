/**
 * Gathers what lanes want remembered and makes it durable, one flush at a time.
 *
 *   idle ── something was recorded ──> gathering ── `gatherMs` later ──> flushing ── durable ──> idle or gathering
 *   flushing ── the store can't hold something in it ──> halving, until that row stands alone; it is logged and left out
 *   flushing ── the store failed ──> holding ── `retryMs` later ──> flushing (the same flush, then what came since)
 *
 * While more than `limit` attempts are not yet durable, or the oldest has waited for `limitMs`, `blocked` is true and
 * no new request starts: what a crash can repeat stays bounded.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { NewEvent } from '../../model/event.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type {
  AttemptRow,
  Checkpoint,
  CounterDelta,
  DeliveryFlush,
  DeliveryStore,
  DetachedLane,
  LaneDeliveryKey,
  ParkedRow,
  ReplayCountDelta,
  ReplayMark,
} from '../../records/delivery-store.ts';
import { attemptOutcomes, UnstorableError } from '../../records/delivery-store.ts';
import { halvesOf, onlyRow, rowCount } from './flush-halves.ts';
import type { LaneRecorder } from '../lane/recording.ts';

/** What the lanes and the router stand at when a flush is put together. */
export interface FlushExtras {
  readonly detach: readonly DetachedLane[];
  readonly attach: readonly number[];
  readonly replays: readonly ReplayMark[];
  readonly checkpoint: Checkpoint | null;
  /** Called when it is durable. */
  readonly done: (lastAttemptRow: number) => void;
}

export interface FlusherDeps {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `attempts` is false when nothing was recorded since the last flush. */
  collect(attempts: boolean): FlushExtras | null;
  /** These attempts of replays are durable. */
  counted(deltas: readonly ReplayCountDelta[]): void;
  /** The limit no longer stands in the way of new requests. */
  unblocked(): void;
  /** What is to be said of what was recorded so far, in the same transaction; null: nothing. */
  readonly said?: (() => Promise<readonly NewEvent[]> | null) | undefined;
  /** A row was recorded, not yet durably. */
  recorded?: ((row: AttemptRow) => void) | undefined;
}

export interface FlushLimits {
  readonly gatherMs: number;
  readonly retryMs: number;
  readonly limit: number;
  readonly limitMs: number;
}

/** 10 ms: with the commit well below the 50 ms within which a crash may repeat a delivery. */
export const defaultFlushLimits: FlushLimits = { gatherMs: 10, retryMs: 500, limit: 1_000, limitMs: 1_000 };

const nothing: DeliveryFlush = {
  attempts: [],
  park: [],
  unpark: [],
  detach: [],
  attach: [],
  counters: [],
  replays: [],
  replayCounts: [],
  checkpoint: null,
};

export class Flusher implements LaneRecorder {
  readonly #deps: FlusherDeps;
  readonly #limits: FlushLimits;
  #attempts: AttemptRow[] = [];
  /** Null: no longer parked. The last word on each delivery counts. */
  #parked = new Map<string, ParkedRow | LaneDeliveryKey>();
  #counters = new Map<number, CounterDelta>();
  /** By replay: attempts by outcome. */
  #replayCounts = new Map<number, number[]>();
  #unflushed = 0;
  /** The oldest result has waited longer than it may. */
  #late = false;
  /** Monotonic time since which a result waits to be durable. */
  #waitingSince = 0;
  /** When the last flush was put together: what it has not was recorded since. */
  #batchAt = 0;
  #deadline: Timer | null = null;
  #timer: Timer | null = null;
  #flushing: Promise<void> | null = null;
  #closed = false;
  /** Of the flush that is being tried again. */
  #failure: string | null = null;

  constructor(deps: FlusherDeps, limits: FlushLimits = defaultFlushLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** Why results can't be made durable at this moment; null when they can. */
  get trouble(): string | null {
    if (this.#failure !== null) return this.#failure;
    return this.#late ? `results have waited for over ${this.#limits.limitMs} ms` : null;
  }

  /** Results that are not durable yet. */
  get unflushed(): number {
    return this.#unflushed;
  }

  /** About how long the oldest of them has waited, milliseconds; 0 where there is none. */
  get waitingMs(): number {
    return this.#unflushed === 0 ? 0 : this.#deps.clock.monotonic() - this.#waitingSince;
  }

  get blocked(): boolean {
    return this.#late || this.#unflushed >= this.#limits.limit;
  }

  attempt(row: AttemptRow): void {
    if (this.#unflushed === 0) this.#watch(this.#deps.clock.monotonic());
    this.#attempts.push(row);
    this.#unflushed++;
    this.#count(row);
    this.#deps.recorded?.(row);
    this.wake();
  }

  park(row: ParkedRow): void {
    this.#parked.set(deliveryId(row.subscription, row.seq, row.replay), row);
    this.wake();
  }

  unpark({ subscription, seq, replay }: LaneDeliveryKey): void {
    this.#parked.set(deliveryId(subscription, seq, replay), { subscription, seq, replay });
    this.wake();
  }

  /** From now on it has to be durable within the limit. A timer, since `blocked` is asked several times a request. */
  #watch(since: number): void {
    this.#late = false;
    this.#waitingSince = since;
    this.#deadline?.cancel();
    const leftMs = Math.max(0, since + this.#limits.limitMs - this.#deps.clock.monotonic());
    this.#deadline = this.#deps.clock.schedule(leftMs, () => (this.#late = true));
  }

  #unwatch(): void {
    this.#late = false;
    this.#deadline?.cancel();
    this.#deadline = null;
  }

  /** Flushes soon, even when only lanes or the checkpoint changed. */
  wake(): void {
    if (this.#timer || this.#flushing || this.#closed) return;
    // What came while the last flush was written has been gathered for that long already.
    const gatherMs = Math.max(0, this.#limits.gatherMs - this.waitingMs);
    this.#timer = this.#deps.clock.schedule(gatherMs, () => {
      this.#timer = null;
      this.#start();
    });
  }

  /** Resolves when all that was recorded before this call is durable, whatever comes after it. */
  async recorded(): Promise<void> {
    // The flush under way may have been put together before it; the one after has all of it.
    await this.#flushing;
    if (!this.#flushing) this.#start();
    await this.#flushing;
  }

  /** Resolves when nothing is left that is not durable. */
  async flushed(): Promise<void> {
    while (!this.#closed && (this.#flushing || this.#attempts.length > 0 || this.#parked.size > 0)) {
      if (!this.#flushing) this.#start();
      await this.#flushing;
    }
  }

  /** Flushes what there is, checkpoint included, and takes nothing more. */
  async close(): Promise<void> {
    await this.flushed();
    this.#start();
    await this.#flushing;
    this.#closed = true;
    this.#timer?.cancel();
    this.#deadline?.cancel();
  }

  /** Forgets everything that is not durable, as a crash would. */
  abandon(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#deadline?.cancel();
  }

  #start(): void {
    if (this.#flushing || this.#closed) return;
    this.#timer?.cancel();
    this.#timer = null;
    const recorded = this.#attempts.length > 0 || this.#parked.size > 0;
    const extras = this.#deps.collect(recorded);
    if (!recorded && !extras) return;
    const batch = this.#takeBatch(extras);
    this.#batchAt = this.#deps.clock.monotonic();
    const said = this.#deps.said?.() ?? null;
    const whole = said ? this.#writeSaying(batch, said) : this.#write(batch);
    this.#flushing = whole.then((lastAttemptRow) => {
      this.#flushing = null;
      if (lastAttemptRow !== null) this.#settled(batch, extras, lastAttemptRow);
    });
  }

  /** What can't be put in words must not hold up what is known. */
  async #writeSaying(batch: DeliveryFlush, said: Promise<readonly NewEvent[]>): Promise<number | null> {
    const events = await said.catch((error: unknown) => {
      this.#deps.logger.error({ reason: String(error) }, 'what was given up could not be said as an event');
      return [];
    });
    return this.#write({ ...batch, events });
  }

  #takeBatch(extras: FlushExtras | null): DeliveryFlush {
    const changes = [...this.#parked.values()];
    const batch: DeliveryFlush = {
      attempts: this.#attempts,
      park: changes.filter((change): change is ParkedRow => 'orderKey' in change),
      unpark: changes.filter((change) => !('orderKey' in change)),
      detach: extras?.detach ?? [],
      attach: extras?.attach ?? [],
      counters: [...this.#counters.values()],
      replays: extras?.replays ?? [],
      replayCounts: [...this.#replayCounts].map(([replay, attempts]) => ({ replay, attempts })),
      checkpoint: extras?.checkpoint ?? null,
    };
    this.#attempts = [];
    this.#parked = new Map();
    this.#counters = new Map();
    this.#replayCounts = new Map();
    return batch;
  }

  async #write(batch: DeliveryFlush): Promise<number | null> {
    for (;;) {
      try {
        const { lastAttemptRow } = await this.#deps.store.flush(batch);
        this.#failure = null;
        return lastAttemptRow;
      } catch (error) {
        if (this.#closed) return null;
        if (error instanceof UnstorableError && rowCount(batch) > 0) return this.#writeHalves(batch, error);
        const reason = error instanceof Error ? error.message : String(error);
        this.#failure = reason;
        this.#deps.logger.error(
          { reason, attempts: batch.attempts.length },
          'delivery results could not be stored; trying again',
        );
        await new Promise<void>((resolve) => void this.#deps.clock.schedule(this.#limits.retryMs, resolve));
        if (this.#closed) return null;
      }
    }
  }

  /** Half by half, until the row that can't be stored stands alone and is left out: it must not stop all others. */
  async #writeHalves(batch: DeliveryFlush, error: UnstorableError): Promise<number | null> {
    if (rowCount(batch) === 1) {
      this.#deps.logger.error(
        { reason: error.message, row: onlyRow(batch) },
        'a row can not be stored and is left out',
      );
      return this.#write(nothing);
    }
    let last: number | null = null;
    for (const half of halvesOf(batch)) {
      last = await this.#write(half);
      if (last === null) return null;
    }
    return last;
  }

  #settled(batch: DeliveryFlush, extras: FlushExtras | null, lastAttemptRow: number): void {
    const wasBlocked = this.blocked;
    this.#unflushed -= batch.attempts.length;
    // The rest was recorded after this flush was put together.
    if (this.#unflushed > 0) this.#watch(this.#batchAt);
    else this.#unwatch();
    if (batch.replayCounts.length > 0) this.#deps.counted(batch.replayCounts);
    extras?.done(lastAttemptRow);
    if (this.#attempts.length > 0 || this.#parked.size > 0) this.wake();
    if (wasBlocked && !this.blocked) this.#deps.unblocked();
  }

  #count(row: AttemptRow): void {
    if (row.replay > 0) this.#countForReplay(row);
    if (row.attempt === 0) return;
    const before = this.#counters.get(row.subscription);
    const good = row.outcome === 'delivered';
    this.#counters.set(row.subscription, {
      subscription: row.subscription,
      posts: (before?.posts ?? 0) + 1,
      errors: (before?.errors ?? 0) + (good ? 0 : 1),
      lastSuccessAt: good ? row.startedAt : (before?.lastSuccessAt ?? null),
      lastErrorAt: good ? (before?.lastErrorAt ?? null) : row.startedAt,
      lastError: good ? (before?.lastError ?? null) : row.detail,
    });
  }

  #countForReplay({ replay, outcome }: AttemptRow): void {
    const counts = this.#replayCounts.get(replay) ?? attemptOutcomes.map(() => 0);
    const place = attemptOutcomes.indexOf(outcome);
    counts[place] = (counts[place] ?? 0) + 1;
    this.#replayCounts.set(replay, counts);
  }
}
