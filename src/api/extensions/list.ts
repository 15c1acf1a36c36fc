/**
 * The list of extensions: those with a record by their ids, then those that phone systems have shown and that have none.
 * A record is never overwritten: what was found of its number only adds how it is.
 */
import type { Static } from 'typebox';
import type { FoundExtension } from '../../calls/live/live-people.ts';
import type { SubscriptionManager } from '../../delivery/management.ts';
import { extendedNumber, type Extension } from '../../model/tenants.ts';
import type { Access } from '../../model/scope.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import type { ExtensionView } from '../contract/tenants.ts';
import type { LivePeople } from './live-people.ts';

type View = Static<typeof ExtensionView>;

export interface ExtensionQuery {
  readonly domain?: string | undefined;
  readonly number?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Places in the list from here on are of those without a record; ids of records never get there. */
const firstFound = 2 ** 52;

export class ExtensionList {
  readonly #tenants: Pick<Tenants, 'extensions' | 'names'>;
  readonly #people: LivePeople;
  readonly #subscriptions: Pick<SubscriptionManager, 'countEvents'>;

  constructor(
    tenants: Pick<Tenants, 'extensions' | 'names'>,
    people: LivePeople,
    subscriptions: Pick<SubscriptionManager, 'countEvents'>,
  ) {
    this.#tenants = tenants;
    this.#people = people;
    this.#subscriptions = subscriptions;
  }

  page(access: Access, query: ExtensionQuery): { readonly items: View[]; readonly next: string | null } {
    const { limit } = query;
    const after = Number(query.cursor ?? 0);
    const recorded = after < firstFound ? this.#recorded(access, query, after) : [];
    const found = recorded.length > limit ? [] : this.#found(access, query, Math.max(0, after - firstFound));
    const places = [...recorded.map(({ id }) => id), ...found.map(({ seq }) => firstFound + seq)];
    const views = [...recorded.map((one) => this.viewOf(one)), ...found.map((one) => this.#viewOfFound(one))];
    return { items: views.slice(0, limit), next: places.length > limit ? String(places[limit - 1]) : null };
  }

  viewOf(extension: Extension): View {
    const { domain, number } = extension;
    const reseller = this.#tenants.names.ownerOf(domain) ?? '';
    return {
      ...extension,
      users: [...extension.users],
      dids: [...extension.dids],
      reseller,
      events: this.#subscriptions.countEvents({ reseller, domain, extension: number }),
      extendedNumber: extendedNumber(extension),
      source: 'declared',
      connector: null,
      state: this.#people.stateOf(domain, number),
    };
  }

  #recorded(access: Access, { domain, number, limit }: ExtensionQuery, after: number): readonly Extension[] {
    return this.#tenants.extensions.list(access, { domain, number, after, limit: limit + 1 });
  }

  #found(access: Access, query: ExtensionQuery, after: number): readonly FoundExtension[] {
    const { extensions } = this.#tenants;
    return this.#people
      .extensions(access)
      .filter(({ seq, domain, number }) => {
        const isMeant = seq > after && (query.domain ?? domain) === domain && (query.number ?? number) === number;
        return isMeant && !extensions.isRecorded(domain, number);
      })
      .slice(0, query.limit + 1);
  }

  #viewOfFound({ reseller, domain, number, type, name, connector, updatedAt }: FoundExtension): View {
    return {
      ...{ id: null, reseller, domain, number, type, prefix: null, extendedNumber: number },
      ...{ displayName: name ?? '', users: [], dids: [] },
      ...{ eventLimit: null, events: this.#subscriptions.countEvents({ reseller, domain, extension: number }) },
      ...{ source: 'discovered', connector },
      ...{ state: this.#people.stateOf(domain, number), createdAt: updatedAt, updatedAt },
    };
  }
}
