import { Queue } from '../../kit/queue.ts';
import type { DeliveryKey } from '../../records/delivery-store.ts';

interface Entry extends DeliveryKey {
  readonly offeredAt: number;
  settled: boolean;
}

/** Deliveries in sequence order from the first one that is not settled: gives the lane's low-water mark. */
export class Outstanding {
  readonly #entries = new Queue<Entry>();
  /** Settled ones of the same event as the head: several subscriptions of one endpoint may want one event. */
  #besideHead: Entry[] = [];

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (entry.settled) this.tidy();
  }

  /** To be called after entries were marked as settled. */
  tidy(): void {
    while (this.#entries.peek()?.settled) this.#besideHead.push(this.#entries.shift() as Entry);
    const head = this.#entries.peek();
    // They are in sequence order: when the first one is of the head's event, so are all.
    if (this.#besideHead[0]?.seq !== head?.seq)
      this.#besideHead = this.#besideHead.filter(({ seq }) => seq === head?.seq);
  }

  /** Everything up to here is settled; `position` is how far the lane has been offered events. */
  lowWater(position: number): number {
    const head = this.#entries.peek();
    return head ? head.seq - 1 : position;
  }

  /** When the oldest unsettled delivery was offered; null when there is none. */
  oldestAt(): number | null {
    return this.#entries.peek()?.offeredAt ?? null;
  }

  /** Settled deliveries above the low-water mark. */
  settledAbove(): DeliveryKey[] {
    const keys = this.#besideHead.map(({ subscription, seq }): DeliveryKey => ({ subscription, seq }));
    for (const { subscription, seq, settled } of this.#entries) if (settled) keys.push({ subscription, seq });
    return keys;
  }

  clear(): void {
    this.#entries.clear();
    this.#besideHead = [];
  }
}
