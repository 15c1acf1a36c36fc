/**
 * The records the journalist has in memory. One is either as the store has it, kept only to spare a look, or *unwritten*:
 * events have changed it since. What is unwritten is in the log, so a crash loses nothing; it is written once it is
 *
 *   settled     the call ended a while ago, and nothing came since;
 *   overdue     it was first changed long ago: a call in progress shows in time, and little has to be read after a crash;
 *   too many    more are unwritten than are to be held.
 *
 * So a usual call is written once, with all it is found by, and not for each of its events.
 */
import type { CallRecord } from '../../model/call-record.ts';

interface Unwritten {
  readonly key: string;
  readonly record: CallRecord;
  /** Sequence of the first event that the store does not know of it. */
  readonly since: number;
  /** When it was changed first and last, milliseconds (`Clock.monotonic`). */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The store has it as it was before that. */
  readonly stored: boolean;
}

/** Of a record: somebody looks for something like it. */
export type Matters = (record: CallRecord) => boolean;

const settledMs = 1_000;
const overdueMs = 30_000;
const mostUnwritten = 2_000;
/** Records kept that are as the store has them, so that a call's next event need not look for them. */
const mostRemembered = 2_000;

export class HeldRecords {
  readonly #written = new Map<string, CallRecord>();
  /** In the order of `since`: a record joins at the end, and keeps its place as it changes. */
  readonly #unwritten = new Map<string, Unwritten>();

  get unwritten(): number {
    return this.#unwritten.size;
  }

  get(key: string): CallRecord | undefined {
    return this.#unwritten.get(key)?.record ?? this.#written.get(key);
  }

  /** @param since sequence of the first of the events that changed it */
  changed(key: string, record: CallRecord, since: number, now: number): void {
    const before = this.#unwritten.get(key);
    const stored = this.#written.delete(key) || before?.stored === true;
    this.#unwritten.set(key, {
      key,
      record,
      since: before?.since ?? since,
      firstAt: before?.firstAt ?? now,
      lastAt: now,
      stored,
    });
  }

  /** What is to be written now, those that have waited longest first. */
  due(now: number, limit: number): Map<string, CallRecord> {
    const due = new Map<string, CallRecord>();
    let excess = this.#unwritten.size - mostUnwritten;
    for (const one of this.#unwritten.values()) {
      if (due.size === limit) break;
      if (excess-- > 0 || dueAt(one) <= now) due.set(one.key, one.record);
    }
    return due;
  }

  /** What is as the store has it is looked for there again. */
  forget(): void {
    this.#written.clear();
  }

  /**
   * Of what is unwritten, that which has waited longest.
   * @param matters only these, and those of which the store has an earlier version, which may be found for what it was
   */
  first(limit: number, matters: Matters = all): Map<string, CallRecord> {
    const first = new Map<string, CallRecord>();
    for (const { key, record, stored } of this.#unwritten.values()) {
      if (first.size === limit) break;
      if (stored || matters(record)) first.set(key, record);
    }
    return first;
  }

  /** When the next one is due, if nothing changes; null: nothing is unwritten. */
  nextDueAt(): number | null {
    if (this.#unwritten.size === 0) return null;
    let next = Infinity;
    for (const one of this.#unwritten.values()) next = Math.min(next, dueAt(one));
    return next;
  }

  /** Everything before this sequence will be in the store when `writing` is; null: everything is. */
  oldestSince(writing: ReadonlyMap<string, CallRecord>): number | null {
    for (const { key, since } of this.#unwritten.values()) if (!writing.has(key)) return since;
    return null;
  }

  /** They are in the store; what has changed meanwhile stays unwritten. */
  wrote(records: ReadonlyMap<string, CallRecord>): void {
    for (const [key, record] of records) {
      const one = this.#unwritten.get(key);
      if (one?.record !== record) {
        if (one) this.#unwritten.set(key, { ...one, stored: true });
        continue;
      }
      this.#unwritten.delete(key);
      this.#written.set(key, record);
    }
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= mostRemembered) return;
      this.#written.delete(oldest);
    }
  }

  /** Found in the store. */
  found(key: string, record: CallRecord): void {
    if (!this.#unwritten.has(key)) this.#written.set(key, record);
  }
}

const all: Matters = () => true;

const dueAt = ({ record, firstAt, lastAt }: Unwritten): number =>
  record.final ? Math.min(lastAt + settledMs, firstAt + overdueMs) : firstAt + overdueMs;
