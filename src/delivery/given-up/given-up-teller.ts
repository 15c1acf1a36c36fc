/**
 * Says `delivery.cancelled` of deliveries that were given up, and warns before that happens.
 *
 *   quiet ── something was given up, or has one attempt left ──> gathering, a second ──> telling ──> quiet or gathering
 *
 * What is given up in one second for one subscription and reason has events of its own up to a limit; the last of them
 * says how many more there were. Over all there are so many events a second; whoever comes too late waits, and is counted
 * on meanwhile: so a subscription with a million waiting deliveries can be disabled, and the log is not flooded.
 * Events go through the outbox, and are never about a `delivery.*` event. They are not in the transaction that lists the
 * outcome: a crash within the second leaves the outcome listed and unsaid.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { EventLog } from '../../log/event-log.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { AuditStore } from '../../records/audit-store.ts';
import type { AttemptRow } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { AttemptObserver, AttemptReport } from '../attempt-observer.ts';
import { cancelledEvents, type GivenUpGroup, reasonOf } from './cancelled-event.ts';

export interface TellerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'get'>;
  readonly audit: Pick<AuditStore, 'write'>;
}

const gatherMs = 1_000;
/** With events of their own, of one subscription and reason in one second. */
const mostOfOne = 10;
/** Rows kept to choose from: those about `delivery.*` events are passed over. */
const mostKept = 100;
const mostEvents = 100;
/** Groups that wait; beyond, further ones are only listed. */
const mostGroups = 10_000;

export class GivenUpTeller implements AttemptObserver {
  readonly #deps: TellerDeps;
  #groups = new Map<string, GivenUpGroup>();
  /** By subscription: deliveries with one attempt left. */
  #lastChances = new Map<number, { count: number; readonly endpoint: number; readonly delivery: string }>();
  /** Of subscriptions that were removed: whose they were. */
  readonly #scopes = new Map<number, Subscription['selection']['scope']>();
  #timer: Timer | null = null;
  #telling: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: TellerDeps) {
    this.#deps = deps;
  }

  /** What is cancelled with a subscription is known once that is gone. */
  removed({ number, selection }: Subscription): void {
    this.#scopes.set(number, selection.scope);
    if (this.#scopes.size <= 1_000) return;
    for (const oldest of this.#scopes.keys()) return void this.#scopes.delete(oldest);
  }

  attempted({ outcome, attempt, subscription, endpoint, seq, replay }: AttemptReport): void {
    if (outcome !== 'failed' || !subscription || attempt !== subscription.retry.maxAttempts - 1) return;
    const { number } = subscription;
    const known = this.#lastChances.get(number);
    if (known) known.count++;
    else {
      const delivery = deliveryId(number, seq, replay ?? 0);
      this.#lastChances.set(number, { count: 1, endpoint: endpoint.number, delivery });
    }
    this.#gather();
  }

  recorded(row: AttemptRow, subscription: Subscription | undefined): void {
    const reason = reasonOf(row);
    if (reason === null) return;
    const scope = subscription?.selection.scope ?? this.#scopes.get(row.subscription);
    if (!scope) return;
    const name = `${row.subscription} ${reason}`;
    let group = this.#groups.get(name);
    if (!group) {
      if (this.#groups.size >= mostGroups) return;
      this.#groups.set(name, (group = { reason, scope, rows: [], count: 0 }));
    }
    group.count++;
    if (group.rows.length < mostKept) group.rows.push(row);
    this.#gather();
  }

  /** Says what it has gathered, and nothing more after that. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#telling;
    await this.#tell();
  }

  #gather(): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = this.#deps.clock.schedule(gatherMs, () => {
      this.#telling = this.#tell().finally(() => {
        this.#timer = null;
        if (this.#groups.size > 0) this.#gather();
      });
    });
  }

  async #tell(): Promise<void> {
    this.#warn();
    const taken = this.#take();
    try {
      const events = [];
      for (const group of taken) {
        const told = await this.#deps.log.get(group.rows.map(({ seq }) => seq));
        events.push(...cancelledEvents(group, told, mostOfOne));
      }
      if (events.length > 0) await this.#deps.audit.write({ events });
    } catch (error) {
      // It is listed all the same; a store that is in trouble is told of elsewhere.
      this.#deps.logger.error({ reason: String(error) }, 'what was given up could not be said as an event');
    }
  }

  #take(): GivenUpGroup[] {
    const taken: GivenUpGroup[] = [];
    for (const [name, group] of this.#groups) {
      if ((taken.length + 1) * mostOfOne > mostEvents) break;
      taken.push(group);
      this.#groups.delete(name);
    }
    return taken;
  }

  #warn(): void {
    for (const [subscription, { count, endpoint, delivery }] of this.#lastChances) {
      const facts = { subscription, endpoint, delivery, count };
      this.#deps.logger.warn(facts, 'deliveries have one attempt left before they are given up');
    }
    this.#lastChances = new Map();
  }
}
