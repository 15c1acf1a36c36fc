/**
 * Brings a call's record up to what the graph now shows, and tells what is new. Nothing is triggered by a single signal:
 * after each one the whole call is looked at again, so that signals may come in any order. Within one look things are
 * told in the order of a call's life: it starts, legs are dialled, ring, are answered, are held, end, the call ends.
 */
import { announce } from './announce.ts';
import { answer, holds } from './answer.ts';
import { describe } from './beginning.ts';
import { ends, finish } from './ending.ts';
import { refreshLegs } from './legs.ts';
import type { Moment, World } from './moment.ts';
import type { CallRecord } from './record.ts';
import { begin } from './start.ts';
import { stateOf } from './state.ts';
import { connect } from './talk.ts';

/** Looks at a call. Its group may be dropped once the call has ended. */
export function settle(world: World, call: CallRecord, moment: Moment): void {
  if (call.ended) return;
  refreshLegs(call, world.rules);
  connect(world, call, moment);
  if (!call.started && !begin(world, call, moment)) return;
  describe(world.graph, call, world.rules);
  announce(world, call, moment);
  answer(world, call, moment);
  holds(world, call, moment);
  call.state = stateOf(call);
  ends(world, call, moment);
  finish(world, call, moment);
  if (!call.ended) {
    call.state = stateOf(call);
    world.teller.changes(call, moment.at);
  }
}
