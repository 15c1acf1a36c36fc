/** Sets right who waits in queues, by a picture of all who do: nothing was heard for a while, or ever. */
import { isLive } from '../../graph/channel.ts';
import type { Waiting } from '../../signal.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { clean } from '../parties.ts';
import { join, stayOf } from './queue-signals.ts';
import { isWaiting, type QueueStay } from './stay.ts';

export function findWaiting(world: World, call: CallRecord, waiting: ReadonlyMap<string, Waiting>, at: number): void {
  for (const channel of call.group.channels.values()) {
    const found = waiting.get(channel.id);
    if (!found || !isLive(channel)) continue;
    const left = stayOf(call, channel.id) ? undefined : placeLeft(call, clean(found.queue), waiting);
    if (left) takePlace(call, left, channel.id);
    else join(call, channel, found, at);
  }
  // Of one that is gone it is told with its end.
  for (const stay of call.stays) {
    if (isWaiting(stay) && !waiting.has(stay.channelId) && isThere(world, stay)) stay.leftAt = at;
  }
}

const isThere = ({ graph }: World, { channelId }: QueueStay): boolean => graph.get(channelId)?.end === null;

/** Somebody who waited in that queue does no more, and has left the place to another of the call. */
const placeLeft = (
  call: CallRecord,
  queue: string | null,
  waiting: ReadonlyMap<string, Waiting>,
): QueueStay | undefined =>
  call.stays.find((stay) => isWaiting(stay) && stay.queue === queue && !waiting.has(stay.channelId));

function takePlace(call: CallRecord, stay: QueueStay, channelId: string): void {
  for (const machine of call.machines) {
    if (machine.channelId === stay.channelId && machine.endedAt === null) machine.channelId = channelId;
  }
  stay.channelId = channelId;
}
