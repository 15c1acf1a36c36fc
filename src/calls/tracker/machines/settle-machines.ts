import { isLive } from '../../graph/channel.ts';
import type { Call } from '../../../model/call.ts';
import type { LegOutcome } from '../../../model/outcome.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import type { MachineLeg } from './machine.ts';

/** Tells which queues and menus the call has left. */
export function endMachines(world: World, call: CallRecord, moment: Moment): void {
  for (const leg of call.machines) {
    if (leg.toldEnd) continue;
    const channel = moment.over ? undefined : world.graph.get(leg.channelId);
    const isGone = !channel || !isLive(channel);
    if (leg.endedAt === null && !isGone) continue;
    if (isStillUnclear(call, leg)) continue;
    leg.endedAt = Math.max(leg.startedAt, Math.min(leg.endedAt ?? moment.at, emptySince(call)));
    leg.outcome = outcomeOf(call, leg, isGone);
    leg.toldEnd = true;
    world.teller.machine(call, leg, moment.at);
  }
}

/** When its last device left it, and with it all that it was in; what led to a queue or a menu may be seen to end later. */
function emptySince(call: CallRecord): number {
  const ends = [...call.legs.values()].map(({ endedAt }) => endedAt);
  return ends.length === 0 || ends.includes(null)
    ? Number.POSITIVE_INFINITY
    : Math.max(call.forgottenUntil, ...(ends as number[]));
}

/** The call is over: of each queue and menu it passed is told whether anybody answered it in the end. */
export function closeMachines({ teller }: World, call: CallRecord, outcome: Pick<Call, 'outcome' | 'hungUpBy'>): void {
  const data = { bridged: call.metPhone, ...(call.estimated && { estimated: true }) };
  for (const leg of call.machines) teller.machineClosed(call, leg, outcome, data);
}

/** How a queue was left may take a moment to show. */
const isStillUnclear = (call: CallRecord, leg: MachineLeg): boolean =>
  leg.role === 'queue' &&
  call.stays.some((stay) => stay.channelId === leg.channelId && stay.leftAt !== null && !stay.toldLeft);

function outcomeOf(call: CallRecord, leg: MachineLeg, isGone: boolean): LegOutcome {
  if (leg.role === 'ivr') return isGone ? 'machine' : 'forwarded';
  const stay = call.stays.findLast(
    ({ channelId, joinedAt }) => channelId === leg.channelId && joinedAt === leg.startedAt,
  );
  if (stay?.taken) return 'answered';
  return stay === undefined || stay.gaveUp || isGone ? 'abandoned' : 'no_answer';
}
