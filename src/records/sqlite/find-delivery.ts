import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { AttemptQueries, DeliveryHistory } from '../attempt-queries.ts';
import type { LaneDeliveryKey } from '../delivery-store.ts';
import { parkedColumns } from './delivery-read-jobs.ts';
import { toParked } from './delivery-store.ts';
import { mapRows } from './flat.ts';

const mostAttempts = 500;

export async function findDelivery(
  engine: SqliteEngine,
  list: AttemptQueries['list'],
  { subscription, seq, replay }: LaneDeliveryKey,
): Promise<DeliveryHistory | null> {
  const [rows, { attempts }] = await Promise.all([
    engine.read('attempts.parkedOne', { subscription, seq, replay }),
    list({ subscriptions: [subscription], seqs: [seq], replay, limit: mostAttempts }),
  ]);
  const parked = mapRows(rows, parkedColumns, toParked)[0] ?? null;
  return parked || attempts.length > 0 ? { parked, attempts } : null;
}
