/**
 * How many vendor events an extension may have: as its own record says, else its domain's, else the usual number. Who has
 * to keep to a limit can neither set it nor get round it: an administrator does, a superuser or the reseller.
 *
 * What a user subscribes to of others' extension is counted from when they own it. So whoever gives it to them is told where
 * that would be too many, before it is: else the limit could be got round in this order. Taking it from somebody is never
 * refused, though what others have may be counted where it is nobody's then: under a limit that was passed, what is there
 * stays, and no more is made.
 */
import { placesTaken } from '../model/event-places.ts';
import { isAtLeast, kindOf, type Access } from '../model/scope.ts';
import type { Domain, Extension } from '../model/tenants.ts';
import type { TenantContext } from './context.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { type Refused, refused } from './problem.ts';

/** What vendors give an extension. */
export const usualEventLimit = 16;

type Index = Pick<DirectoryIndex, 'domain' | 'extension'>;

export function eventLimitIn(index: Index, domain: string, extension: string): number {
  return index.extension(domain, extension)?.eventLimit ?? limitOfDomain(index, domain);
}

const limitOfDomain = (index: Index, domain: string): number => index.domain(domain)?.eventLimit ?? usualEventLimit;

const maySet = (access: Access): boolean => isAtLeast(kindOf(access), 'reseller');

/** Null: nothing is said of the limit, or by one who may. */
export function limitNotTheirs(
  access: Access,
  { eventLimit }: { readonly eventLimit?: number | null | undefined },
): Refused | null {
  if (eventLimit === undefined || maySet(access)) return null;
  const remedy = 'Leave it out, or ask the administrator to change it.';
  return refused('outside', 'eventLimit', 'only a superuser or the reseller sets it', remedy);
}

/** Without its record an extension would have the limit of its domain: not where that is more. */
export function limitWouldRise(index: Index, access: Access, { domain, eventLimit }: Extension): Refused | null {
  if (eventLimit === null || eventLimit >= limitOfDomain(index, domain) || maySet(access)) return null;
  const message = `an administrator set an eventLimit of ${eventLimit} for this extension, and without its record there would be more`;
  return refused('outside', 'id', message, 'Ask the administrator to delete it.');
}

/** How an extension is to be, and was; null: it had no record. */
export interface Reowned {
  readonly before: Extension | null;
  readonly after: Extension;
  /** What the caller named it by, or its owners. */
  readonly field: string;
}

/** Who is to own an extension and does not yet. */
const newOwners = ({ before, after }: Reowned): string[] => after.users.filter((name) => !before?.users.includes(name));

/** Runs what makes these changes, with no subscription made in between, unless new owners would bring an extension too many. */
export async function keepingLimits<T>(
  context: Pick<TenantContext, 'index' | 'subscriptions'>,
  owner: Domain,
  changes: readonly Reowned[],
  run: () => Promise<T>,
): Promise<T | Refused> {
  if (changes.every((change) => newOwners(change).length === 0)) return run();
  return context.subscriptions.whileUnchanged(async () => {
    for (const change of changes) {
      const problem = ownersBringTooMany(context, owner, change);
      if (problem) return problem;
    }
    return run();
  });
}

function ownersBringTooMany(
  { index, subscriptions }: Pick<TenantContext, 'index' | 'subscriptions'>,
  { name: domain, reseller }: Domain,
  change: Reowned,
): Refused | null {
  const { after, field } = change;
  const extension = after.number;
  const all = subscriptions.events({ reseller, domain, extension });
  const users = newOwners(change).filter((name) => all.has(name));
  const [events, limit] = [placesTaken(all, after.users), after.eventLimit ?? limitOfDomain(index, domain)];
  if (users.length === 0 || events <= limit) return null;
  const theirs = users.reduce((sum, name) => sum + (all.get(name) ?? 0), 0);
  const message = `extension ${extension} of ${domain} would have ${events} events, ${theirs} of them brought by ${users.join(', ')}, and may have ${limit}`;
  const remedy =
    'Remove subscriptions of theirs to the extension that are not used any more, or ask the administrator to raise its eventLimit first.';
  return refused('events_full', field, message, remedy, { domain, extension, events, limit, users });
}
