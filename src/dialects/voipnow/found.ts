import type { Report } from '../../model/report.ts';
import type { Decoded } from '../decode.ts';

type Problem = Extract<Decoded, { problem: unknown }>;

/** What was read of a post, before what was doubtful in it is added. */
export type Found = { readonly report: Report } | { readonly ignored: string } | Problem;

export const problem = (field: string, message: string, remedy: string): Problem => ({
  problem: { field, message, remedy },
});
