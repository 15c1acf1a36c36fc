/** Puts the lanes back to where they stood, from what was stored before the process ended. */
import { attachCursor } from '../log/cursor.ts';
import type { EventLog } from '../log/event-log.ts';
import type { DeliveryState, DetachedLane, LaneDeliveryKey } from '../records/delivery-store.ts';
import type { StoredReplay } from '../records/replay-store.ts';
import type { Checkpointer } from './flush/checkpointer.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneTable } from './lane-table.ts';
import type { LostEvents } from './reading/lost-events.ts';
import type { SubscriptionRegistry } from '../subscriptions/registry.ts';
import type { ReplayRunner } from './replay/replay-runner.ts';

export interface RecoveryDeps {
  readonly log: EventLog;
  readonly registry: SubscriptionRegistry;
  readonly lanes: LaneTable;
  readonly checkpointer: Checkpointer;
  readonly lost: LostEvents;
  readonly replays: ReplayRunner;
}

/** @returns the sequence after which the router goes on */
export function recover(deps: RecoveryDeps, state: DeliveryState, replays: readonly StoredReplay[]): number {
  const { log, checkpointer } = deps;
  const known = state.checkpoint ?? { log: log.id, seq: log.floor(), attempts: 0 };
  const { next, gap } = attachCursor(log, known);
  // Parked ones too: a retry may settle one before the router has come to its event again.
  let newestSettled = next.seq;
  for (const { seq } of state.settled) newestSettled = Math.max(newestSettled, seq);
  for (const { seq } of state.parked) newestSettled = Math.max(newestSettled, seq);
  checkpointer.start(next.seq, known.attempts, newestSettled);
  deps.replays.restore(replays, known.attempts);
  if (known.log === log.id) restoreLanes(deps, state, next.seq, known.attempts);
  else forgetLog(deps, state);
  // Now that it is known which lanes read on their own.
  if (gap) deps.lost.missedByRouter(gap);
  return next.seq;
}

/** What was kept about another log says nothing about this one. */
function forgetLog({ lanes, lost }: RecoveryDeps, state: DeliveryState): void {
  lost.giveUp(state.parked, 'log_replaced');
  for (const { endpoint } of state.lanes) lanes.dropRow(endpoint);
}

function restoreLanes(deps: RecoveryDeps, state: DeliveryState, checkpoint: number, attempts: number): void {
  const { lanes, registry } = deps;
  for (const row of state.lanes) restoreDetached(deps, row, attempts);
  type Place = LaneDeliveryKey & { readonly endpoint: number };
  // Rows say the endpoint; whether it went through a side lane of that, its subscription does.
  const laneOf = ({ subscription, seq, endpoint, replay }: Place): Lane | undefined => {
    if (replay !== 0) return lanes.findReplay(replay)?.lane;
    const lane = registry.laneAt(subscription, seq);
    const side = lane !== null && registry.sideLane(lane) ? lane : endpoint;
    return lanes.obtain(side)?.lane;
  };
  const remember = (delivery: Place): void => {
    const { subscription, seq } = delivery;
    const lane = laneOf(delivery);
    if (lane && seq > (lane.attached ? checkpoint : lane.readPosition)) lane.remember({ subscription, seq });
  };
  for (const delivery of state.settled) remember(delivery);
  for (const delivery of state.parked) remember(delivery);
  // Those of a side lane may be of two endpoints, one after the other.
  const parked = state.parked.toSorted((a, b) => a.seq - b.seq);
  for (const [lane, rows] of Map.groupBy(parked, laneOf)) {
    if (lane) lane.restoreParked(rows);
    else deps.lost.giveUp(rows, 'subscription_deleted');
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
  if (gap) deps.lost.missedBy(state.lane, gap);
  for (const key of row.settledAbove) if (key.seq > next.seq) state.lane.remember(key);
}
