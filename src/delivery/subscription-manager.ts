/**
 * Creates, edits and removes subscriptions so that the versions by sequence stay exact: an edit reads the log's head,
 * keeps the router from going past it, makes the row durable, and only then lets the router go on with the new rule.
 */
import type { Clock } from '../kit/clock.ts';
import { secretHex } from '../kit/random.ts';
import { type Access, mayAccessDomain } from '../model/scope.ts';
import type { SubscriptionStore } from '../records/subscription-store.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Endpoint, Selection, SelectionVersion, Subscription } from '../subscriptions/subscription.ts';
import type { DraftProblem, DraftResult, SubscriptionDraft, SubscriptionManager } from './management.ts';
import { planLengthMs } from './retry-policy.ts';

/** What it needs of the engine. */
export interface LiveDelivery {
  freeze(): { readonly seq: number; release(): void };
  reconfigure(endpoint: number): void;
  cancel(subscription: number, endpoint: number, reason: string): void;
  /** Nobody uses the endpoint any more: let go of it once its lane has nothing left to do. */
  retire(endpoint: number): void;
}

export interface ManagerDeps {
  readonly clock: Clock;
  readonly registry: SubscriptionRegistry;
  readonly store: SubscriptionStore;
  readonly engine: LiveDelivery;
  readonly hasDialect: (name: string) => boolean;
  /** Why a filter can't be used, or null when it can. */
  readonly filterProblem: (source: string) => string | null;
  /** Everything up to here was trimmed: versions that decide only about that are dropped. */
  readonly floor: () => number;
  /** Events are kept so long, milliseconds: a longer retry plan is refused. */
  readonly retentionMs: number;
}

/** What the subscriptions of one domain share an endpoint by. */
export function endpointKey(target: SubscriptionDraft['target']): string {
  if (target.name !== null) return `name:${target.name}`;
  const url = new URL(target.url);
  return url.protocol === 'inbox:' ? target.url : url.origin;
}

export class LiveSubscriptionManager implements SubscriptionManager {
  readonly #deps: ManagerDeps;
  /** The edit under way: the next one waits for it, since edits of different subscriptions may share an endpoint. */
  #edits: Promise<unknown> = Promise.resolve();

  constructor(deps: ManagerDeps) {
    this.#deps = deps;
  }

  list(access: Access, page: { readonly after: number; readonly limit: number }): readonly Subscription[] {
    const found: Subscription[] = [];
    for (const subscription of this.#deps.registry.subscriptions()) {
      if (found.length >= page.limit) break;
      if (subscription.number > page.after && isVisible(access, subscription)) found.push(subscription);
    }
    return found;
  }

  get(access: Access, id: string): Subscription | null {
    const subscription = this.#deps.registry.subscriptionById(id);
    return subscription && isVisible(access, subscription) ? subscription : null;
  }

  byNumber(access: Access, number: number): Subscription | null {
    const subscription = this.#deps.registry.subscription(number);
    return subscription && isVisible(access, subscription) ? subscription : null;
  }

  async create(access: Access, draft: SubscriptionDraft): Promise<DraftResult> {
    const problem = this.#check(access, draft);
    return problem ? { problem } : this.#inTurn(() => this.#create(draft));
  }

  async #create(draft: SubscriptionDraft): Promise<DraftResult> {
    const numbers = await this.#deps.store.nextNumbers();
    const endpoint = this.#endpointFor(draft, numbers.endpoint);
    return this.#write(endpoint, (seq) => {
      const version = { ...draft.selection, endpoint: endpoint.number, from: seq + 1, to: null };
      const now = new Date(this.#deps.clock.now()).toISOString();
      const identity = { id: secretHex(16), number: numbers.subscription, endpoint: endpoint.number };
      return { ...draft, ...identity, versions: [version], createdAt: now, updatedAt: now };
    });
  }

  async update(access: Access, id: string, draft: SubscriptionDraft): Promise<DraftResult | null> {
    const known = this.get(access, id);
    if (!known) return null;
    return this.#inTurn(async () => {
      const before = this.get(access, id);
      if (!before) return null;
      const problem = this.#check(access, draft);
      if (problem) return { problem };
      return this.#replace(before, draft);
    });
  }

  async remove(access: Access, id: string): Promise<boolean> {
    const known = this.get(access, id);
    if (!known) return false;
    return this.#inTurn(async () => {
      const subscription = this.get(access, id);
      if (!subscription) return false;
      await this.#delete(subscription);
      return true;
    });
  }

  /** The receiver answered 410: the subscription is switched off, as its owner would. */
  async disable(number: number): Promise<void> {
    await this.#inTurn(async () => {
      const before = this.#deps.registry.subscription(number);
      if (!before?.selection.enabled) return;
      await this.#replace(before, { ...before, selection: { ...before.selection, enabled: false } });
    });
  }

  async #replace(before: Subscription, draft: SubscriptionDraft): Promise<DraftResult> {
    const endpoint = await this.#endpointAfterEdit(before, draft);
    const result = await this.#write(endpoint, (seq) => {
      const versions = nextVersions(before.versions, draft.selection, endpoint.number, seq, this.#deps.floor());
      const now = new Date(this.#deps.clock.now()).toISOString();
      const { id, number, createdAt } = before;
      return { ...draft, id, number, createdAt, endpoint: endpoint.number, versions, updatedAt: now };
    });
    if (!draft.selection.enabled) this.#cancel(before, 'subscription_disabled');
    if (endpoint.number !== before.endpoint) this.#deps.engine.reconfigure(before.endpoint);
    return result;
  }

  async #delete(subscription: Subscription): Promise<void> {
    const { registry, store, engine } = this.#deps;
    const alone = registry.usersOf(subscription.endpoint).length === 1;
    await store.remove(subscription.number, alone ? subscription.endpoint : null);
    registry.remove(subscription.number);
    this.#cancel(subscription, 'subscription_deleted');
    for (const number of new Set(subscription.versions.map(({ endpoint }) => endpoint))) {
      if (registry.usersOf(number).length === 0) engine.retire(number);
    }
  }

  #cancel(subscription: Subscription, reason: string): void {
    for (const endpoint of new Set(subscription.versions.map((version) => version.endpoint))) {
      this.#deps.engine.cancel(subscription.number, endpoint, reason);
    }
  }

  async #write(endpoint: Endpoint, make: (head: number) => Subscription): Promise<DraftResult> {
    const { registry, store, engine } = this.#deps;
    const frozen = engine.freeze();
    try {
      const subscription = make(frozen.seq);
      await store.put(subscription, endpoint);
      registry.putEndpoint(endpoint);
      registry.put(subscription);
      engine.reconfigure(endpoint.number);
      return { subscription };
    } finally {
      frozen.release();
    }
  }

  /** One that is there, with the limits this draft names, or a new one; known to the next edit at once. */
  #endpointFor(draft: SubscriptionDraft, number: number): Endpoint {
    const { reseller, domain } = draft.selection.scope;
    const { maxInFlight, ratePerSecond } = draft.target;
    const key = endpointKey(draft.target);
    const known = this.#deps.registry.findEndpoint(reseller, domain, key);
    const endpoint: Endpoint = known
      ? { ...known, maxInFlight, ratePerSecond }
      : { number, reseller, domain, key, maxInFlight, ratePerSecond, paused: false };
    if (!known) this.#deps.registry.putEndpoint(endpoint);
    return endpoint;
  }

  /**
   * A subscription that has an endpoint to itself takes it along to a new address, so that the order of a call under
   * way is kept; else its later events go to the other endpoint, and may overtake what is still on its way to the old.
   */
  async #endpointAfterEdit(before: Subscription, draft: SubscriptionDraft): Promise<Endpoint> {
    const { registry, store } = this.#deps;
    const { reseller, domain } = draft.selection.scope;
    const key = endpointKey(draft.target);
    const current = registry.endpoint(before.endpoint);
    const taken = registry.findEndpoint(reseller, domain, key);
    if (current && !taken && registry.usersOf(before.endpoint).length === 1) {
      const { maxInFlight, ratePerSecond } = draft.target;
      return { ...current, reseller, domain, key, maxInFlight, ratePerSecond };
    }
    if (taken) return this.#endpointFor(draft, taken.number);
    return this.#endpointFor(draft, (await store.nextNumbers()).endpoint);
  }

  #check(access: Access, draft: SubscriptionDraft): DraftProblem | null {
    const { scope, filter } = draft.selection;
    if (!mayAccessDomain(access, scope)) {
      return problemAt('scope.domain', 'is outside what this token may see', 'Name a domain that the token covers.');
    }
    if (!this.#deps.hasDialect(draft.dialect)) {
      return problemAt('dialect', `there is no dialect "${draft.dialect}"`, 'GET /v1/dialects lists those there are.');
    }
    const filterProblem = filter === null ? null : this.#deps.filterProblem(filter);
    if (filterProblem) return problemAt('filter', filterProblem, 'Leave the filter out, or correct it.');
    if (planLengthMs(draft.retry) > this.#deps.retentionMs) {
      const remedy = 'Shorten retry.delays or retry.maxAttempts, or have retention.events raised.';
      return problemAt('retry', 'takes longer than events are kept (retention.events)', remedy);
    }
    return null;
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#edits.then(run, run);
    this.#edits = turn.catch(() => {});
    return turn;
  }
}

const problemAt = (field: string, message: string, remedy: string): DraftProblem => ({ field, message, remedy });

function isVisible(access: Access, subscription: Subscription): boolean {
  return mayAccessDomain(access, subscription.selection.scope);
}

/** The versions after an edit that takes effect behind `seq`. */
export function nextVersions(
  versions: readonly SelectionVersion[],
  selection: Selection,
  endpoint: number,
  seq: number,
  floor: number,
): readonly SelectionVersion[] {
  const kept = versions.filter(({ to }) => to === null || to > floor);
  const newest = kept.at(-1);
  if (newest && newest.endpoint === endpoint && sameSelection(newest, selection)) return kept;
  const earlier = kept.slice(0, -1);
  // A version that has not decided about any event yet is replaced, not ended.
  if (newest && newest.from <= seq) earlier.push({ ...newest, to: seq });
  return [...earlier, { ...selection, endpoint, from: seq + 1, to: null }];
}

function sameSelection(a: Selection, b: Selection): boolean {
  const facts = ({ enabled, scope, events, filter }: Selection): string =>
    JSON.stringify([enabled, scope.reseller, scope.domain, scope.user, scope.extension, [...events].sort(), filter]);
  return facts(a) === facts(b);
}
