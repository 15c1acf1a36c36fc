/**
 * How numbers begin, as entries of `call_beginnings`: their first four and their first seven digits, each with what
 * follows. Numbers that begin with `+1202555` then lie together in order of the time, and so do the few thousand that
 * begin with `+1202`, among which those that begin with `+12025` are found by what follows.
 */
import type { DatabaseSync } from 'node:sqlite';

/** Longest first. */
const lengths = [7, 4] as const;
const numberLetter = 'n';

/** @returns beginning and what follows, of an entry of `call_keys`; none where it is no number, or a short one */
export function beginningsOf(key: string): readonly (readonly [beginning: string, rest: string])[] {
  if (!key.startsWith(numberLetter)) return [];
  const number = key.slice(numberLetter.length);
  return lengths.flatMap((length) => {
    const beginning = number.slice(0, length);
    return isDigits(beginning, length) ? [[beginning, number.slice(length)] as const] : [];
  });
}

const isDigits = (text: string, length: number): boolean => text.length === length && /^[0-9]+$/.test(text);

/** Under which entries all numbers lie that begin so, and how the rest of them begins; null: it is too short. */
export function beginningToSearch(prefix: string): readonly [beginning: string, rest: string] | null {
  for (const length of lengths) {
    if (isDigits(prefix.slice(0, length), length)) return [prefix.slice(0, length), prefix.slice(length)];
  }
  return null;
}

/** Every entry under it is one of those looked for. */
export const isWholeBeginning = (prefix: string): boolean => beginningToSearch(prefix)?.[1] === '';

export interface BeginningEntry {
  readonly startedAt: number;
  readonly row: number;
  /** Whether it is a call that was asked for. */
  readonly fits: boolean;
}

export interface BeginningQuery {
  readonly prefix: string;
  /** Only of the domain with this number; null: of all. */
  readonly domain: number | null;
  readonly since: number;
  readonly before: { readonly startedAt: number; readonly row: number };
}

/** Entries looked at in one go: some 5 ms. */
export const mostBeginnings = 5_000;

export function beginningReader(db: DatabaseSync) {
  const entries = db.prepare(`
    SELECT started_at AS startedAt, call AS row, substr(rest, 1, ?6) = ?5 AND (?7 IS NULL OR domain = ?7) AS fits
    FROM call_beginnings
    WHERE beginning = ?1 AND started_at >= ?2 AND (started_at, call) < (?3, ?4)
    ORDER BY started_at DESC, call DESC LIMIT ${mostBeginnings}`);
  /** Newest first; a call may come more than once. Null: there are no entries for what is so short. */
  return ({ prefix, domain, since, before }: BeginningQuery): Iterable<BeginningEntry> | null => {
    const search = beginningToSearch(prefix);
    if (!search) return null;
    const [beginning, rest] = search;
    const bounds = [beginning, since, before.startedAt, before.row] as const;
    return entries.iterate(...bounds, rest, rest.length, domain) as unknown as Iterable<BeginningEntry>;
  };
}
