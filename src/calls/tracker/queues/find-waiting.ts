/** Sets right who waits in queues, by a picture of all who do: nothing was heard for a while, or ever. */
import { isLive, type Channel } from '../../graph/channel.ts';
import type { QueueAgent, Waiting } from '../../signal.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { clean } from '../parties.ts';
import { join, stayOf } from './queue-signals.ts';
import { isWaiting, type QueueStay } from './stay.ts';

/** `agents`: of all queues; null: the PBX does not say. */
export interface QueuesNow {
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly agents: readonly QueueAgent[] | null;
}

export function findWaiting(world: World, call: CallRecord, now: QueuesNow, at: number): void {
  const waitedBefore = call.stays.filter(isWaiting);
  for (const channel of call.group.channels.values()) {
    const found = now.waiting.get(channel.id);
    if (!found || !isLive(channel)) continue;
    const left = stayOf(call, channel.id) ? undefined : placeLeft(call, clean(found.queue), now.waiting);
    if (left) takePlace(call, left, channel.id);
    else join(call, channel, found, at);
    noteStanding(stayOf(call, channel.id), channel);
  }
  // Of one that is gone it is told with its end.
  for (const stay of waitedBefore) {
    if (isWaiting(stay) && !now.waiting.has(stay.channelId) && isThere(world, stay)) stay.leftAt = at;
    if (!isWaiting(stay)) findLeft(stay, now.agents);
  }
}

/** What it shows while it waits is not about how it leaves; but where it goes by a key shows just before the queue lets it go. */
function noteStanding(stay: QueueStay | undefined, { facts }: Channel): void {
  if (!stay || !facts) return;
  stay.numberBefore ??= facts.dialledNumber;
  stay.statusBefore = facts.queueStatus ?? null;
}

function findLeft(stay: QueueStay, agents: QueuesNow['agents']): void {
  stay.found = true;
  stay.agents = agents?.filter(({ queue }) => clean(queue) === stay.queue) ?? null;
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
