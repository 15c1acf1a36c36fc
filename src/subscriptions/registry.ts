/** All subscriptions and endpoints in memory, with the indexes that match events to them. Pure: it makes nothing durable. */
import { ByExtension } from './by-extension.ts';
import { type Filter, MatchIndex, type Selector, toSelector, type UsersOf } from './match-index.ts';
import { type Endpoint, laneOf, type Subscription, versionAt } from './subscription.ts';

export type CompileFilter = (source: string) => Filter;

export class SubscriptionRegistry {
  /** Of every subscription: for the router. */
  readonly index: MatchIndex;
  readonly #compile: CompileFilter;
  readonly #usersOf: UsersOf | undefined;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #numbers = new Map<string, number>();
  readonly #byExtension = new ByExtension();
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #endpointNumbers = new Map<string, number>();
  readonly #selectors = new Map<number, readonly Selector[]>();
  readonly #laneIndexes = new Map<number, MatchIndex>();
  /** By endpoint: the subscriptions that send to it, or did under an earlier version. */
  readonly #users = new Map<number, Set<number>>();
  /** By side lane: whose it is, and the last sequence that goes through it. */
  readonly #sides = new Map<number, SideLane>();

  constructor(compile: CompileFilter, usersOf?: UsersOf) {
    this.#compile = compile;
    this.#usersOf = usersOf;
    this.index = new MatchIndex(usersOf);
  }

  /** By number, oldest first. */
  subscriptions(): IterableIterator<Subscription> {
    return this.#subscriptions.values();
  }

  endpoints(): IterableIterator<Endpoint> {
    return this.#endpoints.values();
  }

  get endpointCount(): number {
    return this.#endpoints.size;
  }

  subscription(number: number): Subscription | undefined {
    return this.#subscriptions.get(number);
  }

  subscriptionById(id: string): Subscription | undefined {
    const number = this.#numbers.get(id);
    return number === undefined ? undefined : this.#subscriptions.get(number);
  }

  /** Those that are made for this extension alone. */
  madeFor(domain: string, extension: string): Iterable<Subscription> {
    return this.#byExtension.at(domain, extension);
  }

  endpoint(number: number): Endpoint | undefined {
    return this.#endpoints.get(number);
  }

  /** The endpoint that subscriptions of this domain with this key share. */
  findEndpoint(reseller: string, domain: string, key: string): Endpoint | undefined {
    const number = this.#endpointNumbers.get(endpointName(reseller, domain, key));
    return number === undefined ? undefined : this.#endpoints.get(number);
  }

  /** Of the subscriptions whose events go, or once went, through this lane: for that, made when it asks first. */
  laneIndex(lane: number): MatchIndex {
    let index = this.#laneIndexes.get(lane);
    if (index) return index;
    index = new MatchIndex(this.#usersOf);
    const side = this.#sides.get(lane);
    // Of one that is no more, nobody would let go of it.
    if (side || this.#endpoints.has(lane)) this.#laneIndexes.set(lane, index);
    for (const user of side ? [side.subscription] : this.usersOf(lane)) {
      for (const selector of this.#selectors.get(user) ?? []) if (selector.lane === lane) index.add(selector);
    }
    return index;
  }

  /** Undefined: it is an endpoint's own, or no version goes through it any more. */
  sideLane(lane: number): SideLane | undefined {
    return this.#sides.get(lane);
  }

  sideLanes(): IterableIterator<SideLane> {
    return this.#sides.values();
  }

  /** Number of the lane a delivery belongs to; null where no version is known to decide about it. */
  laneAt(subscription: number, seq: number): number | null {
    const version = versionAt(this.#subscriptions.get(subscription)?.versions ?? [], seq);
    return version && laneOf(version);
  }

  putEndpoint(endpoint: Endpoint): void {
    const before = this.#endpoints.get(endpoint.number);
    if (before) this.#endpointNumbers.delete(endpointName(before.reseller, before.domain, before.key));
    this.#endpoints.set(endpoint.number, endpoint);
    this.#endpointNumbers.set(endpointName(endpoint.reseller, endpoint.domain, endpoint.key), endpoint.number);
  }

  put(subscription: Subscription): void {
    this.#unindex(subscription.number);
    for (const endpoint of endpointsOf(subscription)) this.#use(endpoint, subscription.number);
    for (const side of sidesOf(subscription)) this.#sides.set(side.lane, side);
    this.#subscriptions.set(subscription.number, subscription);
    this.#numbers.set(subscription.id, subscription.number);
    this.#byExtension.add(subscription);
    const selectors = subscription.versions
      .filter(({ enabled }) => enabled)
      .map((version) =>
        toSelector(subscription.number, version, version.filter === null ? null : this.#compile(version.filter)),
      );
    this.#selectors.set(subscription.number, selectors);
    for (const selector of selectors) {
      this.index.add(selector);
      this.#laneIndexes.get(selector.lane)?.add(selector);
    }
  }

  remove(number: number): void {
    const subscription = this.#subscriptions.get(number);
    if (!subscription) return;
    this.#unindex(number);
    this.#subscriptions.delete(number);
    this.#numbers.delete(subscription.id);
  }

  removeEndpoint(number: number): void {
    const endpoint = this.#endpoints.get(number);
    if (!endpoint) return;
    this.#endpoints.delete(number);
    this.#endpointNumbers.delete(endpointName(endpoint.reseller, endpoint.domain, endpoint.key));
    this.#laneIndexes.delete(number);
  }

  /** What decides what a subscription wants now; undefined while it is disabled. */
  newestSelector(number: number): Selector | undefined {
    const newest = this.#subscriptions.get(number)?.selection.enabled;
    return newest ? this.#selectors.get(number)?.at(-1) : undefined;
  }

  /** Numbers of the subscriptions whose newest or earlier versions send to this endpoint. */
  usersOf(endpoint: number): readonly number[] {
    return [...(this.#users.get(endpoint) ?? [])];
  }

  #use(endpoint: number, subscription: number): void {
    const users = this.#users.get(endpoint);
    if (users) users.add(subscription);
    else this.#users.set(endpoint, new Set([subscription]));
  }

  #unindex(number: number): void {
    for (const selector of this.#selectors.get(number) ?? []) {
      this.index.remove(selector);
      this.#laneIndexes.get(selector.lane)?.remove(selector);
    }
    this.#selectors.delete(number);
    const before = this.#subscriptions.get(number);
    if (before) this.#byExtension.remove(before);
    for (const { lane } of before ? sidesOf(before) : []) {
      this.#sides.delete(lane);
      if (this.#laneIndexes.get(lane)?.size === 0) this.#laneIndexes.delete(lane);
    }
    for (const endpoint of before ? endpointsOf(before) : []) {
      const users = this.#users.get(endpoint);
      users?.delete(number);
      if (users?.size === 0) this.#users.delete(endpoint);
    }
  }
}

/** A lane of one subscription alone, beside its endpoint's. */
export interface SideLane {
  readonly lane: number;
  readonly subscription: number;
  /** The last sequence that goes through it; Infinity: so does what is to come. */
  readonly to: number;
}

export function sidesOf({ number: subscription, versions }: Pick<Subscription, 'number' | 'versions'>): SideLane[] {
  const sides = new Map<number, SideLane>();
  // Oldest first, so that the last one says how far it goes.
  for (const { lane, to } of versions)
    if (lane !== undefined) sides.set(lane, { lane, subscription, to: to ?? Infinity });
  return [...sides.values()];
}

/** Where a subscription's events go, and where those of its earlier versions do. */
export function endpointsOf({ endpoint, versions }: Subscription): ReadonlySet<number> {
  return new Set([endpoint, ...versions.map((version) => version.endpoint)]);
}

const endpointName = (reseller: string, domain: string, key: string): string =>
  `${reseller}\u0000${domain}\u0000${key}`;
