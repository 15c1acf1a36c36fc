/** What became of the legs of a call while nobody listened. */
import { isLive } from '../../graph/channel.ts';
import type { World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';

/** Legs of extensions that were there and are not, and did not send the call on as far as is known; the oldest first. */
export function goneLegs({ graph }: World, call: CallRecord): readonly LegRecord[] {
  return [...call.legs.values()]
    .filter((leg) => leg.endedAt === null && leg.extension !== null && !leg.transferred)
    .filter(({ channelId }) => graph.get(channelId)?.end?.estimated === true)
    .sort((one, two) => one.startedAt - two.startedAt || one.order - two.order);
}

export function liveLegs({ graph }: World, call: CallRecord): readonly LegRecord[] {
  return [...call.legs.values()].filter(({ channelId, endedAt }) => {
    const channel = graph.get(channelId);
    return endedAt === null && channel !== undefined && isLive(channel);
  });
}

export const ringsNow = ({ graph }: World, { channelId }: LegRecord): boolean =>
  graph.get(channelId)?.facts?.state === 'ringing';

/** Id of the call that the leg was part of when it began. */
export const bornIn = (call: CallRecord, leg: LegRecord): string => leg.bornIn ?? call.id;
