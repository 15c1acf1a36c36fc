/**
 * The matching index: finds who wants an event at a cost that does not grow with subscriptions that don't match.
 * Looked up by domain, then event type, then extension or user; what is left is checked one by one.
 */
import type { Event } from '../model/event.ts';
import type { EventType } from '../model/event-types/index.ts';
import type { SelectionVersion } from './subscription.ts';

/** Decides about the rest of an event; compiled from a subscription's filter. */
export type Filter = (event: Event) => boolean;

/** One version of one subscription's selection, in force from `from` to `to`. */
export interface Selector {
  readonly subscription: number;
  readonly endpoint: number;
  readonly from: number;
  to: number;
  readonly reseller: string;
  readonly domain: string;
  readonly user: string;
  readonly extension: string;
  readonly events: readonly EventType[];
  readonly filter: Filter | null;
}

interface Bucket {
  readonly any: Selector[];
  readonly byExtension: Map<string, Selector[]>;
  readonly byUser: Map<string, Selector[]>;
}

export function toSelector(subscription: number, version: SelectionVersion, filter: Filter | null): Selector {
  const { endpoint, from, scope, events } = version;
  return { subscription, endpoint, from, to: version.to ?? Number.MAX_SAFE_INTEGER, ...scope, events, filter };
}

/** Whether an extension took part in an event. */
function tookPart(event: Event, extension: string): boolean {
  return event.extensions.includes(extension) || event.extension === extension;
}

/** The whole rule for one selector; the index only narrows down whom to ask. */
export function wants(selector: Selector, event: Event): boolean {
  return selector.events.includes(event.type) && selects(selector, event);
}

/** The rule but for the event type, which the index has looked at. */
function selects(selector: Selector, event: Event): boolean {
  return (
    event.seq >= selector.from &&
    event.seq <= selector.to &&
    (selector.reseller === '*' || selector.reseller === event.reseller) &&
    (selector.domain === '*' || selector.domain === event.domain) &&
    (selector.user === '*' || selector.user === event.user) &&
    (selector.extension === '*' || tookPart(event, selector.extension)) &&
    (selector.filter === null || selector.filter(event))
  );
}

export class MatchIndex {
  readonly #domains = new Map<string, Map<EventType, Bucket>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The domains it has selectors for; `*` among them when there is one for every domain. */
  domains(): readonly string[] {
    return [...this.#domains.keys()];
  }

  add(selector: Selector): void {
    this.#size++;
    for (const type of selector.events) this.#listOf(selector, type, true)?.push(selector);
  }

  remove(selector: Selector): void {
    this.#size--;
    for (const type of selector.events) {
      const list = this.#listOf(selector, type, false);
      const at = list?.indexOf(selector) ?? -1;
      if (list && at >= 0) list.splice(at, 1);
      if (list?.length === 0) this.#tidy(selector, type);
    }
  }

  /** Calls `found` once for every selector that wants the event. */
  match(event: Event, found: (selector: Selector) => void): void {
    this.#matchIn(this.#domains.get(event.domain), event, found);
    this.#matchIn(this.#domains.get('*'), event, found);
  }

  #matchIn(types: Map<EventType, Bucket> | undefined, event: Event, found: (selector: Selector) => void): void {
    const bucket = types?.get(event.type);
    if (!bucket) return;
    ask(bucket.any, event, found);
    if (event.user !== null && bucket.byUser.size > 0) ask(bucket.byUser.get(event.user), event, found);
    if (bucket.byExtension.size === 0) return;
    const { extensions, extension } = event;
    for (let index = 0; index < extensions.length; index++) {
      const name = extensions[index] as string;
      // A sender may name an extension twice; each selector is asked once.
      if (extensions.indexOf(name) === index) ask(bucket.byExtension.get(name), event, found);
    }
    if (extension !== null && !extensions.includes(extension)) ask(bucket.byExtension.get(extension), event, found);
  }

  #listOf(selector: Selector, type: EventType, create: boolean): Selector[] | undefined {
    let types = this.#domains.get(selector.domain);
    if (!types && create) this.#domains.set(selector.domain, (types = new Map()));
    let bucket = types?.get(type);
    if (!bucket && create) types?.set(type, (bucket = { any: [], byExtension: new Map(), byUser: new Map() }));
    if (!bucket) return undefined;
    if (selector.extension !== '*') return inMap(bucket.byExtension, selector.extension, create);
    if (selector.user !== '*') return inMap(bucket.byUser, selector.user, create);
    return bucket.any;
  }

  #tidy(selector: Selector, type: EventType): void {
    const types = this.#domains.get(selector.domain);
    const bucket = types?.get(type);
    if (!types || !bucket) return;
    if (bucket.byExtension.get(selector.extension)?.length === 0) bucket.byExtension.delete(selector.extension);
    if (bucket.byUser.get(selector.user)?.length === 0) bucket.byUser.delete(selector.user);
    if (bucket.any.length + bucket.byExtension.size + bucket.byUser.size === 0) types.delete(type);
    if (types.size === 0) this.#domains.delete(selector.domain);
  }
}

function ask(list: readonly Selector[] | undefined, event: Event, found: (selector: Selector) => void): void {
  if (!list) return;
  for (const selector of list) if (selects(selector, event)) found(selector);
}

function inMap(map: Map<string, Selector[]>, key: string, create: boolean): Selector[] | undefined {
  let list = map.get(key);
  if (!list && create) map.set(key, (list = []));
  return list;
}
