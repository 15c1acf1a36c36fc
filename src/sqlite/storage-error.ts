/** What went wrong in the store, in words that don't depend on SQLite's numbers. */
export type StorageErrorCode =
  /** No room: the disk, or a size limit. */
  | 'full'
  | 'readonly'
  /** The disk answered with an error; what was asked may or may not be there after a crash. */
  | 'io'
  | 'corrupt'
  | 'constraint'
  /** Not now, for somebody else's work or for want of memory; another time it may. */
  | 'busy'
  /** Another process holds the data directory. */
  | 'locked'
  /** The database was written by a newer version. */
  | 'newer'
  /** The engine was closed. */
  | 'closed'
  /** A storage thread died; nothing more can be stored until a restart. */
  | 'crashed'
  | 'other';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An error as it travels between threads. */
export interface ErrorMessage {
  readonly code: StorageErrorCode;
  readonly message: string;
}

/** By SQLite's primary result code (https://www.sqlite.org/rescode.html). */
const codes: Readonly<Record<number, StorageErrorCode>> = {
  5: 'busy',
  6: 'busy',
  // Out of memory.
  7: 'busy',
  8: 'readonly',
  // Interrupted.
  9: 'busy',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'io',
  // Somebody else took the write-ahead log's locks each time it was tried.
  15: 'busy',
  19: 'constraint',
  26: 'corrupt',
};

export function toErrorMessage(error: unknown): ErrorMessage {
  if (error instanceof StorageError) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { code: 'other', message: String(error) };
  const number = (error as { errcode?: unknown }).errcode;
  const code = typeof number === 'number' ? codes[number & 0xff] : undefined;
  return { code: code ?? 'other', message: error.message };
}

export function fromErrorMessage({ code, message }: ErrorMessage): StorageError {
  return new StorageError(code, message);
}
