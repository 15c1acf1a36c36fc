/** What a replay would deliver, counted from the log for a bounded time; nothing is sent. */
import type { Clock } from '../../kit/clock.ts';
import { turnForOthers } from '../../kit/turn.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import { type Access, mayAccessEvent } from '../../model/scope.ts';
import type { ReplayOrder } from '../../records/replay-store.ts';
import { isExpired } from '../expiry.ts';
import type { DryRun, LeftOut } from './management.ts';
import { Obstacles } from './obstacles.ts';
import type { ReplayRange } from './range.ts';
import { indexOf, type SelectionDeps, selectorsOf } from './selection.ts';

const pageSize = 500;
const longestMs = 3_000;
/** So long it keeps the main thread at a time, give or take one event: what others wait for it is lost in their noise. */
const longestTurnMs = 5;
/** In turn, so that they don't take the store's reader from everybody else. */
const mostWaiting = 5;

export interface DryRunDeps extends SelectionDeps {
  readonly clock: Clock;
  readonly log: EventLog;
}

type Wanted = Pick<ReplayOrder, 'endpoint' | 'subscriptions' | 'scope' | 'events' | 'filter'>;

export class DryRuns {
  readonly #deps: DryRunDeps;
  #waiting = 0;
  #turns: Promise<unknown> = Promise.resolve();

  constructor(deps: DryRunDeps) {
    this.#deps = deps;
  }

  /** @param access of whoever asks. @returns null: too many wait already */
  async count(access: Access, wanted: Wanted, range: ReplayRange): Promise<DryRun | null> {
    if (this.#waiting >= mostWaiting) return null;
    this.#waiting++;
    const turn = this.#turns.then(() => this.#count(access, wanted, range));
    this.#turns = turn.catch(() => {});
    return turn.finally(() => this.#waiting--);
  }

  async #count(access: Access, wanted: Wanted, { from, to, missed }: ReplayRange): Promise<DryRun> {
    const { clock, log, usersOf } = this.#deps;
    const stopAt = clock.monotonic() + longestMs;
    const selectors = selectorsOf(this.#deps, wanted);
    const index = indexOf(selectors, usersOf);
    const obstacles = new Obstacles(selectors, usersOf);
    const found = index.domains();
    const domains = found.includes('*') ? null : found;
    const total = { matched: 0, expired: 0 };
    const left: Record<keyof LeftOut, number> = { scope: 0, type: 0, filter: 0 };
    const look = (event: Event): void => {
      index.match(event, ({ subscription }) => this.#add(subscription, event, total));
      // Nobody asks for it once there is one. Of what the caller may not see, not even the number is theirs to know.
      if (total.matched === 0 && mayAccessEvent(access, event)) left[obstacles.of(event)]++;
    };
    let lookedUpTo = from - 1;
    while (lookedUpTo < to && clock.monotonic() < stopAt) {
      const request = { after: lookedUpTo, upTo: to, limit: pageSize, sparing: true };
      const page = await log.read({ ...request, ...(domains && { domains }) });
      const before = await this.#lookAtAll(page.events, look, stopAt);
      const scannedTo = before ? before.seq - 1 : page.scannedTo;
      if (scannedTo <= lookedUpTo) break;
      lookedUpTo = scannedTo;
    }
    const leftOut = total.matched === 0 ? left : null;
    return { from, to, ...total, lookedUpTo: Math.min(lookedUpTo, to), missed, leftOut };
  }

  /** @returns the first that there was no time for; null: all were looked at */
  async #lookAtAll(events: readonly Event[], look: (event: Event) => void, stopAt: number): Promise<Event | null> {
    const { clock } = this.#deps;
    let turnEndsAt = clock.monotonic() + longestTurnMs;
    for (const event of events) {
      const now = clock.monotonic();
      if (now >= turnEndsAt) {
        if (now >= stopAt) return event;
        await turnForOthers();
        turnEndsAt = clock.monotonic() + longestTurnMs;
      }
      look(event);
    }
    return null;
  }

  #add(number: number, event: Event, total: { matched: number; expired: number }): void {
    total.matched++;
    const subscription = this.#deps.registry.subscription(number);
    if (subscription && isExpired(subscription, event, this.#deps.clock.now())) total.expired++;
  }
}
