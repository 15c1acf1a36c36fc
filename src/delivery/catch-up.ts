/**
 * Catch-up reading for detached lanes: lanes at nearby positions share one pass over the log, filtered by domain
 * inside the store. A pass begins at the lowest position of the lanes that want events; a lane that is full stays
 * where it is, the others go on; whoever wants more later starts the next pass.
 */
import { type Clock, delay } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import { attachCursor, type Gap } from '../log/cursor.ts';
import type { EventLog, ReadPage } from '../log/event-log.ts';
import type { Event } from '../model/event.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Lane } from './lane/lane.ts';

export interface CatchUpDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: SubscriptionRegistry;
  /** How far the router has come: nobody reads past it. */
  position(): number;
  /** How many waiting deliveries a lane may hold, as memory goes. */
  share(): number;
  /** False: the lane had no room. */
  offer(lane: Lane, subscription: Subscription, event: Event): boolean;
  /** The lane was offered all of a page, or as much as it had room for. */
  offered(lane: Lane): void;
  /** Events the lane had not read were trimmed. */
  expired(lane: Lane, gap: Gap): void;
}

const pageSize = 500;
const retryMs = 500;

export class CatchUp {
  readonly #deps: CatchUpDeps;
  readonly #hungry = new Set<Lane>();
  /** Detached, but with nothing to read until the router moves. */
  readonly #ahead = new Set<Lane>();
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: CatchUpDeps) {
    this.#deps = deps;
  }

  /** To be called whenever a detached lane may have come to want events. */
  consider(lane: Lane): void {
    if (this.#stopped.signal.aborted || lane.attached) return;
    if (lane.readPosition >= this.#deps.position()) {
      this.#ahead.add(lane);
      return;
    }
    if (!this.#wants(lane)) return;
    this.#hungry.add(lane);
    this.#wake();
  }

  routerMoved(): void {
    if (this.#ahead.size === 0) return;
    const lanes = [...this.#ahead];
    this.#ahead.clear();
    for (const lane of lanes) if (!lane.attached) this.#deps.offered(lane);
  }

  async stop(): Promise<void> {
    this.abandon();
    await this.#running;
  }

  abandon(): void {
    this.#stopped.abort(new Error('catch-up reading was stopped'));
  }

  #wants(lane: Lane): boolean {
    return lane.wantsEvents(Math.max(2 * lane.endpoint.maxInFlight, this.#deps.share()));
  }

  #wake(): void {
    if (this.#running) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#hungry.size > 0 && !this.#stopped.signal.aborted) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (this.#hungry.size > 0 && !this.#stopped.signal.aborted) {
      try {
        await this.#pass();
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#deps.logger.error({ reason }, 'the log could not be read; trying again');
        await delay(this.#deps.clock, retryMs, this.#stopped.signal).catch(() => {});
      }
    }
  }

  async #pass(): Promise<void> {
    const lanes = this.#readers();
    if (lanes.length === 0) return;
    let after = Infinity;
    for (const lane of lanes) after = Math.min(after, lane.readPosition);
    const upTo = this.#deps.position();
    const domains = this.#domainsOf(lanes);
    const page = await this.#deps.log.read({
      after,
      upTo,
      limit: pageSize,
      sparing: true,
      ...(domains && { domains }),
    });
    if (!this.#stopped.signal.aborted) this.#handOut(page, after, new Set(lanes));
  }

  /** Those of the hungry that still want to read; the others leave the set. */
  #readers(): Lane[] {
    const readers: Lane[] = [];
    for (const lane of this.#hungry) {
      this.#skipTrimmed(lane);
      if (!lane.attached && lane.readPosition < this.#deps.position() && this.#wants(lane)) readers.push(lane);
      else this.#hungry.delete(lane);
    }
    return readers;
  }

  #skipTrimmed(lane: Lane): void {
    const { log } = this.#deps;
    if (lane.attached || lane.readPosition >= log.floor()) return;
    const { next, gap } = attachCursor(log, { log: log.id, seq: lane.readPosition });
    lane.readPosition = next.seq;
    if (gap) this.#deps.expired(lane, gap);
  }

  /** Null: all of them, since one lane listens to every domain. */
  #domainsOf(lanes: readonly Lane[]): string[] | null {
    const domains = new Set<string>();
    for (const lane of lanes) {
      for (const domain of this.#deps.registry.laneIndex(lane.endpoint.number).domains()) {
        if (domain === '*') return null;
        domains.add(domain);
      }
    }
    return [...domains];
  }

  /**
   * In one tick, with the lanes as they are now: while the page was being read they may have changed. A lane that came
   * to want events meanwhile is not among them: the page may lack its domain.
   */
  #handOut(page: ReadPage, after: number, askedFor: ReadonlySet<Lane>): void {
    const readers = this.#readers().filter((lane) => askedFor.has(lane) && lane.readPosition >= after);
    const reading = new Set(readers);
    const byDomain = groupByDomain(readers, this.#deps.registry);
    for (const event of page.events) {
      for (const lane of byDomain.get(event.domain) ?? []) if (reading.has(lane)) this.#give(lane, event, reading);
      for (const lane of byDomain.get('*') ?? []) if (reading.has(lane)) this.#give(lane, event, reading);
    }
    for (const lane of reading) lane.readPosition = Math.max(lane.readPosition, page.scannedTo);
    for (const lane of readers) {
      this.#hungry.delete(lane);
      this.#deps.offered(lane);
    }
  }

  #give(lane: Lane, event: Event, reading: Set<Lane>): void {
    if (event.seq <= lane.readPosition) return;
    const index = this.#deps.registry.laneIndex(lane.endpoint.number);
    index.match(event, (selector) => {
      const subscription = this.#deps.registry.subscription(selector.subscription);
      if (!subscription || !reading.has(lane)) return;
      if (!this.#deps.offer(lane, subscription, event)) reading.delete(lane);
    });
    if (reading.has(lane)) lane.readPosition = event.seq;
  }
}

function groupByDomain(lanes: readonly Lane[], registry: SubscriptionRegistry): Map<string, Lane[]> {
  const groups = new Map<string, Lane[]>();
  for (const lane of lanes) {
    for (const domain of registry.laneIndex(lane.endpoint.number).domains()) {
      const group = groups.get(domain);
      if (group) group.push(lane);
      else groups.set(domain, [lane]);
    }
  }
  return groups;
}
