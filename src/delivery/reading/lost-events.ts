/**
 * What can't be delivered is listed, never skipped in silence: events that were trimmed before a lane had read them,
 * parked deliveries whose log or receiver is no more, and events that our own code fails on.
 */
import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { eventsBetween, type Gap } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { AttemptRow, ParkedRow } from '../../records/delivery-store.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import { laneOf, type SelectionVersion } from '../../subscriptions/subscription.ts';
import type { Lane } from '../lane/lane.ts';
import type { LaneRecorder } from '../lane/recording.ts';

export interface LostEventsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: EventLog;
  readonly registry: SubscriptionRegistry;
  readonly recorder: LaneRecorder;
  /** The lane with this number; undefined while it has had nothing to do, which is as good as attached. */
  laneOf(lane: number): Lane | undefined;
}

export class LostEvents {
  readonly #deps: LostEventsDeps;

  constructor(deps: LostEventsDeps) {
    this.#deps = deps;
  }

  /** Parked deliveries can not be tried any more. */
  giveUp(rows: readonly ParkedRow[], detail: string): void {
    for (const row of rows) {
      const { subscription, endpoint, seq, replay, batch } = row;
      this.#record({ subscription, endpoint, seq, replay, batch, outcome: 'expired', detail });
      this.#deps.recorder.unpark(row);
    }
  }

  /** A detached lane had not read these. */
  missedBy(lane: Lane, gap: Gap): void {
    const { number, endpoint } = lane;
    this.#deps.logger.error({ endpoint: endpoint.number, ...gap }, 'events expired before they were delivered');
    this.#missed(gap, (one) => one === number);
  }

  /** The router had not read these, and so no attached lane. */
  missedByRouter(gap: Gap): void {
    this.#deps.logger.error({ ...gap }, 'events expired before they were delivered to anybody');
    this.#missed(gap, (lane) => this.#deps.laneOf(lane)?.attached !== false);
  }

  /** Our own code can't tell what the delivery is to be: no stop, but an outcome. */
  failed(delivery: Pick<AttemptRow, 'subscription' | 'endpoint' | 'seq' | 'replay'>, error: unknown): void {
    const { subscription, endpoint, seq, replay } = delivery;
    const reason = error instanceof Error ? error.message : String(error);
    this.#deps.logger.error(
      { subscription, endpoint, seq, replay, reason },
      'an event could not be taken for delivery',
    );
    const detail = `internal: ${reason}`.slice(0, 2048);
    this.#record({ subscription, endpoint, seq, replay, batch: seq, outcome: 'not_encoded', detail });
  }

  /** One outcome for each subscription that may have wanted some of them: they are gone, so nobody can tell. */
  #missed(gap: Gap, concerns: (lane: number) => boolean): void {
    const { log, registry } = this.#deps;
    const { reason, from, to } = gap;
    const most = to === null ? 'unknown how many' : `at most ${eventsBetween(log, from - 1, to)}`;
    const detail = `${reason}: events ${from} to ${to ?? 'unknown'} (${most}) could not be delivered`;
    const seq = to ?? log.floor();
    for (const { number: subscription, versions } of registry.subscriptions()) {
      const inForce = versions.filter((version) => version.enabled && overlaps(version, gap));
      const lanes = new Map(inForce.map((version) => [laneOf(version), version.endpoint]));
      for (const [lane, endpoint] of lanes) {
        if (!concerns(lane)) continue;
        this.#record({ subscription, endpoint, seq, replay: 0, batch: seq, outcome: 'expired', detail });
      }
    }
  }

  #record(
    row: Pick<AttemptRow, 'subscription' | 'endpoint' | 'seq' | 'replay' | 'batch' | 'outcome' | 'detail'>,
  ): void {
    const { clock, recorder } = this.#deps;
    recorder.attempt({ ...row, attempt: 0, status: 0, startedAt: clock.now(), durationMs: 0 });
  }
}

function overlaps(version: SelectionVersion, { from, to }: Gap): boolean {
  return (to === null || version.from <= to) && (version.to === null || version.to >= from);
}
