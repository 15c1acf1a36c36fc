import { Queue } from '../../kit/queue.ts';
import type { DeliveryKey } from '../../records/delivery-store.ts';

interface Entry extends DeliveryKey {
  readonly offeredAt: number;
  settled: boolean;
}

/** Deliveries in sequence order from the first one that is not settled: gives the lane's low-water mark. */
export class Outstanding {
  readonly #entries = new Queue<Entry>();

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (entry.settled) this.tidy();
  }

  /** To be called after entries were marked as settled. */
  tidy(): void {
    while (this.#entries.peek()?.settled) this.#entries.shift();
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
    const keys: DeliveryKey[] = [];
    for (const { subscription, seq, settled } of this.#entries) if (settled) keys.push({ subscription, seq });
    return keys;
  }

  clear(): void {
    this.#entries.clear();
  }
}
