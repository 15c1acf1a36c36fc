import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { LiveCallChanges, LiveCallMark, LiveCallStore } from '../live-call-store.ts';
import type { FlatValues } from './flat.ts';
import { mapRows } from './flat.ts';

/** Calls written in one transaction: about 5 ms. */
const perPiece = 1_000;

function* piecesOf<T>(all: Iterable<T>): Generator<readonly T[]> {
  let piece: T[] = [];
  for (const one of all) {
    if (piece.push(one) < perPiece) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** What is gone goes first: a call that came back is among both. */
async function save(engine: SqliteEngine, { log, cursor, whole, put, gone }: LiveCallChanges): Promise<void> {
  const nothing = { fresh: false, put: [], remove: [], place: null };
  if (whole) await engine.write('liveCalls.save', { ...nothing, fresh: true });
  for (const piece of piecesOf(gone)) {
    const remove = piece.flatMap(({ domain, callId }) => [domain, callId]);
    await engine.write('liveCalls.save', { ...nothing, remove });
  }
  for (const piece of piecesOf(put)) {
    const rows = piece.flatMap((mark) => [mark.domain, mark.callId, mark.seq, JSON.stringify(mark.legs)]);
    await engine.write('liveCalls.save', { ...nothing, put: rows });
  }
  await engine.write('liveCalls.save', { ...nothing, place: { log, cursor } });
}

export function sqliteLiveCallStore(engine: SqliteEngine): LiveCallStore {
  return {
    load: async () => {
      const found = await engine.read('liveCalls.load', undefined);
      if (found === null) return null;
      const calls = mapRows(found.calls as FlatValues, 4, (row): LiveCallMark => {
        const [domain, callId, seq, legs] = row as [string, string, number, string];
        return { domain, callId, seq, legs: JSON.parse(legs) as Record<string, number> };
      });
      return { log: found.log, cursor: found.cursor, calls };
    },
    save: (changes) => save(engine, changes),
  };
}
