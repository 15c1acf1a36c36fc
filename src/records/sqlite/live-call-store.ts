import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { LiveCallMark, LiveCallMarks, LiveCallStore } from '../live-call-store.ts';
import type { FlatValues } from './flat.ts';
import { mapRows } from './flat.ts';

const keyOf = ({ domain, callId }: LiveCallMark): string => JSON.stringify([domain, callId]);

interface Saved {
  readonly log: string;
  readonly cursor: number;
  /** Sequence of each call's mark; a mark never changes without its sequence. */
  readonly seqs: ReadonlyMap<string, number>;
}

/** What has to be written so that the stored marks become the new ones. */
function changes(saved: Saved | null, marks: LiveCallMarks, keys: readonly string[]) {
  const isNew = (mark: LiveCallMark, index: number): boolean => saved?.seqs.get(keys[index] as string) !== mark.seq;
  const now = new Set(keys);
  const ended = [...(saved?.seqs.keys() ?? [])].filter((key) => !now.has(key));
  return {
    put: marks.calls.filter(isNew).flatMap((mark) => [mark.domain, mark.callId, mark.seq, JSON.stringify(mark.legs)]),
    remove: ended.flatMap((key) => JSON.parse(key) as [string, string]),
  };
}

/** Writes only what changed since the last save, since a busy PBX has thousands of calls and a save every few seconds. */
export function sqliteLiveCallStore(engine: SqliteEngine): LiveCallStore {
  let saved: Saved | null = null;
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
    save: async (marks) => {
      const keys = marks.calls.map(keyOf);
      const before = saved?.log === marks.log ? saved : null;
      const { put, remove } = changes(before, marks, keys);
      if (before?.cursor === marks.cursor && put.length === 0 && remove.length === 0) return;
      // Until it is known to be stored, nothing is: after an error the next save writes everything.
      saved = null;
      await engine.write('liveCalls.save', {
        log: marks.log,
        cursor: marks.cursor,
        fresh: before === null,
        put,
        remove,
      });
      const seqs = new Map(marks.calls.map((mark, index) => [keys[index] as string, mark.seq]));
      saved = { log: marks.log, cursor: marks.cursor, seqs };
    },
  };
}
