import type { Inbox } from '../../delivery/inbox/inbox.ts';
import type { SubscriptionManager } from '../../delivery/management.ts';
import { everything, mayAccessScope, seesEverything, type Access } from '../../model/scope.ts';
import type { Subscription, SubscriptionScope } from '../../subscriptions/subscription.ts';

/**
 * Which inboxes there are, and whose: those that a subscription delivers to. Strangers may post to these alone; only
 * who may see every subscription that delivers to one may look into it, or deliver to it too. What came is dropped
 * when the last of them goes, and again when the next one comes: nobody finds what was meant for another.
 */
export interface OpenInboxes {
  has(token: string): boolean;
  mayRead(access: Access, token: string): boolean;
  /** Whether a subscription of this caller's may deliver there; true for a URL that is no inbox. */
  mayUse(access: Access, url: string): boolean;
}

type Owners = Map<number, SubscriptionScope>;

const pageSize = 500;
const prefix = 'inbox:';

const tokenIn = (url: string): string | null => (url.startsWith(prefix) ? url.slice(prefix.length) : null);
const inboxOf = (subscription: Subscription | null): string | null => subscription && tokenIn(subscription.target.url);

/** They are looked for when somebody first asks, and kept in step from then on: asking costs nothing. */
export function watchInboxes(manager: SubscriptionManager, inbox: Pick<Inbox, 'clear'>): OpenInboxes {
  let known: Map<string, Owners> | null = null;
  const owners = (token: string): Owners | undefined => (known ??= ownersOf(manager)).get(token);

  manager.onChanged((before, after) => {
    const from = inboxOf(before);
    const to = inboxOf(after);
    if (from === null && to === null) return;
    known ??= ownersOf(manager);
    if (from !== null && before) removeFrom(known, from, before.number);
    if (to !== null && after) addTo(known, to, after);
    if (from === to) return;
    if (from !== null && !known.has(from)) inbox.clear(from);
    if (to !== null && known.get(to)?.size === 1) inbox.clear(to);
  });

  const sees = (access: Access, all: Owners): boolean =>
    [...all.values()].every((scope) => mayAccessScope(access, scope));
  return {
    has: (token) => owners(token) !== undefined,
    mayRead: (access, token) => {
      const all = owners(token);
      return all ? sees(access, all) : seesEverything(access);
    },
    mayUse: (access, url) => {
      const token = tokenIn(url);
      return token === null || sees(access, owners(token) ?? new Map());
    },
  };
}

function addTo(known: Map<string, Owners>, token: string, { number, selection }: Subscription): void {
  const all = known.get(token);
  if (all) all.set(number, selection.scope);
  else known.set(token, new Map([[number, selection.scope]]));
}

function removeFrom(known: Map<string, Owners>, token: string, number: number): void {
  const all = known.get(token);
  all?.delete(number);
  if (all?.size === 0) known.delete(token);
}

function ownersOf(manager: SubscriptionManager): Map<string, Owners> {
  const known = new Map<string, Owners>();
  for (let after = 0; ; ) {
    const page = manager.list(everything, { after, limit: pageSize });
    for (const subscription of page) {
      const token = inboxOf(subscription);
      if (token !== null) addTo(known, token, subscription);
    }
    if (page.length < pageSize) return known;
    after = page.at(-1)?.number ?? after;
  }
}
