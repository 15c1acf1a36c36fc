/** The end of an attempt: settled, or parked with what waits in its keys; see the states on top of `lane.ts`. */
import type { AttemptRow } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { nextDelayMs } from '../retry-policy.ts';
import type { LaneParts } from './parts.ts';
import type { Delivery, Unit, Verdict } from './unit.ts';

export interface EndingsDeps {
  readonly parts: LaneParts;
  /** Makes durable that one which waited is parked. */
  readonly parkBehind: (delivery: Delivery) => void;
  /** Why nothing of the lane is tried again; null: it is. */
  readonly givenUp: () => string | null;
}

export class Endings {
  readonly #deps: EndingsDeps;
  readonly #parts: LaneParts;

  constructor(deps: EndingsDeps) {
    this.#deps = deps;
    this.#parts = deps.parts;
  }

  /** See `Lane.finished`. */
  finished(unit: Unit, verdict: Verdict): Verdict['outcome'] {
    const { departures, untracked, progress, context } = this.#parts;
    departures.ended(unit, verdict, () => context.random.next());
    if (verdict.outcome === 'stopped') return 'stopped';
    // Dropped from `progress` while it was under way: it will be read again, and has to be known then.
    if (untracked.delete(unit)) for (const delivery of unit.deliveries) progress.remember(delivery);
    const outcome =
      verdict.outcome === 'failed' ? this.#failed(unit, verdict) : this.#conclude(unit, verdict, verdict.outcome);
    for (const delivery of unit.deliveries) delivery.settled = true;
    this.#parts.dirty = true;
    progress.tidy();
    return outcome;
  }

  #failed(unit: Unit, verdict: Verdict): AttemptRow['outcome'] {
    const { context } = this.#parts;
    const subscription = context.subscription(unit.subscription);
    const detail = this.#deps.givenUp() ?? whyCancelled(subscription);
    if (!subscription || detail !== null) return this.#conclude(unit, { ...verdict, detail }, 'cancelled');
    const chance = context.random.next();
    const delayMs = nextDelayMs(subscription.retry, unit.attempts + 1, verdict.retryAfterMs, chance);
    if (delayMs === null) return this.#conclude(unit, verdict, 'cancelled');
    this.#park(unit, verdict, Math.max(delayMs, 1));
    return 'failed';
  }

  #park(unit: Unit, verdict: Verdict, delayMs: number): void {
    const { recording, order, context } = this.#parts;
    const { clock } = context;
    recording.attempt(unit, verdict, 'failed');
    unit.attempts++;
    unit.dueAt = clock.monotonic() + delayMs;
    const followers = order.park(unit);
    recording.parked(unit, clock.now() + delayMs);
    for (const follower of followers) this.#deps.parkBehind(follower);
  }

  #conclude(unit: Unit, verdict: Verdict, outcome: AttemptRow['outcome']): AttemptRow['outcome'] {
    const { recording, order, context } = this.#parts;
    recording.attempt(unit, verdict, outcome);
    for (const delivery of unit.deliveries) {
      if (unit.parked) recording.unparked(delivery);
      delivery.event = null;
    }
    order.release(unit, context.clock.monotonic());
    return outcome;
  }
}

/** Why what is held for it is not tried again; null: it is. */
export function whyCancelled(subscription: Subscription | undefined): string | null {
  if (!subscription) return 'subscription_deleted';
  return subscription.selection.enabled ? null : 'subscription_disabled';
}
