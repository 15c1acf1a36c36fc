/**
 * How far a lane has come: the deliveries it was offered, in sequence order from the first one that is not settled, and
 * those further on that it knows as settled from before (`known`), for when it reads their events again.
 */
import { Queue } from '../../kit/queue.ts';
import type { DeliveryKey } from '../../records/delivery-store.ts';

interface Entry extends DeliveryKey {
  /** Monotonic milliseconds. */
  readonly offeredAt: number;
  settled: boolean;
}

const nameOf = ({ subscription, seq }: DeliveryKey): string => `${subscription}-${seq}`;

export class Progress {
  readonly #entries = new Queue<Entry>();
  /** Settled ones of the same event as the head: several subscriptions of one endpoint may want one event. */
  #besideHead: Entry[] = [];
  readonly #known = new Map<string, DeliveryKey>();

  /** Deliveries that are not settled, or settled above one that is not. */
  get size(): number {
    return this.#entries.size;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Offered again although it was settled before: true, and it counts as settled in its place. */
  addKnown(subscription: number, seq: number): boolean {
    if (this.#known.size === 0 || !this.#known.delete(nameOf({ subscription, seq }))) return false;
    this.addSettled(subscription, seq);
    return true;
  }

  /** Offered, and settled at once. */
  addSettled(subscription: number, seq: number): void {
    this.#entries.push({ subscription, seq, offeredAt: 0, settled: true });
    this.tidy();
  }

  /** To be called after entries were marked as settled. */
  tidy(): void {
    while (this.#entries.peek()?.settled) this.#besideHead.push(this.#entries.shift() as Entry);
    const head = this.#entries.peek();
    if (this.#besideHead.length === 0) return;
    // Another of the last one's event may still be offered, and be the next head.
    const kept = head?.seq ?? this.#besideHead.at(-1)?.seq;
    // They are in sequence order: when the first one is of that event, so are all.
    if (this.#besideHead[0]?.seq !== kept) this.#besideHead = this.#besideHead.filter(({ seq }) => seq === kept);
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

  /** What of a subscription is not settled is another lane's from now on. */
  leave(subscription: number): void {
    for (const entry of this.#entries) if (entry.subscription === subscription) entry.settled = true;
    this.tidy();
  }

  /** Settled deliveries above the low-water mark. */
  settledAbove(lowWater: number): DeliveryKey[] {
    const keys: DeliveryKey[] = [];
    for (const { subscription, seq } of this.#besideHead) if (seq > lowWater) keys.push({ subscription, seq });
    for (const { subscription, seq, settled } of this.#entries) if (settled) keys.push({ subscription, seq });
    for (const key of this.#known.values()) if (key.seq > lowWater) keys.push(key);
    return keys;
  }

  isSettled({ subscription, seq }: DeliveryKey, lowWater: number): boolean {
    if (seq <= lowWater) return true;
    return this.settledAbove(lowWater).some((one) => one.subscription === subscription && one.seq === seq);
  }

  /** Its event will be offered (again), but it is settled. */
  remember({ subscription, seq }: DeliveryKey): void {
    this.#known.set(nameOf({ subscription, seq }), { subscription, seq });
  }

  /** Events up to here are not offered again. */
  forgetUpTo(position: number): void {
    for (const [name, { seq }] of this.#known) if (seq <= position) this.#known.delete(name);
  }

  /** Everything above the low-water mark will be offered again. */
  startOver(lowWater: number): void {
    for (const key of this.settledAbove(lowWater)) this.remember(key);
    this.#entries.clear();
    this.#besideHead = [];
  }
}
