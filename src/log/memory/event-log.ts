/** The log as a plain array: for tests and demonstrations. It keeps every promise of the port but to outlive the process. */
import type { Clock } from '../../kit/clock.ts';
import { newId } from '../../kit/ids.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import { acceptanceTime } from '../acceptance.ts';
import type { ErasePage, EraseRequest } from '../erasing.ts';
import { AppendListeners } from '../append-listeners.ts';
import { eraseEvent } from '../../model/erasure/erase-event.ts';
import { hasRun } from '../../model/erasure/erase-runs.ts';
import { bodyText } from '../../model/event-text.ts';
import { everything, mayAccessDomain } from '../../model/scope.ts';
import { inLog, sameBody } from '../event-body.ts';
import {
  type AppendOutcome,
  type DomainAccess,
  type EventLog,
  type Hole,
  mostFoundById,
  type ReadPage,
  type ReadRequest,
} from '../event-log.ts';

export interface MemoryEventLogOptions {
  readonly clock: Clock;
  /** Milliseconds for which an id is remembered; an event trimmed before takes its id along. */
  readonly idWindowMs: number;
}

class MemoryEventLog implements EventLog {
  readonly id: string;
  readonly #options: MemoryEventLogOptions;
  readonly #listeners = new AppendListeners();
  readonly #erasureListeners = new AppendListeners<number>();
  /** Sequences by event id, oldest first. */
  readonly #byId = new Map<string, number[]>();
  #events: Event[] = [];
  readonly #erased = new Set<number>();
  #floor = 0;
  #lastAcceptedAt = 0;

  constructor(options: MemoryEventLogOptions) {
    this.#options = options;
    this.id = newId(options.clock.now());
  }

  head(): number {
    return this.#floor + this.#events.length;
  }

  floor(): number {
    return this.#floor;
  }

  refusal(): null {
    return null;
  }

  holes(): readonly Hole[] {
    return [];
  }

  onAppended(listener: (events: readonly Event[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  onErased(listener: (seqs: readonly number[]) => void): () => void {
    return this.#erasureListeners.add(listener);
  }

  append(events: readonly NewEvent[]): Promise<readonly AppendOutcome[]> {
    this.#lastAcceptedAt = acceptanceTime(this.#options.clock.now(), this.#lastAcceptedAt);
    const before = this.head();
    const outcomes = events.map((event) => this.#appendOne(event));
    this.#listeners.tell(this.#between(before, this.head()));
    return Promise.resolve(outcomes);
  }

  #appendOne(event: NewEvent): AppendOutcome {
    const known = this.#known(event);
    if (known) {
      const isSame = this.#erased.has(known.seq) || sameBody(bodyText(known), bodyText(event));
      const same = known.domain === event.domain && isSame;
      if (!same) return { kind: 'conflict', id: event.id, seq: known.seq };
      return { kind: 'accepted', id: event.id, seq: known.seq, duplicate: true };
    }
    const stored = inLog(event, this.head() + 1, new Date(this.#lastAcceptedAt).toISOString());
    this.#events.push(stored);
    const seqs = this.#byId.get(event.id);
    if (seqs) seqs.push(stored.seq);
    else this.#byId.set(event.id, [stored.seq]);
    return { kind: 'accepted', id: event.id, seq: stored.seq, duplicate: false };
  }

  /** The event that has this id within the id window, if any. */
  #known(event: NewEvent): Event | undefined {
    const since = this.#lastAcceptedAt - this.#options.idWindowMs;
    const withId = (this.#byId.get(event.id) ?? []).map((seq) => this.#at(seq) as Event);
    return withId.find((other) => other.connector === event.connector && Date.parse(other.acceptedAt) >= since);
  }

  read({ after, upTo, limit, domains }: ReadRequest): Promise<ReadPage> {
    const end = Math.min(upTo ?? this.head(), this.head());
    if (after >= end || limit < 1) return Promise.resolve({ events: [], scannedTo: after });
    const wanted = domains && new Set(domains);
    const events: Event[] = [];
    for (const event of this.#between(Math.max(after, this.#floor), end)) {
      if (wanted && !wanted.has(event.domain)) continue;
      events.push(event);
      if (events.length === limit) return Promise.resolve({ events, scannedTo: event.seq });
    }
    return Promise.resolve({ events, scannedTo: end });
  }

  get(seqs: readonly number[]): Promise<readonly (Event | null)[]> {
    return Promise.resolve(seqs.map((seq) => this.#at(seq) ?? null));
  }

  findById(id: string, within?: DomainAccess): Promise<readonly Event[]> {
    const all = (this.#byId.get(id) ?? []).map((seq) => this.#at(seq) as Event).toReversed();
    const wanted = within ? all.filter((event) => mayAccessDomain({ ...everything, ...within }, event)) : all;
    return Promise.resolve(wanted.slice(0, mostFoundById));
  }

  trim({ acceptedBefore, limit }: { readonly acceptedBefore: number; readonly limit: number }): Promise<{
    trimmedTo: number;
    more: boolean;
  }> {
    const old = this.#oldCount(acceptedBefore);
    const count = Math.min(limit, old);
    for (let index = 0; index < count; index++) this.#forgetId(this.#events[index] as Event);
    this.#events = this.#events.slice(count);
    this.#floor += count;
    return Promise.resolve({ trimmedTo: this.#floor, more: old > count });
  }

  /** How many events lie before the last that may go. */
  #oldCount(acceptedBefore: number): number {
    const now = this.#options.clock.now();
    let count = 0;
    for (const [index, event] of this.#events.entries()) {
      const at = Date.parse(event.acceptedAt);
      if (at < acceptedBefore) count = index + 1;
      else if (at <= now) break;
    }
    return count;
  }

  erase({ number, scope, after, upTo, dryRun = false }: EraseRequest): Promise<ErasePage> {
    const access = { ...scope, user: '*', extension: '*' };
    const named = this.#between(Math.max(after, this.#floor), Math.min(upTo, this.head())).filter(
      (event) => mayAccessDomain(access, event) && hasRun(bodyText(event), number),
    );
    const found: number[] = [];
    for (const event of named) {
      const erased = eraseEvent(event, number);
      if (!dryRun && erased === event) continue;
      found.push(event.seq);
      if (dryRun) continue;
      this.#events[event.seq - this.#floor - 1] = erased;
      this.#erased.add(event.seq);
    }
    if (!dryRun) this.#erasureListeners.tell(found);
    return Promise.resolve({ scannedTo: upTo, found, kept: named.length - found.length });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #at(seq: number): Event | undefined {
    return this.#events[seq - this.#floor - 1];
  }

  #between(after: number, upTo: number): readonly Event[] {
    return this.#events.slice(after - this.#floor, Math.max(after, upTo) - this.#floor);
  }

  #forgetId({ id, seq }: Event): void {
    const left = (this.#byId.get(id) ?? []).filter((other) => other !== seq);
    if (left.length > 0) this.#byId.set(id, left);
    else this.#byId.delete(id);
  }
}

export function createMemoryEventLog(options: MemoryEventLogOptions): EventLog {
  return new MemoryEventLog(options);
}
