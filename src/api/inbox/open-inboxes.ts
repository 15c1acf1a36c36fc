import type { SubscriptionManager } from '../../delivery/management.ts';
import { everything } from '../../model/scope.ts';

/** Which inboxes there are: those that a subscription delivers to. Strangers may post to these alone. */
export interface OpenInboxes {
  has(token: string): boolean;
  /** The manager to change subscriptions through, so that what it changes is seen here at once. */
  readonly subscriptions: SubscriptionManager;
}

const pageSize = 500;
const prefix = 'inbox:';

/** The set is made when it is asked for, and again after a change: asking costs nothing, however many strangers ask. */
export function watchInboxes(manager: SubscriptionManager): OpenInboxes {
  let known: ReadonlySet<string> | null = null;
  const forgetAfter = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      known = null;
    }
  };
  return {
    has: (token) => (known ??= tokensOf(manager)).has(token),
    subscriptions: {
      list: (access, page) => manager.list(access, page),
      get: (access, id) => manager.get(access, id),
      byNumber: (access, number) => manager.byNumber(access, number),
      create: (access, draft) => forgetAfter(manager.create(access, draft)),
      update: (access, id, draft) => forgetAfter(manager.update(access, id, draft)),
      remove: (access, id) => forgetAfter(manager.remove(access, id)),
    },
  };
}

function tokensOf(manager: SubscriptionManager): ReadonlySet<string> {
  const tokens = new Set<string>();
  let after = 0;
  for (;;) {
    const page = manager.list(everything, { after, limit: pageSize });
    for (const { target } of page) if (target.url.startsWith(prefix)) tokens.add(target.url.slice(prefix.length));
    if (page.length < pageSize) return tokens;
    after = page.at(-1)?.number ?? after;
  }
}
