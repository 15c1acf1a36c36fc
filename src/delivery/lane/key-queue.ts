import { Queue } from '../../kit/queue.ts';

/**
 * What a lane holds for one order key (a call): at most one unit under way, and everything else behind it.
 *
 *   idle ── an event comes ──> ready ── taken ──> busy ── settled ──> ready, or gone when nothing waits
 *   busy ── failed, to be tried again ──> parked: the failed unit is the head, what waits becomes its followers
 *   parked ── the head is due and taken ──> busy ── settled ──> the next follower becomes the head, due at once
 */
export class KeyQueue<Delivery, Unit> {
  readonly id: string;
  /** Not tried yet, nothing parked before them. */
  readonly waiting = new Queue<Delivery>();
  /** The head is scheduled; the others wait for it. Each has a parked row. */
  readonly parked = new Queue<Unit>();
  busy = false;

  constructor(id: string) {
    this.id = id;
  }

  get empty(): boolean {
    return !this.busy && this.waiting.size === 0 && this.parked.size === 0;
  }

  /** Something of it may go as a first attempt. */
  get ready(): boolean {
    return !this.busy && this.parked.size === 0 && this.waiting.size > 0;
  }
}
