import { StorageError } from './storage-error.ts';
import type { StorageThread } from './storage-thread.ts';

/**
 * A storage thread that is started by its first job: what nobody needs costs no memory. Jobs, and the end, come to it in
 * the order they were given, also those that were given while it starts.
 */
export class LateThread {
  readonly #open: () => Promise<StorageThread>;
  #opening: Promise<StorageThread> | null = null;
  #thread: StorageThread | null = null;
  #isClosed = false;

  constructor(open: () => Promise<StorageThread>) {
    this.#open = open;
  }

  /** In SQLite's words, once a job has met a damaged part of the database; null before. */
  get damage(): string | null {
    return this.#thread?.damage ?? null;
  }

  /** @throws StorageError also where the thread can't be started; the next job tries again. */
  submit(kind: string, input: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new StorageError('closed', 'the store is closed'));
    if (this.#thread) return this.#thread.submit(kind, input, 0);
    this.#opening ??= this.#start();
    return this.#opening.then((thread) => thread.submit(kind, input, 0));
  }

  /** Takes no more jobs; ends after those given before it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.then(
      (thread) => thread.close(),
      () => {},
    );
  }

  async #start(): Promise<StorageThread> {
    try {
      return (this.#thread = await this.#open());
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }
}
