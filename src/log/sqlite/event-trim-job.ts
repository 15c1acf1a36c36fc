import type { DatabaseSync } from 'node:sqlite';
import { metaFacts } from '../../sqlite/meta.ts';

interface TrimRequest {
  readonly acceptedBefore: number;
  /** By the server's clock: what says a later time is of unknown age. */
  readonly now: number;
  readonly limit: number;
}

interface Trimmed {
  readonly trimmedTo: number;
  readonly more: boolean;
}

type Row = readonly [seq: number, acceptedAt: number];

/** Looked at and trimmed in one transaction at most: about 3 ms in which other commits wait. */
const mostTrimmed = 1_000;

export function eventTrimJob(db: DatabaseSync) {
  const meta = metaFacts(db);
  const after = db.prepare('SELECT seq, accepted_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?');
  after.setReturnArrays(true);
  const newest = db.prepare('SELECT accepted_at FROM events ORDER BY seq DESC LIMIT 1');
  const remove = db.prepare('DELETE FROM events WHERE seq <= ?');
  const rowsAfter = (seq: number, limit: number) => after.all(seq, limit) as unknown as readonly Row[];
  /** All from the floor up to here are of unknown age, so that the next step looks on behind them. */
  let unknownTo = 0;

  function look(from: number, { acceptedBefore, now }: TrimRequest): { oldTo: number; lookedTo: number; end: boolean } {
    let oldTo = from;
    let lookedTo = from;
    const rows = rowsAfter(from, mostTrimmed);
    for (const [seq, acceptedAt] of rows) {
      if (acceptedAt < acceptedBefore) oldTo = seq;
      else if (acceptedAt <= now) return { oldTo, lookedTo, end: true };
      lookedTo = seq;
    }
    return { oldTo, lookedTo, end: rows.length < mostTrimmed };
  }

  function drop(seq: number): void {
    // The newest event may go now: what it told about the head and the clock has to stay.
    meta.put('log.lastAcceptedAt', (newest.get() as { accepted_at: number }).accepted_at);
    meta.put('log.floor', seq);
    remove.run(seq);
  }

  function trim(request: TrimRequest): Trimmed {
    const floor = meta.number('log.floor');
    const [first] = rowsAfter(floor, 1);
    if (!first || first[1] <= request.now) unknownTo = 0;
    const from = Math.max(unknownTo, floor);
    const { oldTo, lookedTo, end } = look(from, request);
    if (oldTo === from) {
      unknownTo = lookedTo;
      return { trimmedTo: floor, more: !end };
    }
    const seq = Math.min(oldTo, floor + Math.min(request.limit, mostTrimmed));
    drop(seq);
    return { trimmedTo: seq, more: seq < oldTo || !end };
  }

  return {
    trim,
    forget: () => {
      unknownTo = 0;
    },
  };
}
