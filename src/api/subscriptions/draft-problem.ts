import type { DraftProblem } from '../../delivery/management.ts';
import type { Problem } from '../problems/problem.ts';

/** A refused draft as an answer. */
export function problemOfDraft({
  code = 'invalid_subscription',
  field,
  message,
  remedy,
  more = {},
}: DraftProblem): Problem {
  return { code, field, detail: `${field}: ${message}.`, remedy, more };
}
