/**
 * The checkpoint (R, A): R is a sequence up to which every attached lane has settled everything, A an attempts row id
 * such that every attempt on a later sequence has a higher one. After a restart attached lanes read again after R and
 * leave out what attempts after A have settled.
 *
 *   marks: one after each flush: (how far the router had come when the flush was put together, last attempts row id
 *   after it). No attempt concerns an event past the router's position, so every attempt on a sequence above a mark's
 *   position has a row id above the mark's. After a restart that is so only once the router has come past everything
 *   that was attempted before it (`newestSettled`): until then no mark is made.
 *   R = the lowest low-water mark of the attached lanes (the router's position when none holds it back); never goes back.
 *   A = the row id of the newest mark at or below R, but not above that of the last row written for a detached lane
 *   that has settled something since: what such a lane settled is known from attempts alone until its row is written.
 */
interface Mark {
  readonly position: number;
  readonly attempts: number;
}

export class CheckpointMarks {
  #marks: Mark[];
  readonly #newestSettled: number;
  #seq: number;

  constructor(start: { readonly seq: number; readonly attempts: number; readonly newestSettled: number }) {
    this.#seq = start.seq;
    this.#newestSettled = start.newestSettled;
    this.#marks = [{ position: start.seq, attempts: start.attempts }];
  }

  /** R as last given out. */
  get seq(): number {
    return this.#seq;
  }

  /** A flush that was put together at `position` is durable. */
  flushed(position: number, attempts: number): void {
    if (position < this.#newestSettled) return;
    const newest = this.#marks.at(-1);
    if (newest?.position === position) this.#marks[this.#marks.length - 1] = { position, attempts };
    else this.#marks.push({ position, attempts });
  }

  /** @param lowWater of all attached lanes; `dirtySince`: see above, null when no detached lane is dirty */
  advance(lowWater: number, dirtySince: number | null): { readonly seq: number; readonly attempts: number } {
    this.#seq = Math.max(this.#seq, lowWater);
    const later = this.#marks.findIndex(({ position }) => position > this.#seq);
    const newest = later === -1 ? this.#marks.length - 1 : later - 1;
    if (newest > 0) this.#marks = this.#marks.slice(newest);
    const attempts = (this.#marks[0] as Mark).attempts;
    return { seq: this.#seq, attempts: dirtySince === null ? attempts : Math.min(attempts, dirtySince) };
  }
}
