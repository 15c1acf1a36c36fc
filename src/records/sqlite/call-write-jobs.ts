/** The journal of calls in SQLite: what the writer thread does. Every job runs inside a transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { nameNumbers } from '../../sqlite/names.ts';
import { eraseRecord } from '../../model/erasure/erase-event.ts';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import type { JournalPlace } from '../call-journal.ts';
import { callEntryWriter } from './call-entries.ts';
import { callKey, keysOf } from './call-keys.ts';

export const callPlaceName = 'calls.place';
/** Trimmed in one transaction at most: about 5 ms. */
const mostTrimmed = 200;

interface StoredCall {
  readonly row: number;
  readonly domain: number;
  readonly reseller: number;
  readonly started_at: number;
  readonly body: string;
}

/** What `calls.body` holds: the sequence has a column. */
export type CallBody = Omit<CallRecord, 'seq'>;

export function callWriteJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  const names = nameNumbers(db);
  const find = db.prepare('SELECT row, domain, reseller, started_at, body FROM calls WHERE call_id = ? AND domain = ?');
  const byRow = db.prepare('SELECT row, domain, reseller, started_at, body FROM calls WHERE row = ?');
  const put = db.prepare(`
    INSERT INTO calls (domain, reseller, call_id, started_at, seq, direction, outcome, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (call_id, domain) DO UPDATE SET reseller = excluded.reseller, started_at = excluded.started_at,
      seq = excluded.seq, direction = excluded.direction, outcome = excluded.outcome, body = excluded.body
    RETURNING row`);
  const remove = db.prepare('DELETE FROM calls WHERE row = ?');
  const entries = callEntryWriter(db);
  const oldest = db.prepare(
    `SELECT call FROM call_keys WHERE key = '${callKey.every}' AND started_at < ? ORDER BY started_at, call LIMIT ?`,
  );
  const rewrite = db.prepare('UPDATE calls SET body = ? WHERE row = ?');
  const forgetSeqs = db.prepare('UPDATE calls SET seq = 0');

  const storedKeys = ({ body, ...place }: StoredCall): ReadonlySet<string> =>
    keysOf(JSON.parse(body) as CallRecord, place);

  function write(record: CallRecord): void {
    const { seq, ...body } = record;
    const { call } = record;
    const place = { domain: names.get(record.domain), reseller: names.get(record.reseller) };
    const callId = toExactText(call.id);
    const before = find.get(callId, place.domain) as StoredCall | undefined;
    const startedAt = Date.parse(call.startedAt);
    const text = JSON.stringify(body satisfies CallBody);
    const facts = [place.domain, place.reseller, callId, startedAt, seq, call.direction, call.outcome, text];
    const { row } = put.get(...facts) as { row: number };
    const keys = keysOf(record, place);
    const known = before ? storedKeys(before) : new Set<string>();
    const moved = before !== undefined && before.started_at !== startedAt;
    for (const key of known) if (moved || !keys.has(key)) entries.forget(key, before?.started_at ?? 0, row);
    for (const key of keys) if (moved || !known.has(key)) entries.enter(key, startedAt, row, place.domain);
  }

  function drop(row: number): void {
    const stored = byRow.get(row) as StoredCall | undefined;
    if (!stored) return;
    for (const key of storedKeys(stored)) entries.forget(key, stored.started_at, row);
    remove.run(row);
  }

  /** It is found by that number no more. @returns whether it was in there */
  function erase(row: number, number: ErasedNumber): boolean {
    const stored = byRow.get(row) as StoredCall | undefined;
    if (!stored) return false;
    const before = JSON.parse(stored.body) as CallRecord;
    const after = eraseRecord(before, number);
    if (after === before) return false;
    rewrite.run(JSON.stringify(after), row);
    const keys = keysOf(after, stored);
    for (const key of keysOf(before, stored)) if (!keys.has(key)) entries.forget(key, stored.started_at, row);
    return true;
  }

  return {
    erase,
    jobs: {
      'calls.write': (input: { readonly records: readonly CallRecord[]; readonly place: JournalPlace }): void => {
        input.records.forEach(write);
        meta.put(callPlaceName, JSON.stringify([input.place.log, input.place.seq]));
      },
      'calls.forgetSequences': (): void => {
        forgetSeqs.run();
        meta.remove(callPlaceName);
      },
      'calls.trim': (input: { readonly startedBefore: number; readonly limit: number }): { more: boolean } => {
        const most = Math.min(input.limit, mostTrimmed);
        const old = oldest.all(Math.round(input.startedBefore), most) as { call: number }[];
        for (const { call } of old) drop(call);
        return { more: old.length === most };
      },
    },
    forget: names.forget,
  };
}
