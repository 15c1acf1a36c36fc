/**
 * Erasing a number from events: the reader thread looks for it in the text of many, the writer rewrites a few at a time.
 * An event that was rewritten is noted, so that its source may send it again and is told that it is known.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { ErasedNumber } from '../../model/erasure/erased-number.ts';
import { eraseEvent } from '../../model/erasure/erase-event.ts';
import { hasRun } from '../../model/erasure/erase-runs.ts';
import { mayAccessDomain } from '../../model/scope.ts';
import type { EventBody } from '../../model/stored-event.ts';
import { namesByNumber } from '../../sqlite/names.ts';
import type { ErasureScope } from '../erasing.ts';

/** Looked at in one go: one or two milliseconds of the reader. */
const mostScanned = 500;
const mostCharacters = 400_000;

interface FindInput {
  readonly number: ErasedNumber;
  readonly scope: ErasureScope;
  readonly after: number;
  readonly upTo: number;
}

interface Row {
  readonly seq: number;
  readonly domain: number;
  readonly body: string;
}

export function eventEraseReadJobs(db: DatabaseSync) {
  const names = namesByNumber(db);
  const scan = db.prepare('SELECT seq, domain, body FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?');

  const isIn = (scope: ErasureScope, { domain, body }: Row): boolean => {
    if (scope.reseller === '*' && scope.domain === '*') return true;
    const { reseller } = JSON.parse(body) as EventBody;
    return mayAccessDomain({ ...scope, user: '*', extension: '*' }, { reseller, domain: names.get(domain) });
  };

  function find({ number, scope, after, upTo }: FindInput): { readonly seqs: number[]; readonly scannedTo: number } {
    const seqs: number[] = [];
    let characters = 0;
    let looked = 0;
    let last = after;
    for (const row of scan.iterate(after, upTo, mostScanned) as unknown as Iterable<Row>) {
      last = row.seq;
      looked++;
      characters += row.body.length;
      if (hasRun(row.body, number) && isIn(scope, row)) seqs.push(row.seq);
      if (characters >= mostCharacters) return { seqs, scannedTo: last };
    }
    return { seqs, scannedTo: looked === mostScanned ? last : upTo };
  }

  return { jobs: { 'log.findNumber': find }, forget: names.forget };
}

export function eventEraseWriteJobs(db: DatabaseSync) {
  const read = db.prepare('SELECT body FROM events WHERE seq = ?');
  const write = db.prepare('UPDATE events SET body = ? WHERE seq = ?');
  const note = db.prepare('INSERT OR IGNORE INTO erased_events VALUES (?)');

  /** @returns the new texts of those that changed */
  function erase({ seqs, number }: { readonly seqs: readonly number[]; readonly number: ErasedNumber }) {
    const changed: { readonly seq: number; readonly body: string }[] = [];
    for (const seq of seqs) {
      const row = read.get(seq) as { body: string } | undefined;
      if (!row) continue;
      const before = JSON.parse(row.body) as EventBody;
      const after = eraseEvent(before, number);
      if (after === before) continue;
      const body = JSON.stringify(after);
      write.run(body, seq);
      note.run(seq);
      changed.push({ seq, body });
    }
    return changed;
  }

  return { 'log.erase': erase };
}

/** For the writer: which events say less than they were sent with. */
export function erasedEvents(db: DatabaseSync) {
  const find = db.prepare('SELECT 1 FROM erased_events WHERE seq = ?');
  const trim = db.prepare('DELETE FROM erased_events WHERE seq <= ?');
  return {
    has: (seq: number): boolean => find.get(seq) !== undefined,
    trimTo: (seq: number): void => void trim.run(seq),
  };
}
