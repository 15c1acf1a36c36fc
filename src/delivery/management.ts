/** What the API needs of delivery: subscriptions kept under scope, and the state of each receiver. */
import type { Service } from '../kit/service.ts';
import type { Author } from '../model/audit.ts';
import type { EventsByUser } from '../model/event-places.ts';
import type { Access } from '../model/scope.ts';
import type { EventType } from '../model/event-types/index.ts';
import type { Event } from '../model/event.ts';
import type { DeliveryKey } from '../records/delivery-store.ts';
import type {
  Endpoint,
  EndpointTarget,
  RetryPolicy,
  Selection,
  SelectionVersion,
  Subscription,
} from '../subscriptions/subscription.ts';
import type { Refusal } from '../subscriptions/why-not.ts';
import type { Naming } from './attempt.ts';
import type { ExtensionPlace } from './edits/event-limit.ts';
import type { TokenCounts } from './credentials/token-source.ts';
import type { Retried, Retry } from './lane/again.ts';
import type { Parked } from './lane/parked.ts';
import type { Preview, TestResult } from './preview.ts';
import type { ReplayManager } from './replay/management.ts';
import type { Standing } from './why/standing.ts';

type EndpointLimits = Pick<EndpointTarget, 'maxInFlight' | 'ratePerSecond'>;

/** Limits that are not named stay as they are at the endpoint it shares. */
export type TargetDraft = Omit<EndpointTarget, keyof EndpointLimits> & Partial<EndpointLimits>;

/** A subscription as its owner states it, validated by schema, complete but for the limits of its endpoint. */
export interface SubscriptionDraft {
  readonly name: string;
  readonly notes: string;
  readonly selection: Selection;
  readonly dialect: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly target: TargetDraft;
  readonly retry: RetryPolicy;
  readonly order: 'call' | 'none';
  readonly expireAfterMs: Readonly<Partial<Record<EventType, number>>>;
  readonly redundancy: { readonly geo: boolean; readonly preferredServer: string | null };
}

/** Why a draft was refused, in terms of its fields. */
export interface DraftProblem {
  /** Of what is right in itself, and one too many; absent: a field is not right. */
  readonly code?: 'event_limit_reached';
  /** JSON path as the caller wrote it, e.g. `endpoint.url`. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
  /** Further members of the answer: of a filter `line`, `column` and `excerpt`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export type DraftResult = { readonly subscription: Subscription } | { readonly problem: DraftProblem };

/** What a subscription is to become, made from what it is when its turn has come; or why it can't. */
export type Edit<Refusal> = (
  stored: Subscription,
) => { readonly draft: SubscriptionDraft } | { readonly refusal: Refusal };

export type EditResult<Refusal> = DraftResult | { readonly refusal: Refusal };

/** `shared`: its endpoint is paused as a whole, and so many others send to it: it can't be resumed alone. */
export type PauseResult =
  | { readonly subscription: Subscription }
  | { readonly shared: { readonly endpoint: number; readonly others: number } };

/** What a subscription was and is: null before it was made, and after it was removed. */
export type SubscriptionListener = (before: Subscription | null, after: Subscription | null) => void;

export interface SubscriptionPage {
  readonly after: number;
  readonly limit: number;
  /** Only those that were made by this author; all, where it is left out. */
  readonly createdBy?: string | undefined;
  /** Only those that are made for this extension alone. */
  readonly madeFor?: { readonly domain: string; readonly extension: string } | undefined;
}

/** Changes are in the audit, under the name of their author; of those that name none, Offhook itself. */
export interface SubscriptionManager {
  /** Those of the caller's scope, by number, after the given one. */
  list(access: Access, page: SubscriptionPage): readonly Subscription[];
  get(access: Access, id: string): Subscription | null;
  byNumber(access: Access, number: number): Subscription | null;
  /** Nothing accepted after this resolves is missed. */
  create(access: Access, draft: SubscriptionDraft, author?: Author): Promise<DraftResult>;
  /** Null: there is no such subscription in the caller's scope. */
  update<Refusal>(
    access: Access,
    id: string,
    edit: Edit<Refusal>,
    author?: Author,
  ): Promise<EditResult<Refusal> | null>;
  /** How many vendor events an extension has, whoever made them: see `edits/event-limit.ts`. */
  countEvents(of: ExtensionPlace): number;
  /** Of whom these are, with those of users who don't own the extension, which are not counted as long as they don't. */
  eventsByUser(of: ExtensionPlace): EventsByUser;
  /** Meanwhile no subscription is made or changed: what was counted still holds. It must not ask for a change itself. */
  whileUnchanged<T>(run: () => Promise<T>): Promise<T>;
  /** Cancels what is parked for it. False: there is no such subscription in the caller's scope. */
  remove(access: Access, id: string, author?: Author): Promise<boolean>;
  /**
   * Holds everything of an endpoint, or lets it go on; as it is then. Null: there is no such endpoint in the caller's
   * scope.
   */
  setPaused(access: Access, endpoint: number, paused: boolean, author?: Author): Promise<Endpoint | null>;
  /** The same for what one subscription sends, without the others of its endpoint. */
  setSubscriptionPaused(access: Access, id: string, paused: boolean, author?: Author): Promise<PauseResult | null>;
  /** Called once a change holds. @returns what ends it. */
  onChanged(listener: SubscriptionListener): () => void;
}

export type BreakerState = 'closed' | 'open' | 'recovering';

export interface EndpointStatus {
  readonly number: number;
  readonly domain: string;
  readonly reseller: string;
  readonly key: string;
  /** Since when, and by whom; null while it is not paused. */
  readonly paused: { readonly since: string; readonly by: string } | null;
  readonly breaker: BreakerState;
  readonly attached: boolean;
  readonly window: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly parked: number;
  /** Events between what this receiver has settled or parked and the log's head; an upper bound of what waits besides. */
  readonly lag: number;
  readonly ratePerSecond: number | null;
  readonly maxInFlight: number;
}

/** Of the engine as a whole. */
export interface EngineFigures {
  /** Results of attempts that are not durable yet. */
  readonly unflushed: number;
  /** About how long the oldest of them has waited, milliseconds. */
  readonly unflushedMs: number;
  /** Every attached receiver has settled everything up to this sequence. */
  readonly checkpoint: number;
  /** Receivers whose lane reads on its own. */
  readonly detached: number;
  /** Replays that are under way. */
  readonly replays: number;
  /** Of the replays that have not ended: how many are in each state, and the events they have still to look at together. */
  readonly activeReplays: Readonly<Record<'queued' | 'running' | 'cancelling', number>> & { readonly behind: number };
  /** Receivers that have something to send and wait for a request to come free. */
  readonly inLine: number;
  /** Milliseconds that renderings of over a millisecond have taken since the start. */
  readonly slowRenderMs: number;
}

export interface DeliveryFigures extends EngineFigures {
  /** Looks of a filter at an event that came to nothing since the start. */
  readonly filterErrors: number;
  /** What token endpoints answered, since the start. */
  readonly tokens: TokenCounts;
}

export interface Delivery extends Service {
  readonly subscriptions: SubscriptionManager;
  readonly replays: ReplayManager;
  endpoints(access: Access): readonly EndpointStatus[];
  endpoint(access: Access, number: number): EndpointStatus | null;
  /** Why a version of a subscription does not want an event; null: it does. */
  refusal(version: SelectionVersion, event: Event): Refusal | null;
  /**
   * Events between what a subscription's lane has settled or parked and the log's head; an upper bound of what waits for
   * it besides what is parked.
   */
  lag(subscription: Subscription): number;
  /** What is parked for a subscription, and for whom it waits: not in its lag. `dueAt` by the wall clock. */
  parked(subscription: Subscription): Parked;
  /** How a delivery stands at its endpoint at this moment. */
  standing(endpoint: number, delivery: DeliveryKey, orderKey: string): Standing;
  /** Resolves when what became of deliveries before this call can be read in the records. */
  recorded(): Promise<void>;
  /** The request as it would be sent now, with credentials and signature; nothing is sent. */
  preview(subscription: Subscription, event: Event, naming: Naming): Preview;
  /** Sends one request beside all lanes: it counts for nothing, and its result is kept nowhere. */
  sendTest(subscription: Subscription, event: Event, signal: AbortSignal): Promise<TestResult>;
  figures(): DeliveryFigures;
  /** Tries deliveries of an endpoint again; durable when it resolves. Null: there is no such endpoint. */
  retry(endpoint: number, wanted: readonly Retry[]): Promise<readonly Retried[] | null>;
  /**
   * Events were changed in the log. Resolves when nothing that waits or is under way carries what they said before, and
   * what came of it is recorded.
   */
  readAgain(): Promise<void>;
  /** A parked delivery of a replay is tried again; durable when it resolves. Null: the replay has ended. */
  retryInReplay(replay: number, retry: Retry): Promise<Retried | null>;
  /** What keeps all deliveries from going on at this moment; null when nothing does. */
  trouble(): string | null;
  /** Resolves when everything up to this sequence is settled or durably parked for all attached lanes. */
  settledUpTo(seq: number): Promise<void>;
}
