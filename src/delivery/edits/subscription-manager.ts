/** Who may see and change which subscriptions; and changes one after the other, each as the one before left them. */
import { type Author, offhookItself } from '../../model/audit.ts';
import type { EventsByUser } from '../../model/event-places.ts';
import { type Access, mayAccessDomain, mayAccessScope } from '../../model/scope.ts';
import type { Endpoint, Subscription } from '../../subscriptions/subscription.ts';
import { checkDraft, type DraftRules } from './check-draft.ts';
import { EndpointBook } from './endpoint-book.ts';
import type {
  DraftResult,
  Edit,
  EditResult,
  PauseResult,
  SubscriptionDraft,
  SubscriptionListener,
  SubscriptionManager,
  SubscriptionPage,
} from '../management.ts';
import {
  countEvents,
  eventLimitProblem,
  eventsByUser,
  type EventLimitRules,
  type ExtensionPlace,
} from './event-limit.ts';
import { goneEvent } from '../given-up/disabled-event.ts';
import { Pausing } from './pausing.ts';
import { versionsAbove } from './selection-versions.ts';
import { SubscriptionEdits, type SubscriptionEditsDeps } from './subscription-edits.ts';

export interface ManagerDeps extends DraftRules, Omit<SubscriptionEditsDeps, 'endpoints' | 'pausing' | 'tell'> {
  readonly events: Omit<EventLimitRules, 'made'>;
}

export class LiveSubscriptionManager implements SubscriptionManager {
  readonly #deps: ManagerDeps;
  readonly #endpoints: EndpointBook;
  readonly #pausing: Pausing;
  readonly #changes: SubscriptionEdits;
  readonly #events: EventLimitRules;
  /** The edit under way: the next one waits for it, since edits of different subscriptions may share an endpoint. */
  #edits: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<SubscriptionListener>();

  constructor(deps: ManagerDeps) {
    this.#deps = deps;
    const { registry, store, engine } = deps;
    this.#events = { ...deps.events, made: (domain, extension) => registry.madeFor(domain, extension) };
    this.#endpoints = new EndpointBook({ registry, store, lanes: engine });
    const tell: SubscriptionListener = (before, after) => this.#tell(before, after);
    this.#pausing = new Pausing({ ...deps, tell });
    this.#changes = new SubscriptionEdits({ ...deps, endpoints: this.#endpoints, pausing: this.#pausing, tell });
  }

  list(access: Access, { after, limit, createdBy, madeFor }: SubscriptionPage): readonly Subscription[] {
    const { registry } = this.#deps;
    const found: Subscription[] = [];
    const all = madeFor ? registry.madeFor(madeFor.domain, madeFor.extension) : registry.subscriptions();
    for (const subscription of all) {
      if (found.length >= limit) break;
      if (createdBy !== undefined && subscription.createdBy !== createdBy) continue;
      if (subscription.number > after && isVisible(access, subscription)) found.push(subscription);
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

  countEvents(of: ExtensionPlace): number {
    return countEvents(of, this.#events);
  }

  eventsByUser(of: ExtensionPlace): EventsByUser {
    return eventsByUser(of, this.#events);
  }

  whileUnchanged<T>(run: () => Promise<T>): Promise<T> {
    return this.#inTurn(run);
  }

  async create(access: Access, draft: SubscriptionDraft, author: Author = offhookItself): Promise<DraftResult> {
    const problem = checkDraft(access, draft, this.#deps);
    if (problem) return { problem };
    return this.#inTurn(async () => {
      const full = eventLimitProblem(null, draft, this.#events);
      return full ? { problem: full } : this.#changes.create(draft, author);
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
      const problem =
        checkDraft(access, edited.draft, this.#deps) ?? eventLimitProblem(before, edited.draft, this.#events);
      return problem ? { problem } : this.#changes.replace(before, edited.draft, author);
    });
  }

  async remove(access: Access, id: string, author: Author = offhookItself): Promise<boolean> {
    const known = this.get(access, id);
    if (!known) return false;
    return this.#inTurn(async () => {
      const subscription = this.get(access, id);
      if (!subscription) return false;
      await this.#changes.remove(subscription, author);
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
      await this.#changes.replace(sent, draft, offhookItself, [goneEvent(sent, this.#deps.clock.now())]);
    });
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
    for (const number of old) await this.#inTurn(() => this.#changes.forgetPastOf(number));
    this.sweep();
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

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#edits.then(run, run);
    this.#edits = turn.catch(() => {});
    return turn;
  }
}

function isVisible(access: Access, subscription: Subscription): boolean {
  return mayAccessScope(access, subscription.selection.scope);
}
