/** Whose records are, where these do not say it themselves; and what is configuration, which an erasure leaves alone. */
import { hasRun } from '../../model/erasure/erase-runs.ts';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import { type Access, everything, mayAccessScope, seesEverything } from '../../model/scope.ts';
import type { RecordOwners } from '../../records/erasure-store.ts';
import type { Delivery } from '../../delivery/management.ts';
import type { NamedInConfiguration } from '../../erasure/management.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import type { Tenants } from '../../tenants/tenants.ts';

const pageSize = 500;
const inbox = 'inbox:';

/** All of a list, page by page. */
function allOf<T>(page: (after: number) => readonly T[], placeOf: (one: T) => number): T[] {
  const all: T[] = [];
  for (let after = 0; ; after = placeOf(all.at(-1) as T)) {
    const some = page(after);
    all.push(...some);
    if (some.length < pageSize) return all;
  }
}

const subscriptionsOf = ({ subscriptions }: Pick<Delivery, 'subscriptions'>, access: Access): Subscription[] =>
  allOf(
    (after) => subscriptions.list(access, { after, limit: pageSize }),
    ({ number }) => number,
  );

export function ownersIn(delivery: Delivery, tenants: Tenants, access: Access): RecordOwners {
  if (seesEverything(access)) return { subscriptions: null, callers: null };
  const tokens = allOf(
    (after) => tenants.tokens.list(access, { after, limit: pageSize }),
    ({ number }) => number,
  );
  return {
    subscriptions: subscriptionsOf(delivery, access).map(({ number }) => number),
    callers: tokens.map(({ id }) => `token:${id}`),
  };
}

/** Whether all that comes to an inbox is theirs: every subscription that sends to it is. */
export function inboxesIn(delivery: Delivery, access: Access): (token: string) => boolean {
  if (seesEverything(access)) return () => true;
  const foreign = new Set<string>();
  const own = new Set<string>();
  for (const { target, selection } of subscriptionsOf(delivery, everything)) {
    if (!target.url.startsWith(inbox)) continue;
    (mayAccessScope(access, selection.scope) ? own : foreign).add(target.url.slice(inbox.length));
  }
  return (token) => own.has(token) && !foreign.has(token);
}

export function configurationNaming(
  delivery: Delivery,
  tenants: Tenants,
  access: Access,
  number: ErasedNumber,
): NamedInConfiguration {
  const naming = <T>(all: readonly T[]): T[] => all.filter((one) => hasRun(JSON.stringify(one), number));
  const extensions = allOf(
    (after) => tenants.extensions.list(access, { after, limit: pageSize }),
    ({ id }) => id,
  );
  const users = allOf(
    (after) => tenants.users.list(access, { after, limit: pageSize }),
    ({ id }) => id,
  );
  const replays = delivery.replays.list(access, { before: Infinity, limit: pageSize });
  return {
    extensions: naming(extensions).map(({ id }) => id),
    users: naming(users).map(({ id }) => id),
    // Credentials are nobody's number, and not looked into.
    subscriptions: subscriptionsOf(delivery, access)
      .filter(({ target, ...rest }) => hasRun(JSON.stringify([rest, target.url]), number))
      .map((one) => one.number),
    replays: replays.filter(({ order }) => hasRun(order.filter ?? '', number)).map(({ order }) => order.number),
  };
}
