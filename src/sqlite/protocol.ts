/** Messages between the main thread and the storage threads. Kept flat: they are copied on every job. */
import type { ErrorMessage } from './storage-error.ts';

export interface ThreadOptions {
  /**
   * `searcher`: reads for those who search, at the processor's lowest priority. `both`: a database in memory can't be
   * shared, so one thread reads and writes.
   */
  readonly role: 'writer' | 'reader' | 'searcher' | 'both';
  /** Data directory; null for a database in memory. */
  readonly dir: string | null;
}

export interface JobMessage {
  readonly ticket: number;
  readonly kind: string;
  readonly input: unknown;
  /** About how many bytes it writes: a transaction ends before it grows too large. */
  readonly weight: number;
}

/** The writer wants the write-ahead log taken back; the reader has done it. */
export type Signal = 'checkpoint' | 'checkpointed';

/** Jobs in order; `close` comes alone, last. */
export type ToThread = readonly JobMessage[] | Signal | 'close';

export interface AnswerMessage {
  readonly ticket: number;
  readonly output?: unknown;
  readonly error?: ErrorMessage;
}

export type FromThread = 'open' | Signal | { readonly refused: ErrorMessage } | readonly AnswerMessage[];
