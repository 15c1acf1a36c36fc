/** Makes and cancels replays for the API, under the caller's scope. What a replay then does is written in `replay-runner.ts`. */
import type { Clock } from '../../kit/clock.ts';
import type { EventLog } from '../../log/event-log.ts';
import { type Author, offhookItself } from '../../model/audit.ts';
import { type Access, mayAccessDomain, mayAccessScope } from '../../model/scope.ts';
import type { ReplayMark } from '../../records/delivery-store.ts';
import type { ReplayOrder, ReplayStore } from '../../records/replay-store.ts';
import type { FilterProblem } from '../../subscriptions/filter/index.ts';
import type { SubscriptionRegistry } from '../../subscriptions/registry.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { DryRuns } from './dry-run.ts';
import type { DryRun, ReplayManager, ReplayRefusal, ReplayRequest, ReplayView } from './management.ts';
import { findRange } from './range.ts';
import type { ReplayBook } from './replay-book.ts';
import { replayChange } from './replay-facts.ts';
import type { ReplayRunner } from './replay-runner.ts';
import { viewOf } from './replay-view.ts';
import type { SelectionDeps } from './selection.ts';

export interface ReplayManagerDeps extends SelectionDeps {
  readonly clock: Clock;
  readonly log: EventLog;
  readonly registry: SubscriptionRegistry;
  readonly store: ReplayStore;
  readonly book: ReplayBook;
  readonly runner: ReplayRunner;
  readonly filterProblem: (source: string) => FilterProblem | null;
}

type Refused = { readonly refusal: ReplayRefusal };
/** Whom a replay is for. */
type Recipients = Pick<ReplayOrder, 'of' | 'endpoint' | 'subscriptions' | 'scope'>;

const isEnabled = ({ selection }: Subscription): boolean => selection.enabled;

export class LiveReplayManager implements ReplayManager {
  readonly #deps: ReplayManagerDeps;
  readonly #dryRuns: DryRuns;
  /** The one under way: the next waits for it, since two for one subscription exclude each other. */
  #turns: Promise<unknown> = Promise.resolve();

  constructor(deps: ReplayManagerDeps) {
    this.#deps = deps;
    this.#dryRuns = new DryRuns(deps);
  }

  list(access: Access, { before, limit, state }: Parameters<ReplayManager['list']>[1]): readonly ReplayView[] {
    const { book, log } = this.#deps;
    const found: ReplayView[] = [];
    for (const replay of book.all()) {
      if (found.length >= limit) break;
      if (replay.number >= before || !mayAccessScope(access, replay.order.scope)) continue;
      const view = viewOf(replay, log);
      if (state === undefined || view.mark.state === state) found.push(view);
    }
    return found;
  }

  get(access: Access, number: number): ReplayView | null {
    const replay = this.#deps.book.find(number);
    return replay && mayAccessScope(access, replay.order.scope) ? viewOf(replay, this.#deps.log) : null;
  }

  async dryRun(access: Access, request: ReplayRequest): Promise<{ readonly result: DryRun } | Refused> {
    const recipients = this.#recipients(access, request);
    if ('refusal' in recipients) return recipients;
    const range = await findRange(this.#deps.log, request);
    const { events, filter } = request;
    const result = await this.#dryRuns.count(access, { ...recipients, events, filter }, range);
    return result ? { result } : { refusal: { kind: 'busy' } };
  }

  start(
    access: Access,
    request: ReplayRequest,
    author: Author = offhookItself,
  ): Promise<{ readonly replay: ReplayView } | Refused> {
    return this.#inTurn(() => this.#start(access, request, author));
  }

  async #start(access: Access, request: ReplayRequest, author: Author) {
    const { book, clock, log, runner, store } = this.#deps;
    const { missed, ...range } = await findRange(log, request);
    const number = await store.nextNumber();
    // From here to its row nothing is awaited but the row itself: edits that come after are heard of by the runner.
    const recipients = this.#recipients(access, request);
    if ('refusal' in recipients) return recipients;
    const refusal = this.#noPlace(recipients);
    if (refusal) return { refusal };
    const { events, filter, ratePerSecond } = request;
    const createdAt = Math.round(clock.now());
    const { id, name } = author;
    const facts = { number, log: log.id, ...range, events, filter, ratePerSecond, createdAt, author: { id, name } };
    const order: ReplayOrder = { ...recipients, ...facts };
    const mark: ReplayMark = {
      ...{ replay: number, state: 'queued', reason: null, settledAbove: [], startedAt: null, endedAt: null },
      cursor: order.from - 1,
      missed,
    };
    await store.put(order, mark, replayChange(author, createdAt, order, null, 'queued'));
    const counts = { delivered: 0, failed: 0, cancelled: 0, expired: 0, not_encoded: 0, skipped: 0 };
    const replay = book.add({ order, mark, counts });
    for (const subscription of order.subscriptions) runner.subscriptionChanged(subscription);
    runner.startQueued();
    return { replay: viewOf(replay, log) };
  }

  #noPlace({ subscriptions, scope }: Recipients): ReplayRefusal | null {
    const { book } = this.#deps;
    const other = book.activeFor(subscriptions);
    if (other) return { kind: 'running', replay: other.number };
    return book.hasPlace(scope) ? null : { kind: 'too_many' };
  }

  #recipients(access: Access, { of, filter }: ReplayRequest): Recipients | Refused {
    const found = 'subscription' in of ? this.#one(access, of.subscription) : this.#all(access, of.endpoint);
    if ('refusal' in found) return found;
    const problem = filter === null ? null : this.#deps.filterProblem(filter);
    if (!problem) return found;
    const { message, remedy, line, column, excerpt } = problem;
    const place = `${message} (line ${line}, column ${column})`;
    return { refusal: { kind: 'filter', message: place, remedy, more: { line, column, excerpt } } };
  }

  #one(access: Access, id: string): Recipients | Refused {
    const subscription = this.#deps.registry.subscriptionById(id);
    if (!subscription || !mayAccessScope(access, subscription.selection.scope)) {
      return { refusal: { kind: 'subscription_not_found' } };
    }
    if (!isEnabled(subscription)) return { refusal: { kind: 'disabled' } };
    const { number, endpoint, selection } = subscription;
    return { of: 'subscription', endpoint, subscriptions: [number], scope: selection.scope };
  }

  #all(access: Access, number: number): Recipients | Refused {
    const { registry } = this.#deps;
    const endpoint = registry.endpoint(number);
    if (!endpoint || !mayAccessDomain(access, endpoint)) return { refusal: { kind: 'endpoint_not_found' } };
    const users = registry.usersOf(number).flatMap((user) => registry.subscription(user) ?? []);
    const own = users.filter((one) => one.endpoint === number && mayAccessScope(access, one.selection.scope));
    const enabled = own.filter(isEnabled);
    if (enabled.length === 0) return { refusal: { kind: 'disabled' } };
    const { reseller, domain } = endpoint;
    const scope = { reseller, domain, user: access.user, extension: access.extension };
    return { of: 'endpoint', endpoint: number, subscriptions: enabled.map((one) => one.number), scope };
  }

  async cancel(
    access: Access,
    number: number,
    author: Author = offhookItself,
  ): Promise<{ readonly replay: ReplayView; readonly ended: boolean } | null> {
    if (!this.get(access, number)) return null;
    return this.#inTurn(async () => {
      const { book, clock, log, runner, store } = this.#deps;
      const replay = book.find(number);
      if (!replay) return null;
      const { state } = replay;
      if (state === 'queued' || state === 'running') {
        const alongside = replayChange(author, clock.now(), replay.order, state, 'cancelling');
        await store.cancel(number, 'replay_cancelled', alongside);
        runner.cancel(replay, 'replay_cancelled');
        return { replay: viewOf(replay, log), ended: false };
      }
      return { replay: viewOf(replay, log), ended: !replay.isActive };
    });
  }

  async forget(endedBefore: number): Promise<void> {
    const { book, store } = this.#deps;
    const numbers = book.forgettable(endedBefore);
    if (numbers.length === 0) return;
    await store.remove(numbers);
    book.forget(numbers);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(run, run);
    this.#turns = turn.catch(() => {});
    return turn;
  }
}
