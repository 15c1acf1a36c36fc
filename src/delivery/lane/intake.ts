/** How a delivery comes into a lane; what becomes of it there is written on top of `lane.ts`. */
import { deliveryId } from '../../model/delivery-id.ts';
import { type Event, orderKeyOf } from '../../model/event.ts';
import { textSize } from '../../model/event-text.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { isExpired } from '../expiry.ts';
import type { LaneParts } from './parts.ts';
import type { Room } from './room.ts';
import type { Delivery } from './unit.ts';

export class Intake {
  readonly #parts: LaneParts;
  readonly #room: Room;
  readonly #isReplay: boolean;
  #lastOffered = 0;

  constructor(parts: LaneParts, room: Room, isReplay: boolean) {
    this.#parts = parts;
    this.#room = room;
    this.#isReplay = isReplay;
  }

  /** See `Lane.offer`. */
  offer(subscription: Subscription, event: Event): boolean {
    const { progress, context } = this.#parts;
    if (event.seq !== this.#lastOffered && !this.#room.hasRoom) return false;
    if (!progress.addKnown(subscription.number, event.seq)) {
      const outcome = this.#outcomeUnsent(subscription, event);
      if (outcome === null) this.#accept(subscription, event);
      // What takes no request is bounded by how much can be recorded.
      else if (event.seq !== this.#lastOffered && context.recorder.blocked) return false;
      else this.#settleUnsent(subscription, event, outcome);
    }
    this.#lastOffered = event.seq;
    return true;
  }

  /** The next to be offered may be one that was offered before. */
  startOver(): void {
    this.#lastOffered = 0;
  }

  /** What becomes of it without a request: it is so for good, so it need not wait its turn. */
  #outcomeUnsent(subscription: Subscription, event: Event): 'cancelled' | 'expired' | null {
    if (!subscription.selection.enabled) return 'cancelled';
    if (!this.#isReplay && event.seq <= (subscription.cancelledUpTo ?? 0)) return 'cancelled';
    return isExpired(subscription, event, this.#parts.context.clock.now()) ? 'expired' : null;
  }

  #settleUnsent({ number }: Subscription, { seq }: Event, outcome: 'cancelled' | 'expired'): void {
    const { recording, progress, context } = this.#parts;
    const detail = outcome === 'cancelled' ? 'subscription_disabled' : 'expire_after';
    recording.unsent({ subscription: number, seq, batch: seq, attempts: 0 }, outcome, detail, context.clock.now());
    progress.addSettled(number, seq);
    this.#parts.dirty = true;
  }

  #accept(subscription: Subscription, event: Event): void {
    const { order, progress, context } = this.#parts;
    const { number: id } = subscription;
    const { seq } = event;
    const size = textSize(event);
    const key = order.keyOf(subscription.order === 'none' ? deliveryId(id, seq) : orderKeyOf(event));
    const offeredAt = context.clock.monotonic();
    const delivery: Delivery = { subscription: id, seq, key, offeredAt, size, event, settled: false };
    progress.add(delivery);
    if (order.add(delivery)) return;
    this.parkBehind(delivery);
    progress.tidy();
  }

  /** Another of its key is parked before it, and so is it from now on. */
  parkBehind(delivery: Delivery): void {
    this.#parts.recording.parkedBehind(delivery);
    delivery.event = null;
    delivery.settled = true;
    this.#parts.dirty = true;
  }
}
