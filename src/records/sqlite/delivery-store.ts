import type { SqliteEngine } from '../../sqlite/engine.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import {
  attemptOutcomes,
  type Checkpoint,
  type LaneDeliveryKey,
  type DeliveryState,
  type DeliveryStore,
  type DetachedLane,
  type ParkedRow,
  UnstorableError,
} from '../delivery-store.ts';
import { parkedColumns } from './delivery-read-jobs.ts';
import { type FlatValue, type FlatValues, mapRows } from './flat.ts';
import { encodeFlush, weightOf } from './flush-codec.ts';
import type { SqliteOutbox } from './tenant-stores.ts';

type Settled = LaneDeliveryKey & { readonly endpoint: number };

function toCheckpoint(values: FlatValues): Checkpoint | null {
  const [log, seq, attempts] = values as [string?, number?, number?];
  return log === undefined ? null : { log, seq: seq as number, attempts: attempts as number };
}

function toLane(row: FlatValue[]): DetachedLane {
  const [endpoint, cursor, settled] = row as [number, number, string];
  const settledAbove = mapRows(JSON.parse(settled) as FlatValues, 2, (key) => {
    const [subscription, seq] = key as [number, number];
    return { subscription, seq };
  });
  return { endpoint, cursor, settledAbove };
}

export function toParked(row: FlatValue[]): ParkedRow {
  const [subscription, seq, endpoint, batch, orderKey, attempts, dueAt, replay] = row as [
    number,
    number,
    number,
    number,
    string,
    number,
    number | null,
    number,
  ];
  return { subscription, seq, replay, endpoint, batch, orderKey, attempts, dueAt };
}

async function loadSettled(engine: SqliteEngine, above: number): Promise<Settled[]> {
  const settled = new Map<string, Settled>();
  for (let row = above, more = true; more; ) {
    const page = await engine.read('delivery.settledAfter', { row });
    mapRows(page.rows, 6, (values) => {
      const [at, subscription, seq, endpoint, outcome, replay] = values as number[] as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      row = at;
      if (attemptOutcomes[outcome] === 'failed') return;
      settled.set(`${subscription}:${seq}:${replay}`, { subscription, seq, replay, endpoint });
    });
    more = page.more;
  }
  return [...settled.values()];
}

async function loadParked(engine: SqliteEngine): Promise<ParkedRow[]> {
  const parked: ParkedRow[] = [];
  for (let more = true; more; ) {
    const { subscription, seq, replay } = parked.at(-1) ?? { subscription: 0, seq: 0, replay: 0 };
    const page = await engine.read('delivery.parkedAfter', { subscription, seq, replay });
    parked.push(...mapRows(page.rows, parkedColumns, toParked));
    more = page.more;
  }
  return parked.sort(
    (a, b) => a.endpoint - b.endpoint || a.seq - b.seq || a.subscription - b.subscription || a.replay - b.replay,
  );
}

/** Whether it is about the store; else it is about what was to be stored. */
function passes(error: unknown): boolean {
  return error instanceof StorageError && error.code !== 'constraint' && error.code !== 'other';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function sqliteDeliveryStore(engine: SqliteEngine, outbox: SqliteOutbox): DeliveryStore {
  return {
    load: async (): Promise<DeliveryState> => {
      const checkpoint = toCheckpoint(await engine.read('delivery.checkpoint', undefined));
      const lanes = mapRows(await engine.read('delivery.lanes', undefined), 3, toLane);
      const parked = await loadParked(engine);
      return { checkpoint, lanes, parked, settled: await loadSettled(engine, checkpoint?.attempts ?? 0) };
    },
    flush: async (batch) => {
      try {
        const input = encodeFlush(batch);
        const write = engine.write('delivery.flush', input, weightOf(input));
        return { lastAttemptRow: await outbox.written(batch, write) };
      } catch (error) {
        throw passes(error) ? error : new UnstorableError(messageOf(error), { cause: error });
      }
    },
  };
}
