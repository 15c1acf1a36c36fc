import { isLive } from '../../graph/channel.ts';
import type { Call } from '../../../model/call.ts';
import type { LegOutcome } from '../../../model/outcome.ts';
import type { Moment, World } from '../moment.ts';
import { isUnsure, type QueueStay } from '../queues/stay.ts';
import type { CallRecord } from '../record.ts';
import type { MachineLeg } from './machine.ts';

/** Tells which queues and menus the call has left. */
export function endMachines(world: World, call: CallRecord, moment: Moment): void {
  for (const leg of call.machines) {
    if (leg.toldEnd) continue;
    const channel = moment.over ? undefined : world.graph.get(leg.channelId);
    const isGone = !channel || !isLive(channel);
    if (leg.endedAt === null && !isGone) continue;
    const stay = stayIn(call, leg);
    if (stay && isStillUnclear(stay, isGone && moment.found)) continue;
    leg.estimated = stay ? stay.found : leg.estimated || (moment.found && leg.endedAt === null);
    leg.endedAt = Math.max(leg.startedAt, Math.min(leg.endedAt ?? moment.at, emptySince(call)));
    leg.outcome = outcomeOf(leg, stay, isGone);
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
export function closeMachines(
  { teller }: World,
  call: CallRecord,
  ending: Pick<Call, 'outcome' | 'hungUpBy'>,
  estimated: { readonly estimated?: true },
): void {
  const isUnknown = ending.outcome === 'lost' || call.stays.some(isUnsure);
  const bridged = call.metPhone || (isUnknown ? null : false);
  for (const leg of call.machines) teller.machineClosed(call, leg, ending, { bridged, ...estimated });
}

/** The stay in the queue that this leg is. */
const stayIn = (call: CallRecord, { role, channelId, startedAt }: MachineLeg): QueueStay | undefined =>
  role === 'ivr'
    ? undefined
    : call.stays.findLast((stay) => stay.channelId === channelId && stay.joinedAt === startedAt);

/** How a queue was left may take a moment to show. */
const isStillUnclear = (stay: QueueStay, isFoundGone: boolean): boolean =>
  !stay.toldLeft && (stay.leftAt !== null || isFoundGone);

function outcomeOf(leg: MachineLeg, stay: QueueStay | undefined, isGone: boolean): LegOutcome {
  const isLost = leg.estimated && isGone;
  if (leg.role === 'ivr') return isLost ? 'lost' : isGone ? 'machine' : 'forwarded';
  if (stay === undefined) return isLost ? 'lost' : 'abandoned';
  if (stay.taken || stay.reason === 'answered') return 'answered';
  if (isUnsure(stay)) return 'lost';
  return stay.gaveUp || (isGone && !stay.found) ? 'abandoned' : 'no_answer';
}
