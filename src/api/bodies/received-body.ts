import type { HeldBody } from './budget.ts';

/** More than what is left of most bodies that come in more than one piece. */
const firstCapacity = 4_096;

/**
 * The bytes of a body as they come. They are copied together at once: pieces kept as they are cost some 400 bytes each,
 * and a client may send pieces of one byte. What is held is what is counted, at most twice what came.
 */
export class ReceivedBody {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  readonly #held: HeldBody;
  readonly #most: number;

  /** @param most as long as it says it is, else as it may be */
  constructor(held: HeldBody, most: number) {
    this.#held = held;
    this.#most = most;
  }

  get length(): number {
    return this.#length;
  }

  /** False: there is no room for it. */
  add(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (this.#length === 0 && length === this.#most) {
      // The usual case, a body in one piece: nothing to copy.
      if (!this.#held.growTo(length)) return false;
      this.#bytes = piece;
    } else {
      if (length > this.#bytes.length && !this.#grow(length)) return false;
      piece.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  whole(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(least: number): boolean {
    const capacity = Math.max(least, Math.min(this.#most, Math.max(2 * this.#bytes.length, firstCapacity)));
    if (!this.#held.growTo(capacity)) return false;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    return true;
  }
}
