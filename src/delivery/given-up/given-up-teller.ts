/**
 * Says `delivery.cancelled` of deliveries that were given up, and warns before that happens.
 *
 *   quiet ── something was given up ──> gathering ── the flush that lists it is put together ──> said, in its transaction
 *   gathering ── more than may be said in this second ──> counted on ── a second is over ──> said, by a write of its own
 *   quiet ── a delivery has one attempt left ──> gathering, a second ──> warned of in the log
 *
 * What is given up in one second for one subscription and reason has events of its own up to a limit; the last of them
 * says how many more there were. Over all there are so many events a second; whoever comes too late waits, and is counted
 * on meanwhile: so a subscription with a million waiting deliveries can be disabled, and the log is not flooded. What a
 * crash can leave listed but unsaid is what was past these limits.
 * Events go through the outbox, and are never about a `delivery.*` event.
 *
 * An endpoint that has failed through half of a delivery's plan is told of as `delivery.failing`, once until it takes
 * something again (`halfway.ts`).
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { EventLog } from '../../log/event-log.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import type { AuditStore } from '../../records/audit-store.ts';
import type { AttemptRow } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { AttemptObserver, AttemptReport } from '../attempt-observer.ts';
import { cancelledEvents, type GivenUpGroup, reasonOf } from './cancelled-event.ts';
import { failingEvent } from './failing-event.ts';
import { HalfwayWatch } from './halfway.ts';
import { SecondBudget } from './second-budget.ts';

export interface TellerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'get'>;
  readonly audit: Pick<AuditStore, 'write'>;
}

const gatherMs = 1_000;
/** Warnings that wait to be said; beyond, further ones are only logged. */
const mostWarnings = 100;
/** With events of their own, of one subscription and reason in one second. */
const mostOfOne = 10;
/** Rows kept to choose from: those about `delivery.*` events are passed over. */
const mostKept = 100;
const mostEvents = 100;
/** Groups that wait; beyond, further ones are only listed. */
const mostGroups = 10_000;

/** What is said of now, with so many events. */
interface Taken {
  readonly group: GivenUpGroup;
  readonly most: number;
}

/** The code in front of it stays. */
const withoutAnswer = (row: AttemptRow): AttemptRow => ({ ...row, detail: row.detail?.replace(/: .*$/s, '') ?? null });

export class GivenUpTeller implements AttemptObserver {
  readonly #deps: TellerDeps;
  #groups = new Map<string, GivenUpGroup>();
  /** By subscription: deliveries with one attempt left. */
  #lastChances = new Map<number, { count: number; readonly endpoint: number; readonly delivery: string }>();
  /** Of subscriptions that were removed: whose they were. */
  readonly #scopes = new Map<number, Subscription['selection']['scope']>();
  readonly #halfway = new HalfwayWatch();
  #warnings: AttemptReport[] = [];
  readonly #budget: SecondBudget;
  #timer: Timer | null = null;
  #telling: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: TellerDeps) {
    this.#deps = deps;
    this.#budget = new SecondBudget(deps.clock, mostOfOne, mostEvents);
  }

  /** What is cancelled with a subscription is known once that is gone. */
  removed({ number, selection }: Subscription): void {
    this.#scopes.set(number, selection.scope);
    if (this.#scopes.size <= 1_000) return;
    for (const oldest of this.#scopes.keys()) return void this.#scopes.delete(oldest);
  }

  attempted(report: AttemptReport): void {
    if (this.#halfway.note(report)) this.#failing(report);
    const { outcome, attempt, subscription, endpoint, seq, replay } = report;
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

  #failing(report: AttemptReport): void {
    const { subscriptionNumber: subscription, endpoint, attempt, verdict } = report;
    const facts = { subscription, endpoint: endpoint.number, attempt, error: verdict.detail };
    this.#deps.logger.warn(facts, 'a receiver has failed through half of the attempts of a delivery');
    if (this.#warnings.length >= mostWarnings) return;
    this.#warnings.push(report);
    this.#gather();
  }

  /** What is to be said of all that was recorded so far, but for what is past the limits; null: nothing. */
  claim(): Promise<readonly NewEvent[]> | null {
    const warnings = this.#warnings;
    const taken = this.#take();
    if (taken.length + warnings.length === 0) return null;
    this.#warnings = [];
    return this.#eventsOf(taken, warnings);
  }

  /**
   * Resolves when what it has gathered by now is in the outbox. What has to wait, since it is too much for this second,
   * says no more what receivers answered.
   */
  async told(): Promise<void> {
    await this.#telling;
    await this.#tell();
    for (const { rows } of this.#groups.values()) rows.splice(0, rows.length, ...rows.map(withoutAnswer));
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
        if (this.#groups.size + this.#lastChances.size + this.#warnings.length > 0) this.#gather();
      });
    });
  }

  async #tell(): Promise<void> {
    this.#warn();
    try {
      const events = (await this.claim()) ?? [];
      if (events.length > 0) await this.#deps.audit.write({ events });
    } catch (error) {
      // It is listed all the same; a store that is in trouble is told of elsewhere.
      this.#deps.logger.error({ reason: String(error) }, 'what was given up could not be said as an event');
    }
  }

  async #eventsOf(taken: readonly Taken[], warnings: readonly AttemptReport[]): Promise<readonly NewEvent[]> {
    // Once for all of them: a flush, and with it all sending, may be waiting for this.
    const told = await this.#look(taken.flatMap(({ group }) => group.rows.map(({ seq }) => seq)));
    const events = warnings.flatMap((report) => failingEvent(report) ?? []);
    let at = 0;
    for (const { group, most } of taken) {
      events.push(...cancelledEvents(group, told.slice(at, at + group.rows.length), most));
      at += group.rows.length;
    }
    return events;
  }

  /** Where the log can't be read, it is said without what only that knows. */
  async #look(seqs: readonly number[]): Promise<readonly (Event | null)[]> {
    try {
      return await this.#deps.log.get(seqs);
    } catch {
      return seqs.map(() => null);
    }
  }

  #take(): Taken[] {
    const taken: Taken[] = [];
    for (const [name, group] of this.#groups) {
      const most = this.#budget.take(name, group.rows.length);
      if (most === 0) continue;
      taken.push({ group, most });
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
