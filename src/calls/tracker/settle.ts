/**
 * Brings a call's record up to what the graph now shows, and tells what is new. Nothing is triggered by a single signal:
 * after each one the whole call is looked at again, so that signals may come in any order. Within one look things are
 * told in the order of a call's life: it starts, is sent on, legs are dialled, ring, are answered, are held, end, the call ends.
 */
import { announce } from './announce.ts';
import { answer, holds } from './answer.ts';
import { describe } from './beginning.ts';
import { ends, finish } from './ending.ts';
import { refreshLegs } from './legs.ts';
import { endMachines } from './machines/settle-machines.ts';
import type { Moment, World } from './moment.ts';
import { tellParking } from './parking/settle-parking.ts';
import { tellJoined, tellLeft, tellMissed, tellOffers } from './queues/settle-queues.ts';
import type { CallRecord } from './record.ts';
import { followRecordings } from './recordings/record-recordings.ts';
import { tellVisits } from './rooms/settle-rooms.ts';
import { begin } from './start.ts';
import { stateOf } from './state.ts';
import { connect } from './talk.ts';
import { completeTransfers, failTransfers, startTransfers } from './transfers/settle-transfers.ts';

/** Tells what the call is in no more: queues, rooms, slots, menus, transfers under way. */
function endStays(world: World, call: CallRecord, moment: Moment): void {
  tellMissed(world, call, moment);
  tellLeft(world, call, moment);
  tellVisits(world, call, moment);
  tellParking(world, call, moment);
  endMachines(world, call, moment);
  failTransfers(world, call, moment);
}

/** Looks at a call. Its group may be dropped once the call has ended. */
export function settle(world: World, call: CallRecord, moment: Moment): void {
  if (call.ended) return;
  refreshLegs(call, world.rules);
  followRecordings(world, call, moment);
  connect(world, call, moment);
  if (!call.started && !begin(world, call, moment)) return;
  describe(world.graph, call, world.rules);
  startTransfers(world, call, moment);
  tellJoined(world, call, moment);
  endMachines(world, call, moment);
  tellParking(world, call, moment);
  announce(world, call, moment);
  tellOffers(world, call, moment);
  answer(world, call, moment);
  tellVisits(world, call, moment);
  completeTransfers(world, call, moment);
  holds(world, call, moment);
  call.state = stateOf(call);
  ends(world, call, moment);
  endStays(world, call, moment);
  finish(world, call, moment, endStays);
  if (!call.ended) {
    call.state = stateOf(call);
    world.teller.changes(call, moment);
  }
}
