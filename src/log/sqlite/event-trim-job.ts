import type { DatabaseSync } from 'node:sqlite';
import { erasedEvents } from './event-erase-jobs.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import { OldRowFinder, type RowsAfter } from '../../sqlite/old-rows.ts';

interface TrimRequest {
  readonly acceptedBefore: number;
  readonly now: number;
  readonly limit: number;
}

interface Trimmed {
  readonly trimmedTo: number;
  readonly more: boolean;
}

/** Trimmed in one transaction at most: about 3 ms in which other commits wait. */
const mostTrimmed = 1_000;

export function eventTrimJob(db: DatabaseSync) {
  const meta = metaFacts(db);
  const after = db.prepare('SELECT seq, accepted_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?');
  after.setReturnArrays(true);
  const newest = db.prepare('SELECT accepted_at FROM events ORDER BY seq DESC LIMIT 1');
  const remove = db.prepare('DELETE FROM events WHERE seq <= ?');
  const erased = erasedEvents(db);
  const old = new OldRowFinder((seq, limit) => after.all(seq, limit) as unknown as ReturnType<RowsAfter>);

  function trim({ acceptedBefore, now, limit }: TrimRequest): Trimmed {
    const { upTo, more } = old.find({ before: acceptedBefore, now, most: Math.min(limit, mostTrimmed) });
    if (upTo === null) return { trimmedTo: meta.number('log.floor'), more };
    // The newest event may go now: what it told about the head and the clock has to stay.
    meta.put('log.lastAcceptedAt', (newest.get() as { accepted_at: number }).accepted_at);
    meta.put('log.floor', upTo);
    remove.run(upTo);
    erased.trimTo(upTo);
    return { trimmedTo: upTo, more };
  }

  return { trim, forget: () => old.forget() };
}
