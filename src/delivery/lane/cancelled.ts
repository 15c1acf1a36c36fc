import { Queue } from '../../kit/queue.ts';
import type { Recording } from './recording.ts';
import type { GivenUp } from './unit.ts';

/** Recorded in one go at most, between two looks at whether more results can be taken. */
const mostAtOnce = 100;

/** Deliveries that were given up with their subscription, until their outcomes are recorded. */
export class Cancelled {
  readonly #recording: Recording;
  #given = new Queue<{ readonly reason: string; readonly delivery: GivenUp }>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get size(): number {
    return this.#given.size;
  }

  add(given: readonly GivenUp[], reason: string): void {
    for (const delivery of given) this.#given.push({ reason, delivery });
  }

  /** Those that are to be read again. @param only of this subscription */
  dropUnparked(only?: number): void {
    const isRead = ({ subscription, parked }: GivenUp): boolean => !parked && (only ?? subscription) === subscription;
    const kept = [...this.#given].filter(({ delivery }) => !isRead(delivery));
    this.#given = new Queue();
    for (const one of kept) this.#given.push(one);
  }

  /** Records some. @param now wall clock */
  record(now: number): void {
    for (let count = 0; count < mostAtOnce; count++) {
      const next = this.#given.shift();
      if (!next) return;
      const { reason, delivery: given } = next;
      this.#recording.unsent(given, 'cancelled', reason, now);
      if (given.parked) this.#recording.unparked(given);
      if (given.delivery) given.delivery.settled = true;
    }
  }
}
