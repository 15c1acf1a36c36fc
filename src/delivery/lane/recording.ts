/** Says what has to become durable of a lane's deliveries: one row for each attempt of each, and one while it is parked. */
import type { AttemptRow, DeliveryKey, LaneDeliveryKey, ParkedRow } from '../../records/delivery-store.ts';
import { type Delivery, firstSeq, type GivenUp, type Unit, type Verdict } from './unit.ts';

export interface LaneRecorder {
  /** Too much is not durable yet: what needs not be recorded now has to wait. */
  readonly blocked: boolean;
  attempt(row: AttemptRow): void;
  park(row: ParkedRow): void;
  unpark(key: LaneDeliveryKey): void;
}

export class Recording {
  readonly #endpoint: () => number;
  /** 0: none. */
  readonly #replay: number;
  readonly #recorder: LaneRecorder;

  /** @param endpoint as it is at the time: a side lane may come to another one */
  constructor(endpoint: () => number, replay: number, recorder: LaneRecorder) {
    this.#endpoint = endpoint;
    this.#replay = replay;
    this.#recorder = recorder;
  }

  /** To be called before the attempt is counted in `unit.attempts`. */
  attempt(unit: Unit, verdict: Verdict, outcome: AttemptRow['outcome']): void {
    const { status, startedAt, durationMs, detail } = verdict;
    const attempt = unit.attempts + (verdict.requested ? 1 : 0);
    for (const { subscription, seq } of unit.deliveries) {
      const batch = firstSeq(unit);
      const endpoint = this.#endpoint();
      const replay = this.#replay;
      this.#recorder.attempt({
        subscription,
        endpoint,
        seq,
        replay,
        batch,
        attempt,
        outcome,
        status,
        startedAt,
        durationMs,
        detail,
      });
    }
  }

  /** Settled without a request. @param now wall clock */
  unsent(
    { subscription, seq, batch, attempts }: Pick<GivenUp, 'subscription' | 'seq' | 'batch' | 'attempts'>,
    outcome: 'cancelled' | 'expired',
    detail: string,
    now: number,
  ): void {
    const place = { subscription, endpoint: this.#endpoint(), seq, replay: this.#replay, batch };
    this.#recorder.attempt({ ...place, attempt: attempts, outcome, detail, status: 0, startedAt: now, durationMs: 0 });
  }

  /** @param dueAt wall clock, milliseconds */
  parked(unit: Unit, dueAt: number): void {
    const batch = firstSeq(unit);
    const { attempts } = unit;
    for (const { subscription, seq, key } of unit.deliveries) {
      const place = { subscription, endpoint: this.#endpoint(), seq, replay: this.#replay };
      this.#recorder.park({ ...place, batch, orderKey: key.id, attempts, dueAt });
    }
  }

  parkedBehind({ subscription, seq, key }: Delivery, attempts = 0): void {
    const place = { subscription, endpoint: this.#endpoint(), seq, replay: this.#replay };
    this.#recorder.park({ ...place, batch: seq, orderKey: key.id, attempts, dueAt: null });
  }

  unparked({ subscription, seq }: DeliveryKey): void {
    this.#recorder.unpark({ subscription, seq, replay: this.#replay });
  }
}
