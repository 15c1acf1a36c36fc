/** Looking for a number in the records: the reader thread's part. Every piece is bounded in rows and characters. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hasRun } from '../../model/erasure/erase-runs.ts';
import { type Access, mayAccessDomain, mayAccessScope } from '../../model/scope.ts';
import { fromExactText } from '../../sqlite/exact-text.ts';
import { namesByNumber } from '../../sqlite/names.ts';
import type { ErasedRecords, FindRecords, FoundRecords } from '../erasure-store.ts';
import { erasedTables } from './erased-tables.ts';

/** Looked at in one go: one or two milliseconds. Of attempts few have a text at all. */
const mostRows = 500;
const mostAttempts = 4_000;
const mostCharacters = 400_000;

interface Row {
  readonly key: number;
  readonly text: string | null;
  readonly owner: number | string | null;
  readonly seq: number | null;
}

interface Owned {
  readonly reseller: string;
  readonly domain: string;
  readonly scope?: Omit<Access, 'owned'>;
}

export function erasureFindJobs(db: DatabaseSync) {
  const names = namesByNumber(db);
  const event = db.prepare('SELECT domain, body FROM events WHERE seq = ?');
  const scans = new Map<ErasedRecords, StatementSync>([
    ['calls', db.prepare(scanOf('calls', 'row', 'body', 'NULL', 'NULL'))],
  ]);
  for (const [of, { table, key, text, owner }] of Object.entries(erasedTables)) {
    scans.set(of as ErasedRecords, db.prepare(scanOf(table, key, text, owner, of === 'attempts' ? 'seq' : 'NULL')));
  }

  /** Of an event that retention took nobody knows it: what a receiver said of it stays with its subscription. */
  function isOfEventIn(scope: FindRecords['scope'], seq: number | null): boolean {
    const row = seq === null ? undefined : (event.get(seq) as { domain: number; body: string } | undefined);
    if (!row) return false;
    const { reseller } = JSON.parse(row.body) as Owned;
    return mayAccessDomain(accessOf(scope), { reseller, domain: names.get(row.domain) });
  }

  function isTheirs({ of, scope, owners }: FindRecords, { text, owner, seq }: Row): boolean {
    if (scope.reseller === '*' && scope.domain === '*') return true;
    if (of === 'answers') return owners.callers?.includes(fromExactText(owner as string)) ?? true;
    if (of === 'attempts' || of === 'counters')
      return (owners.subscriptions?.includes(owner as number) ?? true) || isOfEventIn(scope, seq);
    const owned = JSON.parse(text as string) as Owned;
    if (of === 'audit') return mayAccessScope(accessOf(scope), owned.scope as Omit<Access, 'owned'>);
    return mayAccessDomain(accessOf(scope), owned);
  }

  function find(request: FindRecords): FoundRecords {
    const { of, number, after } = request;
    const most = of === 'attempts' ? mostAttempts : mostRows;
    const rows: number[] = [];
    let looked = 0;
    let characters = 0;
    for (const row of (scans.get(of) as StatementSync).iterate(after, most) as unknown as Iterable<Row>) {
      looked++;
      characters += row.text?.length ?? 0;
      if (row.text !== null && hasRun(row.text, number) && isTheirs(request, row)) rows.push(row.key);
      if (looked === most || characters >= mostCharacters) return { rows, next: row.key };
    }
    return { rows, next: null };
  }

  return { jobs: { 'erasures.find': find }, forget: names.forget };
}

const scanOf = (table: string, key: string, text: string, owner: string, seq: string): string =>
  `SELECT ${key} AS key, ${text} AS text, ${owner} AS owner, ${seq} AS seq FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`;

const accessOf = (scope: FindRecords['scope']): Access => ({ ...scope, user: '*', extension: '*' });
