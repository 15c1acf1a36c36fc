import type { TenantProblem } from '../tenants/problem.ts';
import type { ProblemCode } from './problems/catalog.ts';
import type { Problem } from './problems/problem.ts';

const codes = {
  outside: 'outside_scope',
  invalid: 'invalid_field',
  taken: 'already_there',
  in_use: 'still_in_use',
  full: 'limit_reached',
  events_full: 'event_limit_reached',
} as const satisfies Readonly<Record<TenantProblem['kind'], ProblemCode>>;

/** A refused change as an answer. */
export function problemOf({ kind, field, message, remedy, more }: TenantProblem): Problem {
  return { code: codes[kind], field, detail: `${field}: ${message}.`, remedy, ...(more && { more }) };
}
