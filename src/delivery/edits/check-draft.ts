import { type Access, levelOutside } from '../../model/scope.ts';
import type { FilterProblem } from '../../subscriptions/filter/index.ts';
import type { DraftProblem, SubscriptionDraft } from '../management.ts';
import { planLengthMs } from '../retry-policy.ts';

/** What a draft is held against besides its schema. */
export interface DraftRules {
  readonly hasDialect: (name: string) => boolean;
  /** Why a filter can't be used, or null when it can. */
  readonly filterProblem: (source: string) => FilterProblem | null;
  /** Events are kept so long, milliseconds: a longer retry plan is refused. */
  readonly retentionMs: number;
}

const problemAt = (field: string, message: string, remedy: string): DraftProblem => ({ field, message, remedy });

function filterRefused({ message, remedy, line, column, excerpt }: FilterProblem): DraftProblem {
  const place = `${message} (line ${line}, column ${column})`;
  return { ...problemAt('filter', place, remedy), more: { line, column, excerpt } };
}

/** Why the caller may not have this subscription, or null when it may. */
export function checkDraft(access: Access, draft: SubscriptionDraft, rules: DraftRules): DraftProblem | null {
  const { scope, filter } = draft.selection;
  const outside = levelOutside(access, scope);
  if (outside !== null) {
    const remedy = `Name a ${outside} that the token covers, or leave it out.`;
    return problemAt(`scope.${outside}`, 'is outside what this token may see', remedy);
  }
  if (!rules.hasDialect(draft.dialect)) {
    return problemAt('dialect', `there is no dialect "${draft.dialect}"`, 'GET /v1/dialects lists those there are.');
  }
  const refused = filter === null ? null : rules.filterProblem(filter);
  if (refused) return filterRefused(refused);
  if (planLengthMs(draft.retry) > rules.retentionMs) {
    const remedy = 'Shorten retry.delays or retry.maxAttempts, or have retention.events raised.';
    return problemAt('retry', 'takes longer than events are kept (retention.events)', remedy);
  }
  return null;
}
