import type { DatabaseSync } from 'node:sqlite';
import { metaFacts } from '../../sqlite/meta.ts';

interface TrimRequest {
  readonly acceptedBefore: number;
  readonly limit: number;
}

interface Trimmed {
  readonly trimmedTo: number;
  readonly more: boolean;
}

/** Trimmed in one transaction at most: about 3 ms in which other commits wait. */
const mostTrimmed = 1_000;

/** Acceptance never goes back along the sequence, so what is old is what lies first. */
export function eventTrimJob(db: DatabaseSync): (request: TrimRequest) => Trimmed {
  const meta = metaFacts(db);
  const oldest = db.prepare(
    'SELECT max(seq) AS seq FROM (SELECT seq, accepted_at FROM events ORDER BY seq LIMIT ?) WHERE accepted_at < ?',
  );
  const newest = db.prepare('SELECT accepted_at FROM events ORDER BY seq DESC LIMIT 1');
  const next = db.prepare('SELECT accepted_at FROM events WHERE seq > ? ORDER BY seq LIMIT 1');
  const remove = db.prepare('DELETE FROM events WHERE seq <= ?');
  const acceptedAt = (row: unknown): number | null => (row as { accepted_at: number } | undefined)?.accepted_at ?? null;

  return ({ acceptedBefore, limit }) => {
    const { seq } = oldest.get(Math.min(limit, mostTrimmed), acceptedBefore) as { seq: number | null };
    if (seq === null) return { trimmedTo: meta.number('log.floor'), more: false };
    // The newest event may go now: what it told about the head and the clock has to stay.
    meta.put('log.lastAcceptedAt', acceptedAt(newest.get()) ?? 0);
    meta.put('log.floor', seq);
    remove.run(seq);
    const remaining = acceptedAt(next.get(seq));
    return { trimmedTo: seq, more: remaining !== null && remaining < acceptedBefore };
  };
}
