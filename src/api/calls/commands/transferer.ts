import type { LiveCall } from '../../../calls/live/live-call.ts';
import type { Access } from '../../../model/scope.ts';
import type { Problem } from '../../problems/problem.ts';
import { notTheirs } from './read-order.ts';
import { covers } from './scope.ts';

/** The extension that sends the other party on: the one named, or the only one of the caller's that talks. */
export function transfererOf(
  access: Access,
  { legs }: LiveCall,
  named: string | undefined,
): string | { readonly problem: Problem } {
  if (named !== undefined) return covers(access, named) ? named : notTheirs('by', named);
  const talking = legs
    .filter(({ answeredAt, endedAt }) => answeredAt !== null && endedAt === null)
    .flatMap(({ extension }) => (extension !== null && covers(access, extension) ? [extension] : []));
  const [only, ...others] = new Set(talking);
  if (only === undefined) {
    return { problem: { code: 'call_not_ready', detail: 'None of the extensions that the token covers talks in it.' } };
  }
  if (others.length === 0) return only;
  const detail = `by is needed, as several talk: ${[only, ...others].join(', ')}.`;
  return { problem: { code: 'invalid_field', field: 'by', detail } };
}
