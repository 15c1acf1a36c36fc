/**
 * Creates, edits and removes subscriptions so that the versions by sequence stay exact: an edit reads the log's head,
 * keeps the router from going past it, makes the row durable, and only then lets the router go on with the new rule.
 */
import type { Clock } from '../kit/clock.ts';
import { secretHex } from '../kit/random.ts';
import { auditEntry, auditEvent, type Author, offhookItself } from '../model/audit.ts';
import type { NewEvent } from '../model/event.ts';
import { type Access, mayAccessDomain, mayAccessScope } from '../model/scope.ts';
import type { Alongside } from '../records/alongside.ts';
import type { SubscriptionStore } from '../records/subscription-store.ts';
import { endpointsOf, type SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { Endpoint, Subscription } from '../subscriptions/subscription.ts';
import { checkDraft, type DraftRules } from './check-draft.ts';
import { addressOf, EndpointBook, type EndpointBookDeps } from './endpoint-book.ts';
import type {
  DraftProblem,
  DraftResult,
  Edit,
  EditResult,
  PauseResult,
  SubscriptionDraft,
  SubscriptionListener,
  SubscriptionManager,
} from './management.ts';
import { goneEvent } from './given-up/disabled-event.ts';
import { type OpenedSides, Pausing, type PausingDeps } from './pausing.ts';
import { nextVersions, versionsAbove } from './selection-versions.ts';
import { subscriptionChange } from './subscription-facts.ts';

/** What it needs of the engine. */
export interface LiveDelivery {
  cancel(subscription: number, endpoint: number, reason: string): void;
  renew(endpoint: number): void;
}

export interface ManagerDeps extends DraftRules {
  readonly clock: Clock;
  readonly registry: SubscriptionRegistry;
  readonly store: SubscriptionStore;
  readonly engine: LiveDelivery & PausingDeps['engine'] & EndpointBookDeps['lanes'];
  /** Everything up to here was trimmed: versions that decide only about that are dropped. */
  readonly floor: () => number;
}

export class LiveSubscriptionManager implements SubscriptionManager {
  readonly #deps: ManagerDeps;
  readonly #endpoints: EndpointBook;
  readonly #pausing: Pausing;
  /** The edit under way: the next one waits for it, since edits of different subscriptions may share an endpoint. */
  #edits: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<SubscriptionListener>();

  constructor(deps: ManagerDeps) {
    this.#deps = deps;
    const { registry, store, engine } = deps;
    this.#endpoints = new EndpointBook({ registry, store, lanes: engine });
    this.#pausing = new Pausing({ ...deps, tell: (before, after) => this.#tell(before, after) });
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

  async create(access: Access, draft: SubscriptionDraft, author: Author = offhookItself): Promise<DraftResult> {
    const problem = checkDraft(access, draft, this.#deps);
    return problem ? { problem } : this.#inTurn(() => this.#create(draft, author));
  }

  async #create(draft: SubscriptionDraft, author: Author): Promise<DraftResult> {
    const numbers = await this.#deps.store.nextNumbers();
    const endpoint = this.#endpoints.obtain(draft, numbers.endpoint);
    return this.#write(null, author, endpoint, (seq) => {
      const version = { ...draft.selection, endpoint: endpoint.number, from: seq + 1, to: null };
      const now = new Date(this.#deps.clock.now()).toISOString();
      const identity = { id: secretHex(16), number: numbers.subscription, endpoint: endpoint.number };
      return {
        ...draft,
        ...identity,
        target: targetAt(endpoint, draft),
        versions: [version],
        createdAt: now,
        updatedAt: now,
      };
    });
  }

  async update<Refusal>(
    access: Access,
    id: string,
    edit: Edit<Refusal>,
    author: Author = offhookItself,
  ): Promise<EditResult<Refusal> | null> {
    if (!this.get(access, id)) return null;
    return this.#inTurn(async () => {
      const before = this.get(access, id);
      if (!before) return null;
      const edited = edit(before);
      if ('refusal' in edited) return edited;
      const problem = checkDraft(access, edited.draft, this.#deps);
      return problem ? { problem } : this.#replace(before, edited.draft, author);
    });
  }

  async remove(access: Access, id: string, author: Author = offhookItself): Promise<boolean> {
    const known = this.get(access, id);
    if (!known) return false;
    return this.#inTurn(async () => {
      const subscription = this.get(access, id);
      if (!subscription) return false;
      await this.#delete(subscription, author);
      return true;
    });
  }

  /** Its receiver answered 410: it is switched off, as its owner would, unless it was edited since it was sent by. */
  async disable(sent: Subscription): Promise<void> {
    await this.#inTurn(async () => {
      const { registry } = this.#deps;
      if (registry.subscription(sent.number) !== sent || !sent.selection.enabled) return;
      const { maxInFlight: _inFlight, ratePerSecond: _rate, ...target } = sent.target;
      const draft = { ...sent, target, selection: { ...sent.selection, enabled: false } };
      await this.#replace(sent, draft, offhookItself, [goneEvent(sent, this.#deps.clock.now())]);
    });
  }

  async #replace(
    before: Subscription,
    draft: SubscriptionDraft,
    author: Author,
    events: readonly NewEvent[] = [],
  ): Promise<DraftResult> {
    const endpoint = await this.#endpoints.afterEdit(before, draft);
    const leaves = endpoint.number !== before.endpoint;
    const isHeld = this.#deps.registry.endpoint(before.endpoint)?.paused && !endpoint.paused;
    if (isHeld) return { problem: movesWhilePaused };
    const side = leaves ? await this.#pausing.openSides(before, [before.endpoint]) : null;
    const make = (seq: number): Subscription => this.#edited(side?.through ?? before, draft, endpoint, seq);
    const result = await this.#write(before, author, endpoint, make, { events, side });
    if (!leaves && this.#isNewReceiver(before, draft)) this.#deps.engine.renew(endpoint.number);
    if (!draft.selection.enabled) this.#cancel(before, 'subscription_disabled');
    this.#endpoints.release(endpointsOf(before));
    return result;
  }

  /** An endpoint that has a name keeps its key at another address; nobody sends to the former one any more. */
  #isNewReceiver({ endpoint, target }: Subscription, draft: SubscriptionDraft): boolean {
    if (draft.target.name === null || target.name === null) return false;
    const former = addressOf(target.url);
    if (former === addressOf(draft.target.url)) return false;
    const { registry } = this.#deps;
    const users = registry.usersOf(endpoint).flatMap((user) => registry.subscription(user) ?? []);
    return users.every((user) => user.endpoint !== endpoint || addressOf(user.target.url) !== former);
  }

  #edited(before: Subscription, draft: SubscriptionDraft, endpoint: Endpoint, seq: number): Subscription {
    // What comes goes through the side lane too, while it has one: nothing overtakes what is still on its way.
    const lane = before.versions.at(-1)?.lane;
    const way = lane === undefined ? { endpoint: endpoint.number } : { endpoint: endpoint.number, lane };
    const versions = nextVersions(before.versions, draft.selection, way, seq, this.#deps.floor());
    const updatedAt = new Date(this.#deps.clock.now()).toISOString();
    const { id, number, createdAt } = before;
    const target = targetAt(endpoint, draft);
    const isDisabled = before.selection.enabled && !draft.selection.enabled;
    const cancelledUpTo = isDisabled ? seq : before.cancelledUpTo;
    const { pause } = before;
    const kept = {
      id,
      number,
      createdAt,
      ...(cancelledUpTo !== undefined && { cancelledUpTo }),
      ...(pause && { pause }),
    };
    return { ...draft, ...kept, endpoint: endpoint.number, target, versions, updatedAt };
  }

  /** The lane of an endpoint that nobody used any more has nothing left to do. */
  letGo(endpoint: number): Promise<void> {
    return this.#inTurn(() => this.#endpoints.letGo(endpoint));
  }

  /** Once delivery runs: endpoints that lost their last subscription before the process ended. */
  sweep(): void {
    this.#endpoints.release([...this.#deps.registry.endpoints()].map(({ number }) => number));
  }

  /**
   * To be called now and then: versions of what retention took go, though nobody edits their subscription, and endpoints
   * that it has left with them.
   */
  async forgetPast(): Promise<void> {
    const { registry, floor } = this.#deps;
    const isOld = ({ versions }: Subscription): boolean => versionsAbove(versions, floor()).length < versions.length;
    const old = [...registry.subscriptions()].filter(isOld).map(({ number }) => number);
    for (const number of old) await this.#inTurn(() => this.#forgetPastOf(number));
    this.sweep();
  }

  async #forgetPastOf(number: number): Promise<void> {
    const { registry, store, floor } = this.#deps;
    const before = registry.subscription(number);
    const endpoint = before && registry.endpoint(before.endpoint);
    if (!before || !endpoint) return;
    const after = { ...before, versions: versionsAbove(before.versions, floor()) };
    await store.put(after, endpoint);
    registry.put(after);
  }

  async #delete(subscription: Subscription, author: Author): Promise<void> {
    await this.#deps.store.remove(subscription.number, this.#audited(author, subscription, null));
    this.#deps.registry.remove(subscription.number);
    this.#tell(subscription, null);
    this.#cancel(subscription, 'subscription_deleted');
    this.#endpoints.release(endpointsOf(subscription));
  }

  #cancel(subscription: Subscription, reason: string): void {
    for (const endpoint of endpointsOf(subscription)) {
      this.#deps.engine.cancel(subscription.number, endpoint, reason);
    }
  }

  async #write(
    before: Subscription | null,
    author: Author,
    endpoint: Endpoint,
    make: (head: number) => Subscription,
    { events = [], side = null }: Besides = {},
  ): Promise<DraftResult> {
    const { registry, store, engine } = this.#deps;
    const frozen = engine.freeze();
    const put = async (): Promise<Subscription> => {
      const subscription = make(frozen.seq);
      await store.put(subscription, endpoint, this.#audited(author, before, subscription, events));
      return subscription;
    };
    try {
      // Once it is stored, the side lane holds what nobody else does, whatever fails after that.
      const subscription = await put().catch((error: unknown) => {
        side?.close();
        throw error;
      });
      registry.putEndpoint(endpoint);
      registry.put(subscription);
      engine.reconfigure(endpoint.number);
      side?.enter();
      engine.sides.follow(subscription);
      this.#tell(before, subscription);
      return { subscription };
    } finally {
      frozen.release();
    }
  }

  async setPaused(
    access: Access,
    endpoint: number,
    paused: boolean,
    author: Author = offhookItself,
  ): Promise<Endpoint | null> {
    return this.#inTurn(async () => {
      const known = this.#deps.registry.endpoint(endpoint);
      return known && mayAccessDomain(access, known) ? this.#pausing.setEndpoint(known, paused, author) : null;
    });
  }

  async setSubscriptionPaused(
    access: Access,
    id: string,
    paused: boolean,
    author: Author = offhookItself,
  ): Promise<PauseResult | null> {
    return this.#inTurn(async () => {
      const subscription = this.get(access, id);
      if (!subscription) return null;
      return paused ? this.#pausing.pause(subscription, author) : this.#pausing.resume(subscription, author);
    });
  }

  /** Its side lane has nothing left that its endpoint's own could overtake. */
  comeHome(number: number): Promise<void> {
    return this.#inTurn(async () => {
      const subscription = this.#deps.registry.subscription(number);
      if (subscription) await this.#pausing.comeHome(subscription);
    });
  }

  onChanged(listener: SubscriptionListener): () => void {
    const own: SubscriptionListener = (before, after) => listener(before, after);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #tell(before: Subscription | null, after: Subscription | null): void {
    for (const listener of this.#listeners) listener(before, after);
  }

  #audited(
    author: Author,
    before: Subscription | null,
    after: Subscription | null,
    events: readonly NewEvent[] = [],
  ): Alongside {
    const entry = auditEntry(author, this.#deps.clock.now(), subscriptionChange(before, after));
    return { audit: [entry], events: [auditEvent(entry), ...events] };
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#edits.then(run, run);
    this.#edits = turn.catch(() => {});
    return turn;
  }
}

/** What comes with the change of a subscription. */
interface Besides {
  readonly events?: readonly NewEvent[];
  /** Side lanes that it goes through from now on. */
  readonly side?: OpenedSides | null;
}

/** With the limits its endpoint has. */
function targetAt({ maxInFlight, ratePerSecond }: Endpoint, { target }: SubscriptionDraft): Subscription['target'] {
  return { ...target, maxInFlight, ratePerSecond };
}

/** Its new events would go out before those that are held. */
const movesWhilePaused: DraftProblem = {
  field: 'endpoint.url',
  message: 'leads to an endpoint that is not paused, while its present one is',
  remedy: 'Resume it first, or leave it at its endpoint.',
};

function isVisible(access: Access, subscription: Subscription): boolean {
  return mayAccessScope(access, subscription.selection.scope);
}
