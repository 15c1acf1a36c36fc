/**
 * Pauses and resumes what a subscription sends, and endpoints as a whole. Everything here runs in the manager's turn.
 *
 * An endpoint that is a subscription's alone is paused with it. Where others send to it too, the subscription goes on in a
 * side lane of its own, and that is paused (`lane/side.ts`): it stays there when it is resumed, until all it held is
 * settled and it can come home between two events.
 */
import type { Clock } from '../../kit/clock.ts';
import { type AuditedChange, auditEntry, auditEvent, type Author } from '../../model/audit.ts';
import type { Alongside } from '../../records/alongside.ts';
import type { SubscriptionStore } from '../../records/subscription-store.ts';
import { endpointsOf, type SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Endpoint, Pause, Subscription } from '../../subscriptions/subscription.ts';
import type { PauseResult } from '../management.ts';
import { nextVersions, throughSideLanes } from './selection-versions.ts';
import type { OpenedSide } from './side-lanes.ts';
import { pauseChange, subscriptionPauseChange } from './subscription-facts.ts';

export interface PausingDeps {
  readonly clock: Clock;
  readonly registry: SubscriptionRegistry;
  readonly store: Pick<SubscriptionStore, 'put' | 'putEndpoint' | 'nextNumbers'>;
  readonly engine: {
    freeze(): { readonly seq: number; release(): void };
    reconfigure(endpoint: number): void;
    readonly sides: {
      open(subscription: number, endpoint: number, lane: number): Promise<OpenedSide>;
      follow(subscription: Subscription): void;
      hasSettled(lane: number, seq: number): Promise<boolean>;
    };
  };
  readonly floor: () => number;
  /** A change holds. */
  tell(before: Subscription, after: Subscription): void;
}

/** Side lanes that were made for a subscription. */
export interface OpenedSides extends OpenedSide {
  /** The subscription as it is once it goes through them. */
  readonly through: Subscription;
}

export class Pausing {
  readonly #deps: PausingDeps;

  constructor(deps: PausingDeps) {
    this.#deps = deps;
  }

  async setEndpoint(endpoint: Endpoint, paused: boolean, author: Author): Promise<Endpoint> {
    const { registry, store, engine } = this.#deps;
    if (endpoint.paused === paused) return endpoint;
    const changed: Endpoint = { ...endpoint, paused, pause: paused ? this.#pause(author) : null };
    await store.putEndpoint(changed, this.#audited(author, pauseChange(endpoint, paused)));
    registry.putEndpoint(changed);
    engine.reconfigure(endpoint.number);
    return changed;
  }

  async pause(subscription: Subscription, author: Author): Promise<PauseResult> {
    const shared = await this.#setOwn(subscription, true, author);
    const sides = await this.openSides(subscription, shared);
    const { through } = sides;
    if (through.versions.every(({ lane }) => lane === undefined)) return { subscription };
    const paused = { ...through, pause: subscription.pause ?? this.#pause(author) };
    await this.#put(subscription, paused, author, sides);
    return { subscription: paused };
  }

  /** `shared`: its endpoint is paused as a whole, and others send to it too. */
  async resume(subscription: Subscription, author: Author): Promise<PauseResult> {
    const { registry } = this.#deps;
    await this.#setOwn(subscription, false, author);
    let resumed = subscription;
    if (subscription.pause) {
      resumed = { ...subscription, pause: null };
      await this.#put(subscription, resumed, author);
    }
    const { endpoint, number } = subscription;
    if (!registry.endpoint(endpoint)?.paused) return { subscription: resumed };
    const isOther = (user: number): boolean => user !== number && registry.subscription(user)?.endpoint === endpoint;
    const others = registry.usersOf(endpoint).filter(isOther).length;
    return { shared: { endpoint, others } };
  }

  /**
   * Pauses or resumes the endpoints that are the subscription's alone; what is still on its way to a former one is held too.
   * @returns the others
   */
  async #setOwn(subscription: Subscription, paused: boolean, author: Author): Promise<number[]> {
    const { registry } = this.#deps;
    const shared: number[] = [];
    for (const number of endpointsOf(subscription)) {
      const endpoint = registry.endpoint(number);
      // One it has left goes on for others that may come; what is still on its way from there is in a side lane.
      if (!endpoint || (paused && !goesThrough(subscription, number))) continue;
      if (registry.usersOf(number).length > 1) shared.push(number);
      else await this.setEndpoint(endpoint, paused, author);
    }
    return shared;
  }

  /** For those of the endpoints whose own lane it goes through. */
  async openSides(subscription: Subscription, endpoints: readonly number[]): Promise<OpenedSides> {
    const { store, engine } = this.#deps;
    const { number, versions } = subscription;
    const lanes = new Map<number, number>();
    const sides: OpenedSide[] = [];
    const close = (): void => sides.forEach((side) => side.close());
    try {
      for (const endpoint of endpoints) {
        if (!versions.some((version) => version.endpoint === endpoint && version.lane === undefined)) continue;
        // Of the same row of numbers as endpoints: lanes are told apart by it.
        const { endpoint: lane } = await store.nextNumbers();
        lanes.set(endpoint, lane);
        sides.push(await engine.sides.open(number, endpoint, lane));
      }
    } catch (error) {
      close();
      throw error;
    }
    const through = { ...subscription, versions: throughSideLanes(versions, lanes) };
    return { through, close, enter: () => sides.forEach((side) => side.enter()) };
  }

  /** Its side lane has settled everything up to the log's head: from the next event on it needs none. */
  async comeHome(subscription: Subscription): Promise<void> {
    const { registry, store, engine } = this.#deps;
    const { lane } = subscription.versions.at(-1) ?? {};
    const endpoint = registry.endpoint(subscription.endpoint);
    if (lane === undefined || !endpoint || subscription.pause) return;
    const frozen = engine.freeze();
    try {
      // Durably: after a crash it would be sent again from there, while what comes next goes another way.
      if (!(await engine.sides.hasSettled(lane, frozen.seq))) return;
      const { versions, selection } = subscription;
      const way = { endpoint: endpoint.number };
      const home = {
        ...subscription,
        versions: nextVersions(versions, selection, way, frozen.seq, this.#deps.floor()),
      };
      await store.put(home, endpoint);
      registry.put(home);
    } finally {
      frozen.release();
    }
  }

  /** All that follows happens in one turn: an event that was routed in between would be in neither lane. */
  async #put(before: Subscription, after: Subscription, author: Author, sides?: OpenedSide): Promise<void> {
    const { registry, store, engine } = this.#deps;
    try {
      const endpoint = registry.endpoint(after.endpoint);
      if (!endpoint) throw new Error(`there is no endpoint ${after.endpoint}`);
      const change = subscriptionPauseChange(before, after);
      await store.put(after, endpoint, before.pause && after.pause ? {} : this.#audited(author, change));
    } catch (error) {
      sides?.close();
      throw error;
    }
    registry.put(after);
    sides?.enter();
    engine.sides.follow(after);
    this.#deps.tell(before, after);
  }

  #pause({ name }: Author): Pause {
    return { since: new Date(this.#deps.clock.now()).toISOString(), by: name };
  }

  #audited(author: Author, change: AuditedChange): Alongside {
    const entry = auditEntry(author, this.#deps.clock.now(), change);
    return { audit: [entry], events: [auditEvent(entry)] };
  }
}

/** Its events go to the endpoint, or through its own lane what is on its way. */
function goesThrough({ endpoint, versions }: Subscription, number: number): boolean {
  return endpoint === number || versions.some((one) => one.endpoint === number && one.lane === undefined);
}
