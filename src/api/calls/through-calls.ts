/**
 * Pages of what belongs to calls (their events, the deliveries of those), call by call: the newest call first, and of
 * each the newest first. The journal knows the calls, so a page costs as much as itself, however much there is of others.
 */
import type { CallRecord } from '../../model/call-record.ts';
import type { CallJournal, CallPosition, CallQuery } from '../../records/call-journal.ts';

/** Calls looked at for one page: some 0.3 ms each. */
const mostCalls = 100;

/** Where a page ended: before this call; or within it, below what stands at `below`. */
export interface CallsPlace extends CallPosition {
  readonly below: number | null;
}

export interface ThroughCalls<Item> {
  readonly calls: Pick<CallJournal, 'search'>;
  readonly query: Omit<CallQuery, 'before' | 'limit'>;
  /** What of a call is wanted, newest first, at most so many. */
  readonly itemsOf: (call: CallRecord, below: number | null, most: number) => Promise<readonly Item[]>;
  /** What `below` compares: falls from one item of a call to the next. */
  readonly placeOf: (item: Item) => number;
  readonly before: CallsPlace | null;
  readonly limit: number;
}

export async function pageThroughCalls<Item>({
  calls,
  query,
  itemsOf,
  placeOf,
  before,
  limit,
}: ThroughCalls<Item>): Promise<{ readonly items: readonly Item[]; readonly next: CallsPlace | null }> {
  const items: Item[] = [];
  let place = before;
  for (let looked = 0; looked < mostCalls; looked++) {
    const page = await calls.search({ ...query, limit: 1, ...(place && { before: upTo(place) }) });
    const [call] = page.calls;
    if (call) {
      const below = isSame(place, page.next) ? (place?.below ?? null) : null;
      const room = limit - items.length;
      const found = await itemsOf(call, below, room + 1);
      items.push(...found.slice(0, room));
      const last = found[room - 1];
      if (found.length > room && last !== undefined && page.next) {
        return { items, next: { ...page.next, below: placeOf(last) } };
      }
    }
    if (page.next === null) return { items, next: null };
    place = { ...page.next, below: null };
    if (items.length === limit) break;
  }
  return { items, next: place };
}

/** Positions are given as "before this one": a call that was not gone through to its end is to come again. */
const upTo = ({ startedAt, row, below }: CallsPlace): CallPosition => ({
  startedAt,
  row: below === null ? row : row + 1,
});

const isSame = (one: CallPosition | null, other: CallPosition | null): boolean =>
  one !== null && one.startedAt === other?.startedAt && one.row === other.row;

const cursorForm = /^([0-9]{1,15})-([0-9]{1,15})(?:-([0-9]{1,15}))?$/;

/** Null: it is no cursor of such a page. */
export function callsPlaceOf(cursor: string): CallsPlace | null {
  const [, startedAt, row, below] = cursorForm.exec(cursor) ?? [];
  if (startedAt === undefined) return null;
  return { startedAt: Number(startedAt), row: Number(row), below: below === undefined ? null : Number(below) };
}

export const callsCursor = ({ startedAt, row, below }: CallsPlace): string =>
  below === null ? `${startedAt}-${row}` : `${startedAt}-${row}-${below}`;
