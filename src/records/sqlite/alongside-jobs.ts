/** The audit and the outbox in SQLite: written by whatever job changes something, in its transaction. */
import type { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../../model/event.ts';
import { toExactText } from '../../sqlite/exact-text.ts';
import { OldRowFinder, type RowsAfter } from '../../sqlite/old-rows.ts';
import type { Alongside } from '../alongside.ts';
import type { AuditPage, AuditQuery, NumberedEntry } from '../audit-store.ts';

interface TrimRequest {
  readonly before: number;
  readonly now: number;
  readonly limit: number;
}

export type WriteAlongside = (alongside: Alongside | undefined) => void;

/** Entries a search looks at in one go. */
const mostScanned = 20_000;
/** Entries trimmed in one transaction at most. */
const mostTrimmed = 1_000;

export function alongsideWriter(db: DatabaseSync): WriteAlongside {
  const entry = db.prepare(
    'INSERT INTO audit (at, reseller, domain, user, extension, action, object, object_id, author, body) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const event = db.prepare('INSERT INTO outbox (event) VALUES (?)');
  return (alongside) => {
    for (const one of alongside?.audit ?? []) {
      const { at, scope, action, object, objectId, author } = one;
      const owner = [scope.reseller, scope.domain, scope.user, scope.extension].map(toExactText);
      entry.run(at, ...owner, action, object, toExactText(objectId), author.id, JSON.stringify(one));
    }
    for (const one of alongside?.events ?? []) event.run(JSON.stringify(one));
  };
}

export function alongsideWriteJobs(db: DatabaseSync, write: WriteAlongside) {
  const settle = db.prepare('DELETE FROM outbox WHERE row <= ?');
  const entriesAfter = db.prepare('SELECT number, at FROM audit WHERE number > ? ORDER BY number LIMIT ?');
  entriesAfter.setReturnArrays(true);
  const removeUpTo = db.prepare('DELETE FROM audit WHERE number <= ?');
  const old = new OldRowFinder((number, limit) => entriesAfter.all(number, limit) as unknown as ReturnType<RowsAfter>);

  /** Entries lie in the order they were written, so the oldest are the first: no index is needed. */
  function trim({ before, now, limit }: TrimRequest): { more: boolean } {
    const { upTo, more } = old.find({ before, now, most: Math.min(limit, mostTrimmed) });
    if (upTo !== null) removeUpTo.run(upTo);
    return { more };
  }

  return {
    jobs: {
      'alongside.write': write,
      'outbox.settle': ({ upTo }: { readonly upTo: number }): void => void settle.run(upTo),
      'audit.trim': trim,
    },
    forget: () => old.forget(),
  };
}

interface AuditRow {
  readonly number: number;
  readonly body: string;
}

export function alongsideReadJobs(db: DatabaseSync) {
  const waiting = db.prepare('SELECT row, event FROM outbox ORDER BY row LIMIT ?');
  const ends = db.prepare(
    'SELECT (SELECT min(number) FROM audit) AS oldest, (SELECT max(number) FROM audit) AS newest',
  );
  const scan = db.prepare(`
    SELECT number, body FROM audit
    WHERE number < ?1 AND number >= ?2
      AND (?3 = '*' OR reseller = ?3) AND (?4 = '*' OR domain = ?4)
      AND (?5 = '*' OR user = ?5) AND (?6 = '*' OR extension = ?6)
      AND (?7 IS NULL OR object = ?7) AND (?8 IS NULL OR object_id = ?8)
      AND (?9 IS NULL OR action = ?9) AND (?10 IS NULL OR author = ?10)
      AND (?11 IS NULL OR domain = ?11) AND (?12 IS NULL OR at >= ?12) AND (?13 IS NULL OR at < ?13)
    ORDER BY number DESC LIMIT ?14`);

  function list({ access, limit, before, ...query }: AuditQuery): AuditPage {
    const { oldest, newest } = ends.get() as { oldest: number | null; newest: number | null };
    const top = Math.min(before ?? Infinity, (newest ?? 0) + 1);
    const bottom = Math.max(0, top - mostScanned);
    const text = (value: string | undefined): string | null => (value === undefined ? null : toExactText(value));
    const rows = scan.all(
      top,
      bottom,
      toExactText(access.reseller),
      toExactText(access.domain),
      toExactText(access.user),
      toExactText(access.extension),
      text(query.object),
      text(query.objectId),
      text(query.action),
      text(query.author),
      text(query.domain),
      query.since ?? null,
      query.until ?? null,
      limit,
    ) as unknown as AuditRow[];
    const stoppedAt = rows.length === limit ? (rows.at(-1)?.number ?? bottom) : bottom;
    return {
      entries: rows.map(({ number, body }) => ({ ...(JSON.parse(body) as NumberedEntry), number })),
      next: stoppedAt > (oldest ?? Infinity) ? stoppedAt : null,
    };
  }

  return {
    'audit.list': list,
    'outbox.next': ({ limit }: { readonly limit: number }) =>
      (waiting.all(limit) as unknown as { row: number; event: string }[]).map(({ row, event }) => ({
        row,
        event: JSON.parse(event) as NewEvent,
      })),
  };
}
