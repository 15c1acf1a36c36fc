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

type MarkKey = Pick<LiveCallMark, 'domain' | 'callId'>;

const nothing = { forget: false, put: [], remove: [], place: null };
const keyOf = ({ domain, callId }: MarkKey): string => JSON.stringify([domain, callId]);

async function remove(engine: SqliteEngine, keys: Iterable<MarkKey>): Promise<void> {
  for (const piece of piecesOf(keys)) {
    const gone = piece.flatMap(({ domain, callId }) => [domain, callId]);
    await engine.write('liveCalls.save', { ...nothing, remove: gone });
  }
}

async function put(engine: SqliteEngine, marks: Iterable<LiveCallMark>, written?: (mark: MarkKey) => void) {
  for (const piece of piecesOf(marks)) {
    const rows = piece.flatMap((mark) => [mark.domain, mark.callId, mark.seq, JSON.stringify(mark.legs)]);
    await engine.write('liveCalls.save', { ...nothing, put: rows });
    if (written) piece.forEach(written);
  }
}

/** The calls that have a mark now. */
async function storedKeys(engine: SqliteEngine): Promise<Map<string, MarkKey>> {
  const keys = new Map<string, MarkKey>();
  for (let last: MarkKey = { domain: '', callId: '' }; ; ) {
    const rows = await engine.read('liveCalls.keysAfter', { ...last, limit: perPiece });
    mapRows(rows, 2, ([domain, callId]) => {
      last = { domain: domain as string, callId: callId as string };
      keys.set(keyOf(last), last);
    });
    if (rows.length < 2 * perPiece) return keys;
  }
}

/** What is stored stays, with its cursor, until all that takes its place is there. */
async function saveWhole(engine: SqliteEngine, { log, cursor, put: marks }: LiveCallChanges): Promise<void> {
  const place = await engine.read('liveCalls.place', undefined);
  const holds = place !== null && place.log === log && place.cursor <= cursor;
  if (!holds) await engine.write('liveCalls.save', { ...nothing, forget: true });
  const former = await storedKeys(engine);
  await put(engine, marks, (mark) => void former.delete(keyOf(mark)));
  await remove(engine, former.values());
}

/** What is gone goes first: a call that came back is among both. */
async function savePart(engine: SqliteEngine, changes: LiveCallChanges): Promise<void> {
  await remove(engine, changes.gone);
  await put(engine, changes.put);
}

async function save(engine: SqliteEngine, changes: LiveCallChanges): Promise<void> {
  const { log, cursor, whole } = changes;
  await (whole ? saveWhole(engine, changes) : savePart(engine, changes));
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
