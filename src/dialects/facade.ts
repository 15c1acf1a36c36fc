/**
 * A facade: a vendor's management API as the vendor's own clients call it, over the same subscriptions that `/v1` has.
 * What it knows of the rest stands here: subscriptions and a directory that already are the caller's scope. It knows no
 * HTTP server, no store and no token; who mounts it (`api/facades/`) sees to log-in, bodies, limits and the audit.
 */
import type { EventType } from '../model/event-types/index.ts';
import type { Access, AccessKind } from '../model/scope.ts';
import type { Extension } from '../model/tenants.ts';

export interface Facade {
  /** A word for the reference. */
  readonly title: string;
  /** What its routes' paths begin with: `/uapi`. */
  readonly base: string;
  readonly routes: readonly FacadeRoute[];
  /** JSON Schema of a refusal's body, for the reference. */
  readonly refusalSchema: object;
  /** A refusal as this vendor's clients expect it. */
  refuse(refusal: Refusal): JsonAnswer;
}

export interface FacadeRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the base; `:name` is a parameter. A slash at the end is never there, nor looked at. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** JSON Schemas with a description for every property, for the reference. */
  readonly query?: object;
  readonly body?: object;
  /** Status of the usual answer, and what it has in it. */
  readonly answer: { readonly status: number; readonly description: string };
  /** The lowest kind of token it is for. */
  readonly least: AccessKind;
  handle(request: FacadeRequest, context: FacadeContext): Promise<FacadeAnswer>;
}

/** Names with their values, in the order they came; a name may come twice. */
export type Fields = ReadonlyMap<string, readonly unknown[]>;

export interface FacadeRequest {
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Fields;
  /** Of a JSON object or a form; empty where nothing was sent. */
  readonly body: Fields;
  /** What the client puts before the base: `https://host`, and whatever path is in front there. */
  readonly root: string;
  /** Path and query, from the base on. */
  readonly path: string;
}

export interface JsonAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Null: none is sent. */
  readonly body: unknown;
}

export type FacadeAnswer =
  | JsonAnswer
  /** The sound of a recording the caller may hear, or the refusal that there is none. */
  | { readonly recording: string };

/** Why something is not done. The facade says it in the vendor's words. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /**
   * What it is. The vendor's code where a facade itself refuses, else the stable code of a problem (`docs/reference/errors.md`).
   */
  readonly code: string;
  /** Name of the field at fault, as `/v1/subscriptions` calls it (`endpoint.url`), or as the facade does. */
  readonly field: string | null;
  /** What is wrong and what to do, in sentences. */
  readonly message: string;
}

export type Refused = { readonly refusal: Refusal };

/** Who asks, and what there is in their scope. */
export interface FacadeContext {
  readonly access: Access;
  readonly subscriptions: FacadeSubscriptions;
  readonly directory: ScopedDirectory;
  /**
   * A link under which whoever has it may fetch a recording for a short time, without a token. Null: none of the calls that
   * the caller may see has it.
   */
  recordingLink(id: string): Promise<string | null>;
}

/** A subscription, as far as vendors' APIs show it. */
export interface FacadeSubscription {
  readonly id: string;
  readonly number: number;
  readonly notes: string;
  readonly enabled: boolean;
  readonly url: string;
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** ISO 8601, UTC. */
  readonly updatedAt: string;
  /** Made by who asks now: with this token, whatever its text was then. */
  readonly isOwn: boolean;
}

export interface SubscriptionPlace {
  readonly reseller: string;
  readonly domain: string;
  /** `*`: all of the domain that the caller covers. */
  readonly extension: string;
}

export interface NewSubscription {
  readonly name: string;
  readonly notes: string;
  readonly enabled: boolean;
  readonly place: SubscriptionPlace;
  readonly events: readonly EventType[];
  readonly dialect: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string;
  readonly method: string;
}

/** What is left out stays. */
export interface SubscriptionChange {
  readonly notes?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly url?: string | undefined;
  readonly method?: string | undefined;
}

/** Those that the caller may see; changes are checked, limited and audited as they are at `/v1/subscriptions`. */
export interface FacadeSubscriptions {
  /** Of one dialect and exactly this place, by number. */
  list(dialect: string, place: SubscriptionPlace): readonly FacadeSubscription[];
  create(draft: NewSubscription): Promise<{ readonly subscription: FacadeSubscription } | Refused>;
  /** Null: it is gone. */
  update(
    id: string,
    change: SubscriptionChange,
  ): Promise<{ readonly subscription: FacadeSubscription } | Refused | null>;
  /** False: it is gone. */
  remove(id: string): Promise<boolean>;
}

export interface RecordedExtension extends Extension {
  readonly reseller: string;
}

/** What is recorded and the caller may see; the rest is as if it were not there. */
export interface ScopedDirectory {
  /** Those of this number, in whatever domain. */
  withNumber(number: string): readonly RecordedExtension[];
  byId(id: number): RecordedExtension | null;
  /** By id, after the given one. */
  extensions(after: number, limit: number): readonly RecordedExtension[];
  /** Users of this record id or name. */
  users(idOrName: string): readonly { readonly domain: string; readonly name: string }[];
  /** By the id of its record; null: the caller's own. Null where there is none, or the caller covers more than one. */
  domain(id: number | null): { readonly name: string; readonly reseller: string } | null;
}
