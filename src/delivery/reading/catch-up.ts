/**
 * Catch-up reading for detached lanes, filtered by domain inside the store. Lanes that want events are in line. A pass
 * reads one page, for the lane that has waited longest, from its position on; all in line that stand a little further on
 * get what the page has for them too. Who got on joins the line again at its end, when it wants more; who did not keeps
 * its place. So a lane far behind, for which little of very much is meant, takes one page in turn like any other.
 * Replays together have no more than every other page while live lanes are in line.
 *
 * A page costs the same for one lane as for a hundred. So after one that had little for those it was read for, the next
 * waits a moment for more of them to join the line, as long as all in line still have something to send.
 *
 *   wants events ── position below the router's ──> in line ── a page reached it ──> offered, then asked again
 *   wants events ── level with the router ──> level ── the router comes to an event for it ──> in line, by way of `offered`
 *     goes on with the router meanwhile, unread: a receiver that is only slow costs nothing for what others are sent.
 *     Where the router passed over events without a look, what it passed over is read. Every now and then it is asked
 *     again (`lookAgain`), since it may go back into the router's step.
 */
import { type Clock, delay } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { attachCursor, type Gap } from '../../log/cursor.ts';
import type { EventLog, ReadPage } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import type { MatchIndex } from '../../subscriptions/match-index.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { handOut } from './hand-out.ts';
import type { Lane } from '../lane/lane.ts';

export interface CatchUpDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: SubscriptionRegistry;
  /** How far the router has come: nobody reads past it. */
  position(): number;
  /** Nothing can be sent, nor settled unsent: there is no use in reading. */
  blocked(): boolean;
  /** False: the lane had no room. */
  offer(lane: Lane, subscription: Subscription, event: Event): boolean;
  /** The lane was offered all of a page, or as much as it had room for. */
  offered(lane: Lane): void;
  /** Events the lane had not read were trimmed. */
  expired(lane: Lane, gap: Gap): void;
}

/** Events of a page: as many as give each lane that shares it two, since whatever it has, each of them is looked at after it. */
const pageSize = 500;
const largestPage = 2_000;
const pageFor = (lanes: number): number => Math.min(Math.max(pageSize, 2 * lanes), largestPage);
/** Lanes whose positions are no further apart share a page: the store looks at about so many events for one. */
const sharedSpan = 20_000;
const retryMs = 500;
/** A page with fewer events had little for its readers. */
const thinPage = 250;
/** Much less than what waits in a lane lasts. */
const gatherMs = 40;

export class CatchUp {
  readonly #deps: CatchUpDeps;
  /** The one that has waited longest comes first. */
  readonly #line = new Set<Lane>();
  readonly #level = new Set<Lane>();
  /** The router came to events for these since it last moved. */
  #met = new Set<Lane>();
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;
  /** Ends the wait for more lanes to join the line; null: nobody waits. */
  #gathering: AbortController | null = null;
  /** The last page was read for a replay. */
  #replayedLast = false;

  constructor(deps: CatchUpDeps) {
    this.#deps = deps;
  }

  /** To be called whenever a detached lane may have come to want events. */
  consider(lane: Lane): void {
    if (lane.attached || !lane.wantsEvents()) return;
    if (lane.readPosition >= this.#deps.position()) {
      this.#level.add(lane);
      return;
    }
    this.#line.add(lane);
    if (isDry(lane)) this.#gathering?.abort();
    this.resume();
  }

  /** The router came to an event for a detached lane. */
  met(lane: Lane): void {
    this.#met.add(lane);
  }

  /** @param from every event after it and up to the router's position was routed; null: it passed over some */
  routerMoved(from: number | null): void {
    const met = this.#met;
    this.#met = new Set();
    const behind: Lane[] = [];
    for (const lane of this.#level) {
      const knows = from !== null && lane.readPosition >= from && !lane.replay && !met.has(lane);
      if (knows && !lane.attached) lane.readPosition = Math.max(lane.readPosition, this.#deps.position());
      else behind.push(lane);
    }
    this.#offer(behind);
  }

  /** Lanes that are level with the router may have come to be fit for its step, or be no more. */
  lookAgain(): void {
    this.#offer([...this.#level]);
  }

  #offer(lanes: readonly Lane[]): void {
    for (const lane of lanes) this.#level.delete(lane);
    for (const lane of lanes) if (!lane.attached) this.#deps.offered(lane);
  }

  /** Reads on, where there is somebody to read for and nothing in the way. */
  resume(): void {
    if (this.#running || this.#line.size === 0 || !this.#mayRun()) return;
    // Known before it begins: what it does at once may come back here.
    const ended = Promise.withResolvers<void>();
    this.#running = ended.promise;
    void this.#run().finally(() => {
      this.#running = null;
      ended.resolve();
      this.resume();
    });
  }

  async stop(): Promise<void> {
    this.abandon();
    await this.#running;
  }

  abandon(): void {
    this.#stopped.abort(new Error('catch-up reading was stopped'));
  }

  #mayRun(): boolean {
    return !this.#stopped.signal.aborted && !this.#deps.blocked();
  }

  async #run(): Promise<void> {
    while (this.#line.size > 0 && this.#mayRun()) {
      try {
        const found = await this.#pass();
        if (found < thinPage) await this.#gather();
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#deps.logger.error({ reason }, 'the log could not be read; trying again');
        await delay(this.#deps.clock, retryMs, this.#stopped.signal).catch(() => {});
      }
    }
  }

  async #gather(): Promise<void> {
    if (this.#line.size === 0 || [...this.#line].some(isDry)) return;
    this.#gathering = new AbortController();
    const enough = AbortSignal.any([this.#gathering.signal, this.#stopped.signal]);
    await delay(this.#deps.clock, gatherMs, enough).catch(() => {});
    this.#gathering = null;
  }

  /** @returns how many events the page had */
  async #pass(): Promise<number> {
    const readers = this.#readers();
    const first = this.#nextOf(readers);
    if (!first) return 0;
    const after = first.readPosition;
    const lanes = readers.filter(({ readPosition: at }) => at >= after && at < after + sharedSpan);
    const domains = this.#domainsOf(lanes);
    const request = { after, upTo: this.#deps.position(), limit: pageFor(lanes.length), sparing: true };
    const page = await this.#deps.log.read({ ...request, ...(domains && { domains }) });
    if (!this.#stopped.signal.aborted) this.#handOut(page, after, new Set(lanes));
    return page.events.length;
  }

  #nextOf(readers: readonly Lane[]): Lane | undefined {
    const live = this.#replayedLast ? readers.find(({ replay }) => !replay) : undefined;
    const next = live ?? readers[0];
    this.#replayedLast = Boolean(next?.replay);
    return next;
  }

  /** Those in line that still want to read; the others leave it. */
  #readers(): Lane[] {
    const readers: Lane[] = [];
    const level: Lane[] = [];
    for (const lane of this.#line) {
      this.#skipTrimmed(lane);
      const behind = lane.readPosition < this.#deps.position();
      if (!lane.attached && behind && lane.wantsEvents()) readers.push(lane);
      else this.#line.delete(lane);
      if (!lane.attached && !behind) level.push(lane);
    }
    // Skipping what was trimmed brought them there.
    for (const lane of level) this.#deps.offered(lane);
    return readers;
  }

  #skipTrimmed(lane: Lane): void {
    const { log } = this.#deps;
    if (lane.attached || lane.readPosition >= log.floor()) return;
    const { next, gap } = attachCursor(log, { log: log.id, seq: lane.readPosition });
    lane.readPosition = next.seq;
    if (gap) this.#deps.expired(lane, gap);
  }

  #indexOf({ replay, number }: Lane): MatchIndex {
    return replay?.index ?? this.#deps.registry.laneIndex(number);
  }

  /** Null: all of them, since one lane listens to every domain. */
  #domainsOf(lanes: readonly Lane[]): string[] | null {
    const domains = new Set<string>();
    for (const lane of lanes) {
      for (const domain of this.#indexOf(lane).domains()) {
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
    const reached = (lane: Lane): boolean => lane.readPosition >= after && lane.readPosition < page.scannedTo;
    const readers = this.#readers().filter((lane) => askedFor.has(lane) && reached(lane));
    handOut(page, readers, { ...this.#deps, indexOf: (lane) => this.#indexOf(lane) });
    for (const lane of readers) {
      this.#line.delete(lane);
      this.#deps.offered(lane);
    }
  }
}

/** It has nothing to send until it is read for. */
const isDry = (lane: Lane): boolean => lane.waiting === 0;
