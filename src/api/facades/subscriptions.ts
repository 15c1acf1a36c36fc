/** Subscriptions as a facade sees them: in the caller's scope, through the same reader, checks and audit as at `/v1`. */
import type {
  FacadeSubscription,
  FacadeSubscriptions,
  NewSubscription,
  Refused,
  SubscriptionChange,
  SubscriptionPlace,
} from '../../dialects/facade.ts';
import type { DraftResult, SubscriptionManager } from '../../delivery/management.ts';
import type { Author } from '../../model/audit.ts';
import type { Access } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { problemOfDraft } from '../subscriptions/draft-problem.ts';
import type { ReadDraft } from '../subscriptions/reader.ts';
import { patchSubscription } from '../subscriptions/to-input.ts';
import { refusalOf } from './refusal.ts';

export interface Asker {
  readonly access: Access;
  readonly author: Author;
}

export function subscriptionsFor(
  { access, author }: Asker,
  manager: SubscriptionManager,
  read: ReadDraft,
): FacadeSubscriptions {
  const view = (subscription: Subscription): FacadeSubscription => ({
    id: subscription.id,
    number: subscription.number,
    notes: subscription.notes,
    enabled: subscription.selection.enabled,
    url: subscription.target.url,
    method: subscription.target.method,
    options: subscription.options,
    updatedAt: subscription.updatedAt,
    isOwn: subscription.createdBy === author.id,
  });
  const result = (made: DraftResult): { readonly subscription: FacadeSubscription } | Refused =>
    'problem' in made
      ? { refusal: refusalOf(problemOfDraft(made.problem)) }
      : { subscription: view(made.subscription) };
  return {
    list: (dialect, place) =>
      manager
        .list(access, { after: 0, limit: Infinity, madeFor: place.extension === '*' ? undefined : place })
        .filter((one) => one.dialect === dialect && isAt(one, place))
        .toSorted((one, other) => one.number - other.number)
        .map(view),
    create: async (draft) => {
      const draftRead = read(access, bodyOf(draft, access), null);
      if ('problem' in draftRead) return { refusal: refusalOf(draftRead.problem) };
      return result(await manager.create(access, draftRead.value, author));
    },
    update: async (id, change) => {
      const changed = await manager.update(
        access,
        id,
        (stored) => {
          const draft = read(access, patchSubscription(stored, patchOf(change)), stored);
          return 'problem' in draft ? { refusal: refusalOf(draft.problem) } : { draft: draft.value };
        },
        author,
      );
      return changed === null || 'refusal' in changed ? changed : result(changed);
    },
    remove: (id) => manager.remove(access, id, author),
  };
}

/** Whoever made it, it may be of all resellers: the domain alone decides whose events it gets. */
const isAt = ({ selection: { scope } }: Subscription, { domain, extension }: SubscriptionPlace): boolean =>
  scope.domain === domain && scope.extension === extension;

function bodyOf({ place, url, method, ...rest }: NewSubscription, { user }: Access): object {
  return { ...rest, scope: { ...place, user }, endpoint: { url, method } };
}

function patchOf({ url, method, ...rest }: SubscriptionChange): object {
  const endpoint = { ...(url !== undefined && { url }), ...(method !== undefined && { method }) };
  return { ...rest, ...(Object.keys(endpoint).length > 0 && { endpoint }) };
}
