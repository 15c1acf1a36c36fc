/**
 * EventLog: the durable ordered record of all events; it is the queue. The port says what is kept and in which order,
 * not how. Not in it: who wants an event, what became of its deliveries, search over history.
 *
 * Every driver passes `test/conformance/event-log.ts`.
 */
import type { ErasePage, EraseRequest } from './erasing.ts';
import type { Event, NewEvent } from '../model/event.ts';
import type { Access } from '../model/scope.ts';

export type AppendOutcome =
  /** On stable storage. `duplicate`: the id was known within the id window; the first one's sequence is given. */
  | { readonly kind: 'accepted'; readonly id: string; readonly seq: number; readonly duplicate: boolean }
  /** The id is known within the id window with another body; nothing was stored. */
  | { readonly kind: 'conflict'; readonly id: string; readonly seq: number };

/** Of what a caller may see, the part that says which domains. */
export type DomainAccess = Pick<Access, 'reseller' | 'domain'>;

/** Of the events of one id, so many are given at most. */
export const mostFoundById = 100;

export interface ReadRequest {
  /** Events with a higher sequence than this. */
  readonly after: number;
  /** At most this sequence, where given. */
  readonly upTo?: number;
  /** At most so many events (the driver may give fewer, and ends a page at about 4 MB). */
  readonly limit: number;
  /** Only events of these domains; the filter runs inside the store. */
  readonly domains?: readonly string[];
  /**
   * Whoever reads many events and looks into few: call, leg and data may be read only when asked for, and the events
   * may be no plain objects (see `StoredEvent`).
   */
  readonly sparing?: boolean;
}

export interface ReadPage {
  readonly events: readonly Event[];
  /**
   * Every event up to here was looked at: the next page starts after it. Further than `after` unless there is nothing
   * after it; a page without events is not the end when few of many events are wanted.
   */
  readonly scannedTo: number;
}

/**
 * Sequences that are never given out here: a restore from a backup passed over them, because the log it was taken from
 * went on, and receivers may know events of those sequences that are not in this log.
 */
export interface Hole {
  /** The backup's last sequence. */
  readonly after: number;
  /** The last one passed over; new events follow it. */
  readonly upTo: number;
}

/** The last append failed, for whatever reason. */
export interface Refusal {
  readonly reason: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** Thrown when the log takes nothing more for now (size limit, disk full): 503 to a source, never a lost event. */
export class LogFullError extends Error {
  override readonly name = 'LogFullError';
}

export interface EventLog {
  /** Made when the log was; another id means that the log was replaced. */
  readonly id: string;
  /**
   * Stores events in the given order and resolves when they are on stable storage, in one outcome per event.
   * The same id from the same connector within the id window is stored once.
   * @throws LogFullError when it refuses; none of the batch was stored.
   */
  append(events: readonly NewEvent[]): Promise<readonly AppendOutcome[]>;
  /**
   * One page, at a bounded cost: whoever wants few of many events gets pages without any. Events may be trimmed while
   * they are read: when `floor()` has come past `after` by then, the page may lack those up to it.
   */
  read(request: ReadRequest): Promise<ReadPage>;
  /**
   * The events at these sequences, in the same order; null where trimmed or never given out. `sparing` as in
   * `ReadRequest`.
   */
  get(seqs: readonly number[], how?: Pick<ReadRequest, 'sparing'>): Promise<readonly (Event | null)[]>;
  /**
   * Events with this id, newest first, at most `mostFoundById` of them; ids are unique per connector, so there may be
   * several. `within`: only those whose domain and reseller it covers; others, however many, leave none of them out.
   */
  findById(id: string, within?: DomainAccess): Promise<readonly Event[]>;
  /** The highest durable sequence; 0 while empty and new. Never goes back, not even when everything was trimmed. */
  head(): number;
  /** Everything up to here was trimmed; 0 when nothing was. */
  floor(): number;
  /** Null while appends succeed, and before the first. */
  refusal(): Refusal | null;
  /** In order of their sequences; none unless the log was restored from a backup. */
  holes(): readonly Hole[];
  /**
   * Called in sequence order with newly durable events, before the append that brought them resolves. Events are
   * given once to each listener; whoever needs more reads. They may be no plain objects (see `StoredEvent`).
   */
  onAppended(listener: (events: readonly Event[]) => void): () => void;
  /**
   * Drops events accepted before `acceptedBefore` (milliseconds), in order of their sequence and up to the first that
   * was not, at most `limit` of them, so that writers are never kept waiting; call again while `more`. An event that
   * says it is accepted later than now (the clock was ahead then) holds nothing up: it goes with the next one behind it
   * that may.
   */
  trim(request: {
    readonly acceptedBefore: number;
    readonly limit: number;
  }): Promise<{ trimmedTo: number; more: boolean }>;
  /**
   * Erases a number from what events say, a bounded number of them; call again after `scannedTo` until that is `upTo`.
   * What is read of the log after that says nothing of it, also where the reading began before. An event that is sent
   * again with what was erased is a duplicate, whatever its body.
   */
  erase(request: EraseRequest): Promise<ErasePage>;
  /** Called with the sequences of events that something was erased from: whoever holds one reads it again. */
  onErased(listener: (seqs: readonly number[]) => void): () => void;
  close(): Promise<void>;
}
