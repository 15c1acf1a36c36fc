import type { NewEvent } from '../model/event.ts';

/**
 * Outbox: events that Offhook itself has to say, durable with the change they tell of (`Alongside`), until the log has
 * them. Not in it: appending them, which `createAnnouncer` does.
 *
 * Every driver passes `test/conformance/outbox.ts`.
 */
export interface WaitingEvent {
  /** Grows along the outbox. */
  readonly row: number;
  readonly event: NewEvent;
}

export interface Outbox {
  /** The ones that wait longest, in the order they were written. */
  next(limit: number): Promise<readonly WaitingEvent[]>;
  /** The log has all up to this row. */
  settle(upTo: number): Promise<void>;
  /** Called when something was written that waits. @returns what ends it. */
  onAdded(listener: () => void): () => void;
}
