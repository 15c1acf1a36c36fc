import { Queue } from '../../kit/queue.ts';
import { deliveryId } from '../../model/delivery-id.ts';

/**
 * What a lane holds for one order key (a call): at most one unit under way, and everything else behind it.
 *
 *   idle ── an event comes ──> ready ── taken ──> busy ── settled ──> ready, or gone when nothing waits
 *   busy ── failed, to be tried again ──> parked: the failed unit is the head, what waits is parked behind it
 *   parked ── the head is due and taken ──> busy ── settled ──> what is next behind it becomes the head, due at once
 *
 * A receiver may refuse one call for hours while events of it keep coming. So what is behind a head costs two numbers
 * in memory and a row in the store; it becomes a unit again when its turn comes.
 */
export class KeyQueue<Delivery, Unit> {
  readonly id: string;
  /** Not tried yet, nothing parked before them. */
  readonly waiting = new Queue<Delivery>();
  /** Parked; scheduled, or under way again. */
  head: Unit | null = null;
  /** Parked behind the head: subscription and sequence in turn. Null while there is nothing. */
  behind: Queue<number> | null = null;
  busy = false;
  /** Attempts of those behind that were tried before: they were given up, and somebody wants them tried again. */
  #attempts: Map<string, number> | null = null;

  constructor(id: string) {
    this.id = id;
  }

  get empty(): boolean {
    return !this.busy && this.waiting.size === 0 && this.head === null;
  }

  /** Something of it may go as a first attempt. */
  get ready(): boolean {
    return !this.busy && this.head === null && this.waiting.size > 0;
  }

  follow(subscription: number, seq: number, attempts = 0): void {
    this.behind ??= new Queue();
    this.behind.push(subscription);
    this.behind.push(seq);
    if (attempts > 0) (this.#attempts ??= new Map()).set(deliveryId(subscription, seq), attempts);
  }

  /** How often one that is no longer behind was tried. */
  takeAttempts(subscription: number, seq: number): number {
    if (this.#attempts === null) return 0;
    const name = deliveryId(subscription, seq);
    const attempts = this.#attempts.get(name) ?? 0;
    this.#attempts.delete(name);
    if (this.#attempts.size === 0) this.#attempts = null;
    return attempts;
  }
}
