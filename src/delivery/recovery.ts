/** Puts the lanes back to where they stood, from what was stored before the process ended. */
import type { Logger } from '../kit/logger.ts';
import { attachCursor, type Gap } from '../log/cursor.ts';
import type { EventLog } from '../log/event-log.ts';
import type { DeliveryKey, DeliveryState, DetachedLane, ParkedRow } from '../records/delivery-store.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneTable } from './lane-table.ts';

export interface RecoveryDeps {
  readonly log: EventLog;
  readonly logger: Logger;
  readonly lanes: LaneTable;
  readonly checkpointer: Checkpointer;
  /** Parked deliveries whose events or receiver are no more. */
  readonly giveUp: (rows: readonly ParkedRow[], detail: string) => void;
  /** Events the lane had not read are gone. */
  expired(lane: Lane, gap: Gap): void;
}

/** @returns the sequence after which the router goes on */
export function recover(deps: RecoveryDeps, state: DeliveryState): number {
  const { log, logger, checkpointer } = deps;
  const known = state.checkpoint ?? { log: log.id, seq: log.floor(), attempts: 0 };
  const { next, gap } = attachCursor(log, known);
  if (gap) logger.error({ ...gap }, 'delivery goes on after a gap in the log');
  // Parked ones too: a retry may settle one before the router has come to its event again.
  let newestSettled = next.seq;
  for (const { seq } of state.settled) newestSettled = Math.max(newestSettled, seq);
  for (const { seq } of state.parked) newestSettled = Math.max(newestSettled, seq);
  checkpointer.start(next.seq, known.attempts, newestSettled);
  if (known.log === log.id) restoreLanes(deps, state, next.seq, known.attempts);
  else forgetLog(deps, state);
  return next.seq;
}

/** What was kept about another log says nothing about this one. */
function forgetLog({ lanes, giveUp }: RecoveryDeps, state: DeliveryState): void {
  giveUp(state.parked, 'log_replaced');
  for (const { endpoint } of state.lanes) lanes.dropRow(endpoint);
}

function restoreLanes(deps: RecoveryDeps, state: DeliveryState, checkpoint: number, attempts: number): void {
  const { lanes } = deps;
  for (const row of state.lanes) restoreDetached(deps, row, attempts);
  const remember = ({ endpoint, subscription, seq }: DeliveryKey & { readonly endpoint: number }): void => {
    const lane = lanes.obtain(endpoint)?.lane;
    if (lane && seq > (lane.attached ? checkpoint : lane.readPosition)) lane.remember({ subscription, seq });
  };
  for (const delivery of state.settled) remember(delivery);
  for (const delivery of state.parked) remember(delivery);
  for (const [endpoint, rows] of Map.groupBy(state.parked, (row) => row.endpoint)) {
    const lane = lanes.obtain(endpoint)?.lane;
    if (lane) lane.restoreParked(rows);
    else deps.giveUp(rows, 'subscription_deleted');
  }
}

function restoreDetached(deps: RecoveryDeps, row: DetachedLane, attempts: number): void {
  const { log, lanes } = deps;
  const state = lanes.obtain(row.endpoint);
  if (!state) {
    lanes.dropRow(row.endpoint);
    return;
  }
  const { next, gap } = attachCursor(log, { log: log.id, seq: row.cursor });
  state.stored = true;
  state.rowMark = attempts;
  lanes.detach(state, next.seq);
  if (gap) deps.expired(state.lane, gap);
  for (const key of row.settledAbove) if (key.seq > next.seq) state.lane.remember(key);
}
