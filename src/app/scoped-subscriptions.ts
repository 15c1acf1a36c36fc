import type { SubscriptionManager } from '../delivery/management.ts';
import { everything } from '../model/scope.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Part, ScopedSubscriptions } from '../tenants/context.ts';

const pageSize = 500;

/** The subscriptions of a domain, user or extension, for those who remove one. */
export function scopedSubscriptions(manager: () => SubscriptionManager): ScopedSubscriptions {
  return {
    events: (of) => manager().eventsByUser(of),
    whileUnchanged: (run) => manager().whileUnchanged(run),
    count: (part) => matching(manager(), part).length,
    remove: async (part, author) => {
      for (const { id } of matching(manager(), part)) await manager().remove(everything, id, author);
    },
  };
}

function matching(manager: SubscriptionManager, part: Part): Subscription[] {
  const found: Subscription[] = [];
  for (let after = 0; ; ) {
    const page = manager.list(everything, { after, limit: pageSize });
    found.push(...page.filter(({ selection }) => isOf(selection.scope, part)));
    if (page.length < pageSize) return found;
    after = page.at(-1)?.number ?? after;
  }
}

function isOf(scope: Subscription['selection']['scope'], { domain, user, extension }: Part): boolean {
  if (scope.domain !== domain) return false;
  if (user !== undefined) return scope.user === user;
  return extension === undefined || scope.extension === extension;
}
