/**
 * The router: reads the log once, in order, and hands every event to whoever matches it.
 *
 *   idle ── the log grew ──> reading ── page read ──> routing (one tick) ──> reading, or idle at the end
 *   idle or reading ── nobody listens ──> idle at the end, with nothing read
 *   frozen at a sequence while an edit is being made durable: it reads up to there and waits
 */
import { type Clock, delay } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { Gap } from '../../log/cursor.ts';
import { attachCursor } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { Event } from '../../model/event.ts';

export interface RouterDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  route(event: Event): void;
  /** Whether there is anybody it might hand an event to. */
  listened(): boolean;
  /** `position` moved: every event after `from` was routed; null: it passed over some. */
  moved(from: number | null): void;
  /** Events were trimmed before they could be routed. */
  gap(gap: Gap): void;
}

const pageSize = 500;
const retryMs = 500;

export class Router {
  readonly #deps: RouterDeps;
  readonly #holds = new Set<{ readonly seq: number }>();
  readonly #stopped = new AbortController();
  #position = 0;
  #trouble: string | null = null;
  #running: Promise<void> | null = null;
  #unlisten: (() => void) | null = null;

  constructor(deps: RouterDeps) {
    this.#deps = deps;
  }

  /** Why the log can't be read at this moment; null when it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Every event up to here was routed. */
  get position(): number {
    return this.#position;
  }

  start(position: number): void {
    this.#position = position;
    this.#unlisten = this.#deps.log.onAppended(() => this.#wake());
    this.#wake();
  }

  async stop(): Promise<void> {
    this.abandon();
    await this.#running;
  }

  abandon(): void {
    this.#unlisten?.();
    this.#stopped.abort(new Error('the router was stopped'));
  }

  freeze(): { readonly seq: number; release(): void } {
    const hold = { seq: this.#deps.log.head() };
    this.#holds.add(hold);
    const release = (): void => {
      this.#holds.delete(hold);
      this.#wake();
    };
    return { seq: hold.seq, release };
  }

  #target(): number {
    let target = this.#deps.log.head();
    for (const { seq } of this.#holds) target = Math.min(target, seq);
    return target;
  }

  #wake(): void {
    if (this.#running || this.#stopped.signal.aborted) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#position < this.#target()) this.#wake();
    });
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted && this.#position < this.#target()) {
      try {
        await this.#step();
        this.#trouble = null;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#trouble = reason;
        this.#deps.logger.error({ reason }, 'the log could not be read; trying again');
        await delay(this.#deps.clock, retryMs, this.#stopped.signal).catch(() => {});
      }
    }
  }

  /** One event that our own code fails on must neither stop the others nor have them routed twice. */
  #route(event: Event): void {
    try {
      this.#deps.route(event);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.logger.error({ seq: event.seq, id: event.id, reason }, 'an event could not be routed');
    }
  }

  /** Nobody is handed what lies between: all receivers read on their own. Whoever comes to listen does so from here on. */
  #skipTo(seq: number): void {
    this.#position = Math.max(this.#position, seq);
    this.#deps.moved(null);
  }

  async #step(): Promise<void> {
    const { log } = this.#deps;
    const { next, gap } = attachCursor(log, { log: log.id, seq: this.#position });
    this.#position = next.seq;
    if (gap) this.#deps.gap(gap);
    if (!this.#deps.listened()) return this.#skipTo(this.#target());
    const page = await log.read({ after: next.seq, upTo: this.#target(), limit: pageSize, sparing: true });
    if (this.#stopped.signal.aborted) return;
    // Trimmed while it was read: what the page lacks is reported by the next step.
    if (log.floor() > next.seq) return;
    for (const event of page.events) this.#route(event);
    this.#position = page.scannedTo;
    this.#deps.moved(next.seq);
  }
}
