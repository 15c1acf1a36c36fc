import type { JobMessage } from './protocol.ts';

/**
 * The order of reads: rounds of one piece of a scan, then all look-ups that came meanwhile. So a look-up waits for at
 * most one piece (about 20 ms) however many scans there are, and scans go on however many look-ups there are.
 */
export class ReadQueue {
  readonly #scans: ReadonlySet<string>;
  readonly #lookUps: JobMessage[] = [];
  readonly #pieces: JobMessage[] = [];
  /** Look-ups to serve before the next piece. */
  #before = 0;
  #roundEnded = true;

  /** @param scans kinds of jobs that are pieces of something long. */
  constructor(scans: ReadonlySet<string>) {
    this.#scans = scans;
  }

  push(jobs: readonly JobMessage[]): void {
    for (const job of jobs) (this.#scans.has(job.kind) ? this.#pieces : this.#lookUps).push(job);
  }

  next(): JobMessage | undefined {
    if (this.#roundEnded) this.#before = this.#lookUps.length;
    this.#roundEnded = this.#before === 0 && this.#pieces.length > 0;
    if (this.#roundEnded) return this.#pieces.shift();
    this.#before = Math.max(0, this.#before - 1);
    return this.#lookUps.shift();
  }
}
