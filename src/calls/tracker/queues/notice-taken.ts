import { isLive } from '../../graph/channel.ts';
import { partnersOf } from '../../graph/connected.ts';
import type { World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { offer } from './queue-signals.ts';
import type { QueueStay } from './stay.ts';

/**
 * A caller who talks with somebody who was called before that was taken from it by them, though the PBX
 * did not say so, or said it while nobody listened; and has left the queue by that.
 */
export function noticeTaken(world: World, call: CallRecord, stay: QueueStay, at: number): void {
  if (stay.gaveUp || (stay.taken && stay.leftAt !== null)) return;
  const agent = whoTalksWith(world, call, stay);
  if (!agent || agent.startedAt < stay.joinedAt || agent.startedAt > (stay.leftAt ?? at)) return;
  stay.leftAt ??= at;
  const { leftAt } = stay;
  if (stay.taken) return;
  const known = [...stay.offers.values()].find(({ legId }) => legId === agent.channelId);
  const memberId = known?.memberId ?? agent.channelId;
  offer(stay, { memberId, agent: null, agentName: null }, leftAt, 'outcome');
  stay.taken = { memberId, ringMs: null };
}

/** The called device that the caller talks with now. */
export function whoTalksWith({ graph }: World, call: CallRecord, { channelId }: QueueStay): LegRecord | undefined {
  const channel = graph.get(channelId);
  if (!channel || !isLive(channel)) return undefined;
  return partnersOf(graph, call.group, channelId)
    .flatMap((id) => call.legs.get(id) ?? [])
    .find((leg) => leg.role === 'callee');
}
