import type { DraftProblem } from '../../delivery/management.ts';
import type { Problem } from '../problems/problem.ts';

/** A refused draft as an answer. */
export function problemOfDraft({ code, field, message, remedy, more = {} }: DraftProblem): Problem {
  return { code: code ?? 'invalid_subscription', field, detail: `${field}: ${message}.`, remedy, more };
}
