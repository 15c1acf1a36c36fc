/** What a replay would deliver, counted from the log for a bounded time; nothing is sent. */
import type { Clock } from '../../kit/clock.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';
import { type Access, mayAccessEvent } from '../../model/scope.ts';
import type { ReplayOrder } from '../../records/replay-store.ts';
import { isExpired } from '../expiry.ts';
import type { DryRun, LeftOut } from './management.ts';
import type { ReplayRange } from './range.ts';
import { indexFor, leftOutBy, type SelectionDeps, selectorsOf } from './selection.ts';

const pageSize = 500;
const longestMs = 3_000;
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
    const { clock, log } = this.#deps;
    const selectors = selectorsOf(this.#deps, wanted);
    const index = indexFor(this.#deps, wanted);
    const found = index.domains();
    const domains = found.includes('*') ? null : found;
    const stopAt = clock.monotonic() + longestMs;
    const total = { matched: 0, expired: 0 };
    const left: Record<keyof LeftOut, number> = { scope: 0, type: 0, filter: 0 };
    let lookedUpTo = from - 1;
    while (lookedUpTo < to && clock.monotonic() < stopAt) {
      const request = { after: lookedUpTo, upTo: to, limit: pageSize, sparing: true };
      const page = await log.read({ ...request, ...(domains && { domains }) });
      for (const event of page.events) {
        index.match(event, ({ subscription }) => this.#add(subscription, event, total));
        // Nobody asks for it once there is one, and it takes longer than matching. Of what the caller may not see, not
        // even the number is theirs to know.
        if (total.matched > 0 || !mayAccessEvent(access, event)) continue;
        left[leftOutBy(this.#deps, selectors, event)]++;
      }
      if (page.scannedTo <= lookedUpTo) break;
      lookedUpTo = page.scannedTo;
    }
    const leftOut = total.matched === 0 ? left : null;
    return { from, to, ...total, lookedUpTo: Math.min(lookedUpTo, to), missed, leftOut };
  }

  #add(number: number, event: Event, total: { matched: number; expired: number }): void {
    total.matched++;
    const subscription = this.#deps.registry.subscription(number);
    if (subscription && isExpired(subscription, event, this.#deps.clock.now())) total.expired++;
  }
}
