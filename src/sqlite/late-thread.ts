import type { StorageThread } from './storage-thread.ts';

/** A storage thread that is started by its first job: what nobody needs costs no memory. */
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
  async submit(kind: string, input: unknown): Promise<unknown> {
    const thread = this.#thread ?? (await this.#start());
    return thread.submit(kind, input, 0);
  }

  /** Ends after the jobs given before it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const thread = this.#thread ?? (await this.#opening?.catch(() => null));
    await thread?.close();
  }

  async #start(): Promise<StorageThread> {
    this.#opening ??= this.#open();
    try {
      this.#thread = await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
    if (this.#isClosed) this.#thread.refuse();
    return this.#thread;
  }
}
