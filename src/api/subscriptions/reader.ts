/** From what somebody sends to a draft they may have: shape, words, scope and inbox, whichever API it came by. */
import type { SubscriptionDraft } from '../../delivery/management.ts';
import { levelOutside, type Access } from '../../model/scope.ts';
import type { Selection, Subscription } from '../../subscriptions/subscription.ts';
import { mayReach } from '../../tenants/naming.ts';
import type { ApiDeps } from '../deps.ts';
import type { OpenInboxes } from '../inbox/open-inboxes.ts';
import type { Answer, Problem } from '../problems/problem.ts';
import { inputChecker } from './check-input.ts';
import { readDraft } from './read-draft.ts';

export interface ReaderDeps extends Pick<ApiDeps, 'clock' | 'dialects' | 'defaults' | 'tenants'> {
  readonly inboxes: Pick<OpenInboxes, 'mayUse'>;
}

const outsideScope = (field: string): Problem => ({
  code: 'outside_scope',
  field,
  detail: `${field} is outside what this token covers.`,
});
const inboxTaken: Problem = {
  code: 'already_there',
  field: 'endpoint.url',
  detail: 'endpoint.url: this inbox is in use.',
  remedy: 'Take another name for the inbox, best one that nobody guesses.',
};

/** @param body as `POST /v1/subscriptions` takes it; @param stored what it replaces */
export type ReadDraft = (
  access: Access,
  body: unknown,
  stored: Subscription | null,
) => Answer<{ readonly value: SubscriptionDraft }>;

export function createReader({ clock, dialects, defaults, tenants, inboxes }: ReaderDeps): ReadDraft {
  const check = inputChecker();
  const levelBeyond = (access: Access, scope: Selection['scope']) =>
    levelOutside(access, scope) ?? (mayReach(tenants.names, access, scope) ? null : 'domain');
  return (access, body, stored) => {
    if (body === undefined || body === null) return { problem: { code: 'body_missing' } };
    const checked = check(body);
    if ('problem' in checked) return checked;
    const context = {
      access,
      dialects,
      timeoutMs: defaults.timeoutMs,
      now: clock.now(),
      stored: stored?.target ?? null,
    };
    const draft = readDraft(checked.value, context);
    if ('problem' in draft) return draft;
    const { selection, target } = draft.value;
    const outside = levelBeyond(access, selection.scope);
    if (outside) return { problem: outsideScope(`scope.${outside}`) };
    return inboxes.mayUse(access, target.url) ? draft : { problem: inboxTaken };
  };
}
