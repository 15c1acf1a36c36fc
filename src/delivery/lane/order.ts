/**
 * What a lane holds, in the order it may go out: waiting deliveries by key, parked units with what is behind them, and
 * when the parked ones are due. It decides nothing about windows or breakers and makes nothing durable.
 */
import { Heap } from '../../kit/heap.ts';
import { Queue } from '../../kit/queue.ts';
import type { ParkedRow } from '../../records/delivery-store.ts';
import { KeyQueue } from './key-queue.ts';
import type { LaneMemory } from './memory.ts';
import { parkedIn, type ParkedBySubscription } from './parked.ts';
import { parkedUnits } from './parked-units.ts';
import { type CallQueue, type Delivery, firstSeq, type GivenUp, keysOf, newUnit, type Unit } from './unit.ts';

/** Characters of events in one request at most, but for a single event that is larger. */
const mostInBatch = 1_000_000;

const none: ParkedBySubscription = new Map();

export class Order {
  /** Deliveries not tried yet, with nothing parked before them. */
  waiting = 0;
  /** Characters of their events. */
  waitingSize = 0;
  /** Deliveries that are parked and tried by themselves. */
  parked = 0;
  /** Deliveries that are parked behind those. */
  behind = 0;
  readonly #memory: LaneMemory;
  readonly #keys = new Map<string, CallQueue>();
  readonly #ready = new Queue<CallQueue>();
  readonly #due = new Heap<Unit>((a, b) => a.dueAt < b.dueAt);

  constructor(memory: LaneMemory) {
    this.#memory = memory;
  }

  /** Something may go as a first attempt. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Monotonic time at which the next parked unit is due; Infinity when none is scheduled. */
  get nextDueAt(): number {
    return this.#due.peek()?.dueAt ?? Infinity;
  }

  /** See `parkedIn`. */
  parkedBySubscription(): ParkedBySubscription {
    return this.parked === 0 ? none : parkedIn(this.#keys.values());
  }

  find(id: string): CallQueue | undefined {
    return this.#keys.get(id);
  }

  keyOf(id: string): CallQueue {
    let key = this.#keys.get(id);
    if (!key) this.#keys.set(id, (key = new KeyQueue(id)));
    return key;
  }

  /** False: it is parked at once, behind another of its key. */
  add(delivery: Delivery): boolean {
    const { key } = delivery;
    if (key.head !== null) {
      this.#follow(delivery);
      return false;
    }
    key.waiting.push(delivery);
    this.#countWaiting(1, delivery.size);
    if (key.ready && key.waiting.size === 1) this.#ready.push(key);
    return true;
  }

  #follow({ key, subscription, seq }: Delivery): void {
    key.follow(subscription, seq);
    this.#countParked(0, 1);
  }

  #countWaiting(deliveries: number, size: number): void {
    this.waiting += deliveries;
    this.waitingSize += size;
    this.#memory.waiting += deliveries;
    this.#memory.waitingSize += size;
  }

  #countParked(parked: number, behind: number): void {
    this.parked += parked;
    this.behind += behind;
    this.#memory.parked += parked;
    this.#memory.behind += behind;
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
    const delivery = key.waiting.shift() as Delivery;
    this.#countWaiting(-1, -delivery.size);
    return delivery;
  }

  /** More of the same subscription: of the same call, then of the calls that are ready next. In sequence order. */
  #fillBatch(key: CallQueue, first: Delivery, most: number): Delivery[] {
    const batch = [first];
    let size = first.size;
    const fits = (next: Delivery | undefined): boolean =>
      next?.subscription === first.subscription && batch.length < most && size + next.size <= mostInBatch;
    const takeFrom = (from: CallQueue): void => {
      while (fits(from.waiting.peek())) {
        const next = this.#takeWaiting(from);
        size += next.size;
        batch.push(next);
      }
    };
    takeFrom(key);
    while (fits(this.#ready.peek()?.waiting.peek())) takeFrom(this.#ready.shift() as CallQueue);
    return batch.sort((a, b) => a.seq - b.seq);
  }

  /**
   * A unit that was under way goes on being tried: at `unit.dueAt`.
   * @returns what waited behind it, and is parked now too
   */
  park(unit: Unit): readonly Delivery[] {
    const followers: Delivery[] = [];
    if (!unit.parked) {
      unit.parked = true;
      this.#countParked(unit.deliveries.length, 0);
      for (const key of keysOf(unit)) {
        key.head = unit;
        followers.push(...this.#moveBehind(key));
      }
    }
    for (const delivery of unit.deliveries) {
      delivery.event = null;
      delivery.key.busy = false;
    }
    this.#due.push(unit);
    return followers;
  }

  #moveBehind(key: CallQueue): readonly Delivery[] {
    const moved: Delivery[] = [];
    while (key.waiting.size > 0) {
      const follower = this.#takeWaiting(key);
      this.#follow(follower);
      moved.push(follower);
    }
    return moved;
  }

  /**
   * A delivery that was given up is parked again, due now; or behind what is parked of its key. Nothing of its key may
   * be under way but that.
   * @returns the unit it leads as, null where it is behind another; and what waited behind it, and is parked now too
   */
  takeBack(
    delivery: Delivery,
    attempts: number,
    now: number,
  ): { readonly unit: Unit | null; readonly followers: readonly Delivery[] } {
    const { key, subscription, seq } = delivery;
    if (key.head !== null) {
      key.follow(subscription, seq, attempts);
      this.#countParked(0, 1);
      return { unit: null, followers: [] };
    }
    const unit: Unit = { ...newUnit([delivery]), attempts, parked: true };
    key.head = unit;
    this.#countParked(1, 0);
    const followers = this.#moveBehind(key);
    if (followers.length > 0) this.#tidyReady();
    this.#schedule(unit, now);
    return { unit, followers };
  }

  /** A unit that was under way is settled: what is behind it in its keys may go. */
  release(unit: Unit, now: number): void {
    if (unit.parked) this.#countParked(-unit.deliveries.length, 0);
    for (const key of keysOf(unit)) {
      key.busy = false;
      if (key.head === unit) key.head = null;
      this.#next(key, now);
    }
  }

  #next(key: CallQueue, now: number): void {
    if (this.#promote(key)) this.#schedule(key.head as Unit, now);
    else if (key.waiting.size > 0) this.#ready.push(key);
    else if (this.#keys.get(key.id) === key) this.#keys.delete(key.id);
  }

  #schedule(unit: Unit, at: number): void {
    unit.dueAt = at;
    this.#due.push(unit);
  }

  /** The first one behind it becomes the head. */
  #promote(key: CallQueue): boolean {
    const { behind } = key;
    const subscription = behind?.shift();
    if (behind === null || subscription === undefined) return false;
    const seq = behind.shift() as number;
    if (behind.size === 0) key.behind = null;
    key.head = newUnit([{ subscription, seq, key, offeredAt: 0, size: 0, event: null, settled: true }]);
    key.head.parked = true;
    key.head.attempts = key.takeAttempts(subscription, seq);
    this.#countParked(1, -1);
    return true;
  }

  /** What is scheduled is due now: all of it where the receiver is another one, or those somebody wants tried again. */
  hurry(now: number, only?: ReadonlySet<Unit>): void {
    for (const unit of this.#takeSchedule()) {
      if (only === undefined || only.has(unit)) this.#schedule(unit, now);
      else this.#due.push(unit);
    }
  }

  #takeSchedule(): Unit[] {
    const scheduled: Unit[] = [];
    for (let unit = this.#due.pop(); unit; unit = this.#due.pop()) scheduled.push(unit);
    return scheduled;
  }

  /** Lets go of all that is held for a subscription but what is under way. */
  giveUp(subscription: number, now: number): GivenUp[] {
    const given: GivenUp[] = [];
    for (const key of this.#keys.values()) {
      this.#giveUpWaiting(key, subscription, given);
      this.#giveUpBehind(key, subscription, given);
    }
    for (const unit of this.#takeSchedule()) {
      if (unit.subscription !== subscription) this.#due.push(unit);
      else {
        for (const delivery of unit.deliveries) {
          const { seq, key } = delivery;
          const { attempts, dueAt } = unit;
          const place = { subscription, seq, batch: firstSeq(unit), orderKey: key.id };
          given.push({ ...place, attempts, dueAt, parked: true, delivery });
        }
        this.release(unit, now);
      }
    }
    this.#tidyReady();
    return given.sort((a, b) => a.seq - b.seq);
  }

  #giveUpWaiting(key: CallQueue, subscription: number, given: GivenUp[]): void {
    for (let left = key.waiting.size; left > 0; left--) {
      const delivery = this.#takeWaiting(key);
      const { seq } = delivery;
      if (delivery.subscription === subscription) {
        const place = { subscription, seq, batch: seq, orderKey: key.id };
        given.push({ ...place, attempts: 0, dueAt: null, parked: false, delivery });
      } else {
        key.waiting.push(delivery);
        this.#countWaiting(1, delivery.size);
      }
    }
  }

  #giveUpBehind(key: CallQueue, subscription: number, given: GivenUp[]): void {
    const { behind } = key;
    if (behind === null) return;
    key.behind = null;
    for (let of = behind.shift(); of !== undefined; of = behind.shift()) {
      const seq = behind.shift() as number;
      const attempts = key.takeAttempts(of, seq);
      if (of !== subscription) key.follow(of, seq, attempts);
      else {
        this.#countParked(0, -1);
        const place = { subscription, seq, batch: seq, orderKey: key.id };
        given.push({ ...place, attempts, dueAt: null, parked: true, delivery: null });
      }
    }
  }

  /** A unit that is under way comes from another lane, before anything else of its keys. */
  adopt(unit: Unit): void {
    for (const delivery of unit.deliveries) {
      const key = this.keyOf(delivery.key.id);
      delivery.key = key;
      key.busy = true;
      if (unit.parked) key.head = unit;
    }
    if (unit.parked) this.#countParked(unit.deliveries.length, 0);
  }

  /** Keys that have nothing waiting any more are not ready, and those with nothing at all are let go of. */
  #tidyReady(): void {
    const ready = [...this.#ready].filter((key) => key.ready);
    this.#ready.clear();
    for (const key of new Set(ready)) this.#ready.push(key);
    for (const key of this.#keys.values()) if (key.empty) this.#keys.delete(key.id);
  }

  dropWaiting(): void {
    this.#ready.clear();
    for (const key of this.#keys.values()) {
      while (key.waiting.size > 0) this.#takeWaiting(key);
      if (key.empty) this.#keys.delete(key.id);
    }
  }

  /**
   * Parked deliveries from their rows, in sequence order. To be called once, while there is nothing else but what is
   * under way.
   * @param dueAt monotonic time of a row's next attempt; of one behind another, now
   */
  restore(rows: readonly ParkedRow[], dueAt: (row: ParkedRow) => number): void {
    const { units, behind } = parkedUnits(rows, (id) => this.keyOf(id), dueAt);
    for (const unit of units) {
      this.#countParked(unit.deliveries.length, 0);
      this.#due.push(unit);
    }
    this.#countParked(0, behind);
  }
}
