/**
 * The gate to one endpoint's receiver. Its live lanes go through it, its own and side lanes, and so do replays to the same
 * endpoint: they share the window, the rate limit, the breaker and what the receiver asked for, since to it they are one
 * and the same sender.
 *
 *   - All together never have more requests under way than the window allows.
 *   - Each replay has half of the window at most, but at least one.
 *   - A replay starts nothing while a live lane has something that may go.
 */
import type { Endpoint } from '../../subscriptions/subscription.ts';
import type { Breaker, BreakerLimits } from '../breaker.ts';
import { RenderBudget, Rendering } from '../share/render-budget.ts';
import { RateLimit } from '../share/rate-limit.ts';
import { Receiver } from './receiver.ts';

/** What of a live lane a replay has to give way to. */
export interface LiveDepartures {
  /** Something of it could start now, but for the window. */
  mayGo(now: number): boolean;
}

export class Gate {
  endpoint: Endpoint;
  receiver: Receiver;
  readonly rate: RateLimit;
  readonly rendering: Rendering;
  readonly live = new Set<LiveDepartures>();
  /** Requests under way, of all lanes that go through it. */
  inFlight = 0;
  readonly #limits: BreakerLimits;

  constructor(endpoint: Endpoint, limits: BreakerLimits, budget = new RenderBudget()) {
    this.endpoint = endpoint;
    this.#limits = limits;
    this.rate = new RateLimit(endpoint.ratePerSecond);
    this.receiver = new Receiver(limits);
    this.rendering = new Rendering(budget, endpoint);
  }

  get breaker(): Breaker {
    return this.receiver.breaker;
  }

  /** @returns whether the endpoint has another address now: there, another receiver begins anew */
  configure(endpoint: Endpoint): boolean {
    const moved = endpoint.key !== this.endpoint.key;
    this.endpoint = endpoint;
    this.rate.set(endpoint.ratePerSecond);
    if (moved) this.renewReceiver();
    return moved;
  }

  /** What goes through it goes to other addresses from now on. */
  renewReceiver(): void {
    this.receiver = new Receiver(this.#limits);
  }

  /** The window allows no further request of a live lane. */
  isFull(): boolean {
    return this.endpoint.paused || this.inFlight >= this.breaker.window(this.endpoint.maxInFlight);
  }

  /** No further request of a replay may start. @param underWay of that replay */
  isFullForReplay(underWay: number, now: number): boolean {
    if (this.isFull()) return true;
    for (const lane of this.live) if (lane.mayGo(now)) return true;
    return underWay >= Math.max(1, Math.floor(this.breaker.window(this.endpoint.maxInFlight) / 2));
  }
}
