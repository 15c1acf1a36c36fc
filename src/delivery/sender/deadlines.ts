/**
 * When what is under way has to be over. Whatever may take equally long lies in one list in the order it began, which
 * is the order it is due, so that a list needs one timer: for its first. A timer for each request costs more than all
 * else that the sender does for it.
 *
 * A list's timer is armed while there is anything in the list. It may find its first gone when it fires, and is armed
 * anew for the next one; when it finds nothing, the list is let go of.
 */
import type { Clock, Timer } from '../../kit/clock.ts';

/** Something with a deadline; a link of its list. */
export abstract class Timed {
  /** Monotonic, milliseconds. */
  dueAt = 0;
  /** For `Deadlines` alone. */
  before: Timed | null = null;
  after: Timed | null = null;
  list: DeadlineList | null = null;

  /** It is due; it leaves its list. */
  abstract expire(): void;
}

class DeadlineList {
  readonly #clock: Clock;
  readonly #empty: () => void;
  first: Timed | null = null;
  last: Timed | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, empty: () => void) {
    this.#clock = clock;
    this.#empty = empty;
  }

  push(item: Timed, now: number): void {
    item.list = this;
    item.before = this.last;
    if (this.last) this.last.after = item;
    else this.first = item;
    this.last = item;
    if (!this.#timer) this.#arm(item.dueAt - now);
  }

  unlink(item: Timed): void {
    if (item.before) item.before.after = item.after;
    else this.first = item.after;
    if (item.after) item.after.before = item.before;
    else this.last = item.before;
    item.before = item.after = item.list = null;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(inMs: number): void {
    this.#timer = this.#clock.schedule(inMs, () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.monotonic();
    while (this.first && this.first.dueAt <= now) this.first.expire();
    this.#timer = null;
    // The system's timers may fire a fraction of a millisecond early.
    if (this.first) this.#arm(Math.max(1, this.first.dueAt - now));
    else this.#empty();
  }
}

export class Deadlines<Item extends Timed> {
  readonly #clock: Clock;
  readonly #lists = new Map<number, DeadlineList>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param now monotonic: when it began */
  add(item: Item, timeoutMs: number, now: number): void {
    let list = this.#lists.get(timeoutMs);
    if (!list) {
      list = new DeadlineList(this.#clock, () => this.#lists.delete(timeoutMs));
      this.#lists.set(timeoutMs, list);
    }
    item.dueAt = now + timeoutMs;
    list.push(item, now);
  }

  /** Nothing where it is in none. */
  remove(item: Item): void {
    item.list?.unlink(item);
  }

  /** All there are now, in no particular order. */
  all(): readonly Item[] {
    const items: Item[] = [];
    for (const { first } of this.#lists.values()) {
      for (let item = first; item; item = item.after) items.push(item as Item);
    }
    return items;
  }

  /** Takes nothing more: no timer is left behind. */
  close(): void {
    for (const list of this.#lists.values()) list.cancel();
  }
}
