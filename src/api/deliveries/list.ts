/** Pages of attempts: newest first, or of a number's calls, newest call first and the attempts of each together. */
import { type CallFilter, matchesCall } from '../../model/call-filter.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { NamedDelivery } from '../../model/delivery-id.ts';
import type { Access } from '../../model/scope.ts';
import type { AttemptQueries, StoredAttempt } from '../../records/attempt-queries.ts';
import { callsCursor, callsPlaceOf, pageThroughCalls } from '../calls/through-calls.ts';
import type { ApiDeps } from '../deps.ts';
import { attemptView } from './view.ts';

export type AttemptFilter = Omit<Parameters<AttemptQueries['list']>[0], 'before' | 'limit'>;

/** Whether the caller may see it: decided by its subscription, and for how long that was theirs. */
type May = (attempt: NamedDelivery) => boolean;

interface Page {
  readonly cursor: string | undefined;
  readonly limit: number;
}

interface Listed {
  readonly items: readonly ReturnType<typeof attemptView>[];
  readonly next: string | null;
}

/** What was accepted just now is waited for so long, in milliseconds. */
const mostWaited = 1_000;

export async function listed(
  { attempts }: Pick<ApiDeps, 'attempts'>,
  filter: AttemptFilter,
  may: May,
  { cursor, limit }: Page,
): Promise<Listed> {
  const before = cursor === undefined ? {} : { before: Number(cursor) };
  const page = await attempts.list({ ...filter, limit, ...before });
  return { items: page.attempts.filter(may).map(attemptView), next: page.next === null ? null : String(page.next) };
}

export async function listedByNumber(
  { attempts, calls, journal }: Pick<ApiDeps, 'attempts' | 'calls' | 'journal'>,
  asked: {
    readonly filter: AttemptFilter;
    readonly may: May;
    readonly numbers: Pick<CallFilter, 'numbers' | 'prefix'>;
    readonly access: Access;
  },
  { cursor, limit }: Page,
): Promise<Listed> {
  const { filter, may, numbers, access } = asked;
  await journal.caughtUp(mostWaited, (record) => matchesCall(numbers, record));
  const { items, next } = await pageThroughCalls<StoredAttempt>({
    calls,
    query: { ...numbers, access },
    itemsOf: (call, below, most) => attemptsOf(attempts, call, { filter, may, below, most }),
    placeOf: ({ row }) => row,
    before: cursor === undefined ? null : callsPlaceOf(cursor),
    limit,
  });
  return { items: items.map(attemptView), next: next && callsCursor(next) };
}

interface Wanted {
  readonly filter: AttemptFilter;
  readonly may: May;
  readonly below: number | null;
  readonly most: number;
}

async function attemptsOf(
  attempts: Pick<AttemptQueries, 'list'>,
  call: CallRecord,
  { filter, may, below, most }: Wanted,
): Promise<StoredAttempt[]> {
  const seqs = filter.seqs ? call.seqs.filter((seq) => filter.seqs?.includes(seq)) : call.seqs;
  const found: StoredAttempt[] = [];
  for (let before = below; seqs.length > 0 && found.length < most; ) {
    const page = await attempts.list({ ...filter, seqs, limit: most, ...(before !== null && { before }) });
    found.push(...page.attempts.filter(may));
    before = page.next;
    if (before === null) break;
  }
  return found.slice(0, most);
}
