/**
 * What a lane holds, in the order it may go out: waiting deliveries by key, parked units with their followers, and when
 * the parked ones are due. It decides nothing about windows or breakers and makes nothing durable.
 */
import { Heap } from '../../kit/heap.ts';
import { Queue } from '../../kit/queue.ts';
import type { ParkedRow } from '../../records/delivery-store.ts';
import { KeyQueue } from './key-queue.ts';
import { type CallQueue, type Delivery, deliveryId, keysOf, newUnit, type Unit } from './unit.ts';

export class Order {
  /** Deliveries not tried yet, with nothing parked before them. */
  waiting = 0;
  /** Deliveries that are parked, followers included. */
  parked = 0;
  readonly #keys = new Map<string, CallQueue>();
  readonly #ready = new Queue<CallQueue>();
  readonly #due = new Heap<Unit>((a, b) => a.dueAt < b.dueAt);

  /** Something may go as a first attempt. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Monotonic time at which the next parked unit is due; Infinity when none is scheduled. */
  get nextDueAt(): number {
    return this.#due.peek()?.dueAt ?? Infinity;
  }

  keyOf(id: string): CallQueue {
    let key = this.#keys.get(id);
    if (!key) this.#keys.set(id, (key = new KeyQueue(id)));
    return key;
  }

  /** @returns the unit it was parked in when it has to follow another of its key, null when it waits */
  add(delivery: Delivery): Unit | null {
    const { key } = delivery;
    if (key.parked.size > 0) return this.#follow(delivery);
    key.waiting.push(delivery);
    this.waiting++;
    if (key.ready && key.waiting.size === 1) this.#ready.push(key);
    return null;
  }

  #follow(delivery: Delivery): Unit {
    const unit = newUnit([delivery]);
    unit.parked = true;
    delivery.event = null;
    delivery.key.parked.push(unit);
    this.parked++;
    return unit;
  }

  /** The parked unit that has been due longest, if one is. */
  takeDue(now: number): Unit | null {
    if (this.nextDueAt > now) return null;
    return this.#started(this.#due.pop() ?? null);
  }

  /** The oldest delivery that may go, with as many more of its subscription as one request may carry. */
  takeReady(mostOf: (subscription: number) => number): Unit | null {
    const key = this.#ready.shift();
    if (!key) return null;
    const first = this.#takeWaiting(key);
    const most = mostOf(first.subscription);
    return this.#started(newUnit(most > 1 ? this.#fillBatch(key, first, most) : [first]));
  }

  #started(unit: Unit | null): Unit | null {
    if (unit) for (const { key } of unit.deliveries) key.busy = true;
    return unit;
  }

  #takeWaiting(key: CallQueue): Delivery {
    this.waiting--;
    return key.waiting.shift() as Delivery;
  }

  /** More of the same subscription: of the same call, then of the calls that are ready next. In sequence order. */
  #fillBatch(key: CallQueue, first: Delivery, most: number): Delivery[] {
    const batch = [first];
    const takeFrom = (from: CallQueue): void => {
      while (batch.length < most && from.waiting.peek()?.subscription === first.subscription) {
        batch.push(this.#takeWaiting(from));
      }
    };
    takeFrom(key);
    while (batch.length < most && this.#ready.peek()?.waiting.peek()?.subscription === first.subscription) {
      takeFrom(this.#ready.shift() as CallQueue);
    }
    return batch.sort((a, b) => a.seq - b.seq);
  }

  /**
   * A unit that was under way goes on being tried: at `unit.dueAt`.
   * @returns the followers it has gained: what waited behind it
   */
  park(unit: Unit): readonly Unit[] {
    const followers: Unit[] = [];
    if (!unit.parked) {
      unit.parked = true;
      this.parked += unit.deliveries.length;
      for (const key of keysOf(unit)) {
        key.parked.push(unit);
        while (key.waiting.size > 0) followers.push(this.#follow(this.#takeWaiting(key)));
      }
    }
    for (const delivery of unit.deliveries) {
      delivery.event = null;
      delivery.key.busy = false;
    }
    this.#due.push(unit);
    return followers;
  }

  /** A unit that was under way is settled: what is behind it in its keys may go. */
  release(unit: Unit, now: number): void {
    if (unit.parked) this.parked -= unit.deliveries.length;
    for (const key of keysOf(unit)) {
      key.busy = false;
      if (unit.parked) key.parked.shift();
      this.#next(key, now);
    }
  }

  #next(key: CallQueue, now: number): void {
    const follower = key.parked.peek();
    if (follower) {
      follower.dueAt = now;
      this.#due.push(follower);
    } else if (key.waiting.size > 0) this.#ready.push(key);
    else if (this.#keys.get(key.id) === key) this.#keys.delete(key.id);
  }

  /** Marks the parked units of a subscription as cancelled, and due, so that each is concluded in the order of its key. */
  cancel(subscription: number, reason: string, now: number): void {
    for (const key of this.#keys.values()) {
      for (const unit of key.parked) if (unit.subscription === subscription) unit.cancelled = reason;
    }
    const scheduled: Unit[] = [];
    for (let unit = this.#due.pop(); unit; unit = this.#due.pop()) scheduled.push(unit);
    for (const unit of scheduled) {
      if (unit.cancelled !== null) unit.dueAt = now;
      this.#due.push(unit);
    }
  }

  dropWaiting(): void {
    this.#ready.clear();
    for (const key of this.#keys.values()) {
      while (key.waiting.size > 0) this.#takeWaiting(key);
      if (key.empty) this.#keys.delete(key.id);
    }
  }

  /**
   * Parked deliveries from their rows, in sequence order. To be called once, while there is nothing else.
   * @param dueAt monotonic time of a row's next attempt; of a follower, now
   */
  restore(rows: readonly ParkedRow[], dueAt: (row: ParkedRow) => number): void {
    const batches = new Map<string, Delivery[]>();
    const units: Unit[] = [];
    for (const row of rows) {
      const delivery: Delivery = { ...row, key: this.keyOf(row.orderKey), offeredAt: 0, event: null, settled: true };
      const name = deliveryId(row.subscription, row.attempts > 0 ? row.batch : row.seq);
      const batch = batches.get(name);
      if (batch) batch.push(delivery);
      else {
        const deliveries = [delivery];
        batches.set(name, deliveries);
        units.push({ ...newUnit(deliveries), attempts: row.attempts, dueAt: dueAt(row), parked: true });
      }
      this.parked++;
    }
    for (const unit of units) for (const key of keysOf(unit)) key.parked.push(unit);
    for (const unit of units) if (keysOf(unit).every((key) => key.parked.peek() === unit)) this.#due.push(unit);
  }
}
