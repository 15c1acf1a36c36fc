/** All replays, by number, and how many there may be at once. */
import type { StoredReplay } from '../../records/replay-store.ts';
import { Replay } from './replay.ts';

/** Those beyond the first two wait for a place; beyond the next two, none is taken. */
export interface ReplayLimits {
  readonly running: number;
  readonly runningPerDomain: number;
  /** Queued ones counted too. */
  readonly active: number;
  readonly activePerDomain: number;
  /** Ended ones that are remembered of one domain. */
  readonly endedPerDomain: number;
}

export const defaultReplayLimits: ReplayLimits = {
  running: 8,
  runningPerDomain: 2,
  active: 500,
  activePerDomain: 50,
  endedPerDomain: 1_000,
};

const domainOf = ({ order }: Replay): string => `${order.scope.reseller}\u0000${order.scope.domain}`;

export class ReplayBook {
  readonly #limits: ReplayLimits;
  readonly #replays = new Map<number, Replay>();
  readonly #active = new Set<Replay>();

  constructor(limits: ReplayLimits = defaultReplayLimits) {
    this.#limits = limits;
  }

  add(stored: StoredReplay): Replay {
    const replay = new Replay(stored);
    this.#replays.set(replay.number, replay);
    if (replay.isActive) this.#active.add(replay);
    return replay;
  }

  find(number: number): Replay | undefined {
    return this.#replays.get(number);
  }

  /** Newest first. */
  all(): readonly Replay[] {
    return [...this.#replays.values()].reverse();
  }

  /** Oldest first. */
  active(): readonly Replay[] {
    for (const replay of this.#active) if (!replay.isActive) this.#active.delete(replay);
    return [...this.#active];
  }

  /** One that is active for any of these subscriptions. */
  activeFor(subscriptions: readonly number[]): Replay | undefined {
    return this.active().find(({ order }) => order.subscriptions.some((number) => subscriptions.includes(number)));
  }

  /** Whether one more may be taken for a domain. */
  hasPlace(scope: { readonly reseller: string; readonly domain: string }): boolean {
    const active = this.active();
    const same = active.filter(
      ({ order }) => order.scope.reseller === scope.reseller && order.scope.domain === scope.domain,
    );
    return active.length < this.#limits.active && same.length < this.#limits.activePerDomain;
  }

  /** Those that may start now, oldest first. */
  startable(): readonly Replay[] {
    const startable: Replay[] = [];
    const running = new Map<string, number>();
    let all = 0;
    const count = (replay: Replay): void => {
      all++;
      running.set(domainOf(replay), (running.get(domainOf(replay)) ?? 0) + 1);
    };
    const active = this.active();
    for (const replay of active) if (replay.state !== 'queued') count(replay);
    for (const replay of active) {
      if (all >= this.#limits.running) break;
      if (replay.state !== 'queued' || (running.get(domainOf(replay)) ?? 0) >= this.#limits.runningPerDomain) continue;
      startable.push(replay);
      count(replay);
    }
    return startable;
  }

  /** Ended ones to be forgotten: those that ended before this, and of a domain with very many the oldest. */
  forgettable(endedBefore: number): readonly number[] {
    const kept = new Map<string, number>();
    const forgettable: number[] = [];
    for (const replay of this.all()) {
      if (replay.isActive || replay.lane || replay.endedAt === null) continue;
      const domain = domainOf(replay);
      const count = (kept.get(domain) ?? 0) + 1;
      kept.set(domain, count);
      if (replay.endedAt < endedBefore || count > this.#limits.endedPerDomain) forgettable.push(replay.number);
    }
    return forgettable;
  }

  forget(numbers: readonly number[]): void {
    for (const number of numbers) this.#replays.delete(number);
  }
}
