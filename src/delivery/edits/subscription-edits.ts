/**
 * Changes of subscriptions, one at a time, whoever may make them. The versions by sequence stay exact: a change reads the
 * log's head, keeps the router from going past it, makes the row durable, and only then lets the router go on with the new
 * rule.
 */
import type { Clock } from '../../kit/clock.ts';
import { secretHex } from '../../kit/random.ts';
import { auditEntry, auditEvent, type Author } from '../../model/audit.ts';
import type { NewEvent } from '../../model/event.ts';
import type { Alongside } from '../../records/alongside.ts';
import type { SubscriptionStore } from '../../records/subscription-store.ts';
import { endpointsOf, type SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import { addressOf, type EndpointBook, type EndpointBookDeps } from './endpoint-book.ts';
import type { DraftProblem, DraftResult, SubscriptionDraft } from '../management.ts';
import type { OpenedSides, Pausing, PausingDeps } from './pausing.ts';
import { nextVersions, versionsAbove } from './selection-versions.ts';
import { subscriptionChange } from './subscription-facts.ts';

/** What changes need of the engine. */
export interface LiveDelivery {
  cancel(subscription: number, endpoint: number, reason: string): void;
  renew(endpoint: number): void;
}

export interface SubscriptionEditsDeps {
  readonly clock: Clock;
  readonly registry: SubscriptionRegistry;
  readonly store: SubscriptionStore;
  readonly engine: LiveDelivery & PausingDeps['engine'] & EndpointBookDeps['lanes'];
  readonly endpoints: EndpointBook;
  readonly pausing: Pausing;
  /** Everything up to here was trimmed: versions that decide only about that are dropped. */
  readonly floor: () => number;
  /** A change holds. */
  tell(before: Subscription | null, after: Subscription | null): void;
}

export class SubscriptionEdits {
  readonly #deps: SubscriptionEditsDeps;

  constructor(deps: SubscriptionEditsDeps) {
    this.#deps = deps;
  }

  async create(draft: SubscriptionDraft, author: Author): Promise<DraftResult> {
    const numbers = await this.#deps.store.nextNumbers();
    const endpoint = this.#deps.endpoints.obtain(draft, numbers.endpoint);
    return this.#write(null, author, endpoint, (seq) => {
      const version = { ...draft.selection, endpoint: endpoint.number, from: seq + 1, to: null };
      const now = new Date(this.#deps.clock.now()).toISOString();
      const identity = { id: secretHex(16), number: numbers.subscription, endpoint: endpoint.number };
      return {
        ...draft,
        ...identity,
        target: targetAt(endpoint, draft),
        versions: [version],
        createdBy: author.id,
        createdAt: now,
        updatedAt: now,
      };
    });
  }

  async replace(
    before: Subscription,
    draft: SubscriptionDraft,
    author: Author,
    events: readonly NewEvent[] = [],
  ): Promise<DraftResult> {
    const endpoint = await this.#deps.endpoints.afterEdit(before, draft);
    const leaves = endpoint.number !== before.endpoint;
    const isHeld = this.#deps.registry.endpoint(before.endpoint)?.paused && !endpoint.paused;
    if (isHeld) return { problem: movesWhilePaused };
    const side = leaves ? await this.#deps.pausing.openSides(before, [before.endpoint]) : null;
    const make = (seq: number): Subscription => this.#edited(side?.through ?? before, draft, endpoint, seq);
    const result = await this.#write(before, author, endpoint, make, { events, side });
    if (!leaves && this.#isNewReceiver(before, draft)) this.#deps.engine.renew(endpoint.number);
    if (!draft.selection.enabled) this.#cancel(before, 'subscription_disabled');
    this.#deps.endpoints.release(endpointsOf(before));
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
    const { id, number, createdBy, createdAt } = before;
    const target = targetAt(endpoint, draft);
    const isDisabled = before.selection.enabled && !draft.selection.enabled;
    const cancelledUpTo = isDisabled ? seq : before.cancelledUpTo;
    const { pause } = before;
    const kept = {
      id,
      number,
      createdBy,
      createdAt,
      ...(cancelledUpTo !== undefined && { cancelledUpTo }),
      ...(pause && { pause }),
    };
    return { ...draft, ...kept, endpoint: endpoint.number, target, versions, updatedAt };
  }

  /** Its versions of what retention took go. */
  async forgetPastOf(number: number): Promise<void> {
    const { registry, store, floor } = this.#deps;
    const before = registry.subscription(number);
    const endpoint = before && registry.endpoint(before.endpoint);
    if (!before || !endpoint) return;
    const after = { ...before, versions: versionsAbove(before.versions, floor()) };
    await store.put(after, endpoint);
    registry.put(after);
  }

  async remove(subscription: Subscription, author: Author): Promise<void> {
    await this.#deps.store.remove(subscription.number, this.#audited(author, subscription, null));
    this.#deps.registry.remove(subscription.number);
    this.#deps.tell(subscription, null);
    this.#cancel(subscription, 'subscription_deleted');
    this.#deps.endpoints.release(endpointsOf(subscription));
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
      this.#deps.tell(before, subscription);
      return { subscription };
    } finally {
      frozen.release();
    }
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
