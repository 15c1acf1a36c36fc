/**
 * The matching index: finds who wants an event at a cost that does not grow with subscriptions that don't match.
 * Looked up by domain, then by extension, user or, for those of a whole domain, event type; what is left is checked one
 * by one. Those of one extension or user are few, so they need no lists by type, of which each would cost 60.
 */
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-types/index.ts';
import { laneOf, type SelectionVersion } from './subscription.ts';

/** Decides about the rest of an event; compiled from a subscription's filter. */
export type Filter = (event: Event) => boolean;

/** One version of one subscription's selection, in force from `from` to `to`. */
export interface Selector {
  readonly subscription: number;
  readonly endpoint: number;
  /** Number of the lane it goes through. */
  readonly lane: number;
  readonly from: number;
  to: number;
  readonly reseller: string;
  readonly domain: string;
  readonly user: string;
  readonly extension: string;
  readonly events: readonly EventType[];
  readonly filter: Filter | null;
}

/** The selectors of one domain. Each is in one place, but for those of a whole domain, which are there by type. */
interface DomainSelectors {
  readonly byType: Map<EventType, Set<Selector>>;
  readonly byExtension: Map<string, Set<Selector>>;
  readonly byUser: Map<string, Set<Selector>>;
}

export function toSelector(subscription: number, version: SelectionVersion, filter: Filter | null): Selector {
  const { endpoint, from, scope, events } = version;
  const to = version.to ?? Number.MAX_SAFE_INTEGER;
  return { subscription, endpoint, lane: laneOf(version), from, to, ...scope, events, filter };
}

/** Names of the users who own an extension of a domain, as it stands now: who owned it before is told no more. */
export type UsersOf = (domain: string, extension: string) => readonly string[];

const nobody: UsersOf = () => [];

/** Everybody the event is about: its user, and who owns an extension that took part. */
function usersIn(event: Event, usersOf: UsersOf): ReadonlySet<string> {
  const users = new Set(event.user === null ? [] : [event.user]);
  for (const extension of event.extensions) for (const user of usersOf(event.domain, extension)) users.add(user);
  if (event.extension !== null) for (const user of usersOf(event.domain, event.extension)) users.add(user);
  return users;
}

/** Whether an extension took part in an event. */
function tookPart(event: Event, extension: string): boolean {
  return event.extensions.includes(extension) || event.extension === extension;
}

/** The whole rule for one selector; the index only narrows down whom to ask. */
export function wants(selector: Selector, event: Event, usersOf: UsersOf = nobody): boolean {
  return selector.events.includes(event.type) && selects(selector, event, usersOf);
}

const aboutEndpoints: ReadonlySet<EventType> = new Set([
  'delivery.cancelled',
  'delivery.failing',
  'subscription.disabled',
]);

/** What Offhook says of an endpoint's deliveries is never sent to that endpoint. */
export function isAbout(event: Event, endpoint: number): boolean {
  // By type first: reading an event's data takes much longer.
  if (!aboutEndpoints.has(event.type)) return false;
  return event.data['endpoint'] === endpoint;
}

/** The rule but for the event type. */
function selects(selector: Selector, event: Event, usersOf: UsersOf): boolean {
  return (
    event.seq >= selector.from &&
    event.seq <= selector.to &&
    (selector.reseller === '*' || selector.reseller === event.reseller) &&
    (selector.domain === '*' || selector.domain === event.domain) &&
    (selector.user === '*' || selector.user === event.user || usersIn(event, usersOf).has(selector.user)) &&
    (selector.extension === '*' || tookPart(event, selector.extension)) &&
    !isAbout(event, selector.endpoint) &&
    (selector.filter === null || selector.filter(event))
  );
}

export class MatchIndex {
  readonly #domains = new Map<string, DomainSelectors>();
  readonly #usersOf: UsersOf;
  #size = 0;

  constructor(usersOf: UsersOf = nobody) {
    this.#usersOf = usersOf;
  }

  get size(): number {
    return this.#size;
  }

  /** The domains it has selectors for; `*` among them when there is one for every domain. */
  domains(): readonly string[] {
    return [...this.#domains.keys()];
  }

  add(selector: Selector): void {
    const domain = this.#domains.get(selector.domain) ?? emptyDomain();
    this.#domains.set(selector.domain, domain);
    this.#size++;
    if (selector.extension !== '*') addTo(domain.byExtension, selector.extension, selector);
    else if (selector.user !== '*') addTo(domain.byUser, selector.user, selector);
    else for (const type of selector.events) addTo(domain.byType, type, selector);
  }

  remove(selector: Selector): void {
    const domain = this.#domains.get(selector.domain);
    if (!domain) return;
    this.#size--;
    if (selector.extension !== '*') removeFrom(domain.byExtension, selector.extension, selector);
    else if (selector.user !== '*') removeFrom(domain.byUser, selector.user, selector);
    else for (const type of selector.events) removeFrom(domain.byType, type, selector);
    const { byType, byExtension, byUser } = domain;
    if (byType.size + byExtension.size + byUser.size === 0) this.#domains.delete(selector.domain);
  }

  /** Calls `found` once for every selector that wants the event. */
  match(event: Event, found: (selector: Selector) => void): void {
    matchIn(this.#domains.get(event.domain), event, this.#usersOf, found);
    matchIn(this.#domains.get('*'), event, this.#usersOf, found);
  }
}

const none: ReadonlySet<Selector> = new Set();
const emptyDomain = (): DomainSelectors => ({ byType: new Map(), byExtension: new Map(), byUser: new Map() });

function matchIn(
  domain: DomainSelectors | undefined,
  event: Event,
  usersOf: UsersOf,
  found: (selector: Selector) => void,
): void {
  if (!domain) return;
  for (const selector of domain.byType.get(event.type) ?? none) if (selects(selector, event, usersOf)) found(selector);
  const ask = (selectors: ReadonlySet<Selector> | undefined): void => {
    for (const selector of selectors ?? none) if (wants(selector, event, usersOf)) found(selector);
  };
  if (domain.byUser.size > 0) for (const user of usersIn(event, usersOf)) ask(domain.byUser.get(user));
  if (domain.byExtension.size === 0) return;
  const { extensions, extension } = event;
  for (let index = 0; index < extensions.length; index++) {
    const name = extensions[index] as string;
    // A sender may name an extension twice; each selector is asked once.
    if (extensions.indexOf(name) === index) ask(domain.byExtension.get(name));
  }
  if (extension !== null && !extensions.includes(extension)) ask(domain.byExtension.get(extension));
}

function addTo<Key>(map: Map<Key, Set<Selector>>, key: Key, selector: Selector): void {
  const selectors = map.get(key);
  if (selectors) selectors.add(selector);
  else map.set(key, new Set([selector]));
}

function removeFrom<Key>(map: Map<Key, Set<Selector>>, key: Key, selector: Selector): void {
  const selectors = map.get(key);
  if (selectors?.delete(selector) && selectors.size === 0) map.delete(key);
}
