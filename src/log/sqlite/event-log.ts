/**
 * The log in SQLite. Appends go to the writer thread; reads are answered from the newest events in memory where they
 * can be, else by the reader thread. What is not told to listeners yet is not read either.
 */
import type { Clock } from '../../kit/clock.ts';
import { newId } from '../../kit/ids.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { ReadInputs, ReadOutputs } from '../../sqlite/jobs.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import type { StoredEvent } from '../../model/stored-event.ts';
import { acceptanceTime } from '../acceptance.ts';
import type { ErasePage, EraseRequest } from '../erasing.ts';
import { AppendListeners } from '../append-listeners.ts';
import {
  type AppendOutcome,
  type DomainAccess,
  type EventLog,
  type Hole,
  LogFullError,
  type ReadPage,
  type ReadRequest,
  type Refusal,
} from '../event-log.ts';
import { type EncodedEvents, encodeEvents } from './append-input.ts';
import { decodeRows, storedEvents } from './event-rows.ts';
import type { LogFacts, Stored } from './event-write-jobs.ts';
import { readRecent } from './read-recent.ts';
import { RecentEvents } from './recent-events.ts';

export interface SqliteEventLogOptions {
  readonly engine: SqliteEngine;
  readonly clock: Clock;
  /** Milliseconds for which an id is remembered (`retention.ids`); an event trimmed before takes its id along. */
  readonly idWindowMs: number;
  /** The database takes no event while it is at least this large (`retention.maxBytes`). */
  readonly maxBytes?: number | null;
  /** Characters of events on their way to the disk, at most; beyond it the log refuses. */
  readonly maxPending?: number;
  /** Told of each append that became durable, and how many milliseconds that took. */
  readonly onAppend?: (ms: number) => void;
}

/** Rewritten in one transaction: about a millisecond of the writer. */
const erasedAtOnce = 10;
const defaultMaxPending = 64 * 1024 * 1024;

/** Errors after which the same append may succeed later: a source is told to come back, not that it is wrong. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  const passing = error.code === 'full' || error.code === 'readonly' || error.code === 'io' || error.code === 'busy';
  return passing ? new LogFullError(error.message, { cause: error }) : error;
}

function outcomeOf({ id, seq }: StoredEvent, known: number): AppendOutcome {
  if (known < 0) return { kind: 'conflict', id, seq: -known };
  return { kind: 'accepted', id, seq: known === 0 ? seq : known, duplicate: known > 0 };
}

const plain = (event: StoredEvent): Event => event.toJSON();

class SqliteEventLog implements EventLog {
  readonly id: string;
  readonly #options: Required<SqliteEventLogOptions>;
  readonly #listeners = new AppendListeners();
  readonly #erasureListeners = new AppendListeners<number>();
  readonly #recent = new RecentEvents();
  readonly #holes: readonly Hole[];
  #head: number;
  #floor: number;
  #lastAcceptedAt: number;
  #pending = 0;
  /** How many erasures have come to their end: what was read before is read again. */
  #erasures = 0;
  #refusal: Refusal | null = null;

  constructor(options: SqliteEventLogOptions, facts: LogFacts) {
    this.#options = { maxBytes: null, maxPending: defaultMaxPending, onAppend: () => {}, ...options };
    this.id = facts.id;
    this.#head = facts.head;
    this.#floor = facts.floor;
    this.#holes = facts.holes;
    this.#lastAcceptedAt = facts.lastAcceptedAt;
  }

  head(): number {
    return this.#head;
  }

  floor(): number {
    return this.#floor;
  }

  refusal(): Refusal | null {
    return this.#refusal;
  }

  holes(): readonly Hole[] {
    return this.#holes;
  }

  onAppended(listener: (events: readonly Event[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  onErased(listener: (seqs: readonly number[]) => void): () => void {
    return this.#erasureListeners.add(listener);
  }

  append(events: readonly NewEvent[]): Promise<readonly AppendOutcome[]> {
    return events.length === 0 ? Promise.resolve([]) : this.#append(encodeEvents(events));
  }

  async #append({ input, events, characters }: EncodedEvents): Promise<readonly AppendOutcome[]> {
    const { engine, clock, idWindowMs, maxBytes, maxPending, onAppend } = this.#options;
    const startedAt = clock.monotonic();
    if (this.#pending > maxPending)
      throw this.#refused(new LogFullError('more waits for the disk than fits in memory'));
    const acceptedAt = acceptanceTime(clock.now(), this.#lastAcceptedAt);
    this.#lastAcceptedAt = acceptedAt;
    this.#pending += characters;
    try {
      const job = { ...input, acceptedAt, idsSince: acceptedAt - idWindowMs, maxBytes };
      const output = await engine.write('log.append', job, characters);
      if (output !== 'over maxBytes') {
        this.#refusal = null;
        onAppend(clock.monotonic() - startedAt);
        return this.#appended(events, acceptedAt, output);
      }
      throw new LogFullError(`the database has reached its limit of ${maxBytes} bytes (retention.maxBytes)`);
    } catch (error) {
      throw this.#refused(asRefusal(error));
    } finally {
      this.#pending -= characters;
    }
  }

  #refused<E>(error: E): E {
    const reason = error instanceof Error ? error.message : String(error);
    this.#refusal = { reason, at: this.#options.clock.monotonic() };
    return error;
  }

  /** Runs in the order of the appends, before any of their callers goes on. */
  #appended(events: readonly StoredEvent[], acceptedAtMs: number, { first, known }: Stored): readonly AppendOutcome[] {
    const acceptedAt = new Date(acceptedAtMs).toISOString();
    const isNew = (_event: StoredEvent, index: number): boolean => known?.[index] === 0;
    const stored = known ? events.filter(isNew) : events;
    stored.forEach((event, index) => {
      event.seq = first + index;
      event.acceptedAt = acceptedAt;
      this.#recent.push(event, event.bodyText.length);
    });
    this.#head = stored.at(-1)?.seq ?? this.#head;
    this.#listeners.tell(stored);
    return events.map((event, index) => outcomeOf(event, known?.[index] ?? 0));
  }

  async read({ after, upTo, limit, domains, sparing }: ReadRequest): Promise<ReadPage> {
    const end = Math.min(upTo ?? this.#head, this.#head);
    if (after >= end || limit < 1) return { events: [], scannedTo: after };
    const recent = readRecent(this.#recent, { after, upTo: end, limit, domains: domains ?? null });
    if (recent) return sparing ? recent : { ...recent, events: recent.events.map(plain) };
    const from = this.#beyondHole(Math.max(after, this.#floor));
    if (from >= end) return { events: [], scannedTo: end };
    const request = { after: from, upTo: end, limit, domains: domains ?? null };
    const { rows, scannedTo, floor } = await this.#readErased('log.read', request);
    // The reader thread may see a trim before this thread has heard of it.
    this.#floor = Math.max(this.#floor, floor);
    return { events: sparing ? storedEvents(rows) : decodeRows(rows), scannedTo };
  }

  /** A filtered read looks at so many sequences at a time; a hole it would never get through. */
  #beyondHole(seq: number): number {
    return this.#holes.find(({ after, upTo }) => seq >= after && seq < upTo)?.upTo ?? seq;
  }

  async get(
    seqs: readonly number[],
    { sparing }: Pick<ReadRequest, 'sparing'> = {},
  ): Promise<readonly (Event | null)[]> {
    const found = new Map<number, Event>();
    const missing: number[] = [];
    for (const seq of seqs) {
      const recent = this.#recent.at(seq);
      if (recent) found.set(seq, sparing ? recent.event : plain(recent.event));
      else if (seq > this.#floor && seq <= this.#head) missing.push(seq);
    }
    for (let from = 0; from < missing.length; ) {
      const { rows, taken } = await this.#readErased('log.get', { seqs: missing.slice(from, from + 1_000) });
      for (const event of sparing ? storedEvents(rows) : decodeRows(rows)) found.set(event.seq, event);
      from += taken;
    }
    return seqs.map((seq) => found.get(seq) ?? null);
  }

  async findById(id: string, within?: DomainAccess): Promise<readonly Event[]> {
    const events = decodeRows(await this.#readErased('log.findById', { id, within: within ?? null }));
    return events.filter((event) => event.seq <= this.#head);
  }

  async trim(request: {
    readonly acceptedBefore: number;
    readonly limit: number;
  }): Promise<{ trimmedTo: number; more: boolean }> {
    const { engine, clock } = this.#options;
    const outcome = await engine.write('log.trim', { ...request, now: clock.now() });
    this.#floor = Math.max(this.#floor, outcome.trimmedTo);
    this.#recent.dropUpTo(this.#floor);
    return outcome;
  }

  /** What the reader thread gives, as it is after the last erasure that ended meanwhile. */
  async #readErased<Kind extends 'log.read' | 'log.get' | 'log.findById'>(
    kind: Kind,
    input: ReadInputs[Kind],
  ): Promise<ReadOutputs[Kind]> {
    for (;;) {
      const before = this.#erasures;
      const output = await this.#options.engine.read(kind, input);
      if (before === this.#erasures) return output;
    }
  }

  async erase({ number, scope, after, upTo, dryRun }: EraseRequest): Promise<ErasePage> {
    const { engine } = this.#options;
    const end = Math.min(upTo, this.#head);
    const from = this.#beyondHole(Math.max(after, this.#floor));
    const nothing = { seqs: [], scannedTo: upTo };
    const page = from >= end ? nothing : await engine.read('log.findNumber', { number, scope, after: from, upTo: end });
    const scannedTo = page.scannedTo >= end ? upTo : page.scannedTo;
    const found = dryRun ? page.seqs : await this.#erase(page.seqs, number);
    if (scannedTo === upTo && !dryRun) this.#erasures++;
    if (!dryRun) this.#erasureListeners.tell(found);
    return { scannedTo, found, kept: page.seqs.length - found.length };
  }

  async #erase(seqs: readonly number[], number: EraseRequest['number']): Promise<number[]> {
    const erased: number[] = [];
    for (let at = 0; at < seqs.length; at += erasedAtOnce) {
      const some = seqs.slice(at, at + erasedAtOnce);
      const changed = await this.#options.engine.write('log.erase', { seqs: some, number }, some.length * 4_096);
      for (const { seq, body } of changed) {
        this.#recent.replaceText(seq, body);
        erased.push(seq);
      }
    }
    return erased;
  }

  /** The engine belongs to whoever opened it, and is closed there. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export async function openSqliteEventLog(options: SqliteEventLogOptions): Promise<EventLog> {
  const facts = await options.engine.write('log.open', { newId: newId(options.clock.now()) });
  return new SqliteEventLog(options, facts);
}
