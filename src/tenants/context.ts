import type { Clock } from '../kit/clock.ts';
import { auditEntry, auditEvent, type AuditedChange, type Author } from '../model/audit.ts';
import type { EventsByUser } from '../model/event-places.ts';
import type { AccessToken } from '../model/access-token.ts';
import type { ReportSource } from '../model/report-source.ts';
import type { Access } from '../model/scope.ts';
import type { Alongside } from '../records/alongside.ts';
import type { DirectoryStore } from '../records/directory-store.ts';
import type { DirectoryIndex } from './directory-index.ts';

/** Who wants a change: what they may touch, and how the audit names them. */
export interface Asking {
  readonly access: Access;
  readonly author: Author;
  /** When what they hold expires, milliseconds; null: never. What they give out must not outlive it. */
  readonly expiresAt: number | null;
}

/** A part of a domain: all of it, or what belongs to a user or an extension. */
export interface Part {
  readonly domain: string;
  readonly user?: string;
  readonly extension?: string;
}

/** Subscriptions of a part of a domain, which go with it or keep it from going. */
export interface ScopedSubscriptions {
  count(part: Part): number;
  remove(part: Part, author: Author): Promise<void>;
  /** Vendor events of the extension, and of whom they are, also of users who don't own it. */
  events(of: { readonly reseller: string; readonly domain: string; readonly extension: string }): EventsByUser;
  /** Meanwhile none is made or changed. It must not ask for a change itself. */
  whileUnchanged<T>(run: () => Promise<T>): Promise<T>;
}

export interface TenantContext {
  readonly clock: Clock;
  readonly index: DirectoryIndex;
  readonly store: DirectoryStore;
  readonly tokens: {
    of(part: Part): readonly AccessToken[];
    forget(tokens: readonly AccessToken[]): void;
  };
  /** Ways in for reports about a part of a domain. */
  readonly sources: {
    of(part: Part): readonly ReportSource[];
    forget(sources: readonly ReportSource[]): void;
  };
  readonly subscriptions: ScopedSubscriptions;
  readonly inTurn: InTurn;
}

export type InTurn = <T>(run: () => Promise<T>) => Promise<T>;

/** One change after the other, so that what was looked up still holds when it is written. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const turn = last.then(run, run);
    last = turn.catch(() => {});
    return turn;
  };
}

/** Entries of the audit with their events, to be written with the changes they tell of. */
export function audited(author: Author, clock: Clock, ...changes: readonly AuditedChange[]): Required<Alongside> {
  const audit = changes.map((change) => auditEntry(author, clock.now(), change));
  return { audit, events: audit.map(auditEvent) };
}

export const nowText = (clock: Clock): string => new Date(clock.now()).toISOString();

/** A change's fields over what there is; those that are undefined stay. */
export function changed<T extends object>(before: T, changes: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given) };
}
