import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { ReplayStore, StoredReplay } from '../replay-store.ts';
import { mapRows } from './flat.ts';
import { replayMarkRow, replayWidth, toReplay } from './replay-rows.ts';
import { type SqliteOutbox, weightAlongside } from './tenant-stores.ts';

async function load(engine: SqliteEngine): Promise<StoredReplay[]> {
  const replays: StoredReplay[] = [];
  for (let more = true; more; ) {
    const page = await engine.read('replays.after', { number: replays.at(-1)?.order.number ?? 0 });
    replays.push(...mapRows(page.rows, replayWidth, toReplay));
    more = page.more;
  }
  return replays;
}

export function sqliteReplayStore(engine: SqliteEngine, outbox: SqliteOutbox): ReplayStore {
  return {
    load: () => load(engine),
    nextNumber: () => engine.write('replays.nextNumber', undefined),
    put: (order, mark, alongside) => {
      const body = JSON.stringify(order);
      const row = { body, mark: replayMarkRow(mark), alongside };
      return outbox.written(alongside, engine.write('replays.put', row, weightAlongside(alongside, body.length + 500)));
    },
    cancel: (number, reason, alongside) => {
      const request = { number, reason, alongside };
      return outbox.written(alongside, engine.write('replays.cancel', request, weightAlongside(alongside)));
    },
    remove: (numbers) => engine.write('replays.remove', numbers),
  };
}
