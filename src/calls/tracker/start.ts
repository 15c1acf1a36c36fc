import { answererOf } from './answer.ts';
import { canBegin, chooseInitiator, describe } from './beginning.ts';
import type { Moment, World } from './moment.ts';
import { clean } from './parties.ts';
import { initiatorOf, type CallRecord } from './record.ts';
import { usableTime } from './snapshot.ts';
import { stateOf } from './state.ts';
import { moveOn } from './teller.ts';

/** Starts a pending call if it is ripe; false while it is not. */
export function begin(world: World, call: CallRecord, moment: Moment): boolean {
  const initiator = chooseInitiator(world.graph, call);
  if (!initiator) return false;
  const due = call.deadline !== null && moment.at >= call.deadline;
  // Listed by the PBX and never seen before: what stands there is all that is known of its past.
  const asFound = moment.found && initiator.partial;
  if (!due && !asFound && !canBegin(world.graph, call, initiator)) {
    call.deadline ??= moment.at + world.rules.limits.decideWithinMs;
    return false;
  }
  const facts = world.graph.get(initiator.channelId)?.facts;
  call.started = true;
  call.deadline = null;
  call.partial = initiator.partial;
  call.startedAt = initiator.startedAt;
  call.base = usableTime(facts?.createdAt) ?? initiator.startedAt;
  call.id = world.teller.callId(call.base, initiator.channelId);
  call.origin = { ...call.origin, billingCode: call.origin.billingCode ?? clean(facts?.accountCode ?? null) };
  initiator.role = 'caller';
  initiator.dialing = !call.ordered;
  describe(world.graph, call, world.rules);
  if (initiator.extension !== null) call.extensions.add(initiator.extension);
  if (asFound) takeAsFound(call, moment);
  call.state = stateOf(call);
  world.teller.started(call, initiator, call.partial ? { partial: true } : {});
  return true;
}

/** A call first seen when it was connected already: that it was answered is in its first event, and not told again. */
function takeAsFound(call: CallRecord, moment: Moment): void {
  const initiator = initiatorOf(call);
  if (call.connected.size === 0) return;
  for (const id of call.connected) {
    const leg = call.legs.get(id);
    if (leg) Object.assign(leg, { answeredAt: moveOn(call, moment.at), dialing: true, toldDial: true });
  }
  if (initiator) initiator.toldDial = true;
  call.answeredAt = moveOn(call, moment.at);
  call.answeredBy = answererOf(call);
}
