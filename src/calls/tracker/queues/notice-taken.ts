import { isLive } from '../../graph/channel.ts';
import { partnersOf } from '../../graph/connected.ts';
import type { QueueAgent } from '../../signal.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { offer } from './queue-signals.ts';
import type { QueueStay } from './stay.ts';
import { newStatus } from './why-left.ts';

/** Of a channel that was not seen to begin the PBX may say so only by the second. */
const wholeSecondMs = 1_000;

/**
 * A caller who talks with somebody who was called before that was taken from it by them, though the PBX
 * did not say so, or said it while nobody listened; and has left the queue by that.
 */
export function noticeTaken(world: World, call: CallRecord, stay: QueueStay, moment: Moment): void {
  if (stay.gaveUp || (stay.taken && stay.leftAt !== null)) return;
  const leg = whoTalksWith(world, call, stay);
  if (!leg || !wasCalledIn(stay, leg, moment.at)) return;
  const known = [...stay.offers.values()].find(({ legId }) => legId === leg.channelId);
  const agent = known ? null : agentOf(world, stay, leg);
  const isFound = stay.leftAt === null ? moment.found : stay.found;
  if (isFound && !stay.taken && !known && !mayHaveTaken(world, stay, agent)) return;
  stay.found = isFound;
  stay.leftAt ??= moment.at;
  if (stay.taken) return;
  const memberId = known?.memberId ?? leg.channelId;
  const names = { agent: agent?.agent ?? null, agentName: agent?.agentName ?? null };
  offer(stay, { memberId, ...names }, stay.leftAt, 'outcome');
  stay.taken = { memberId, ringMs: null };
}

function wasCalledIn({ joinedAt, leftAt }: QueueStay, leg: LegRecord, at: number): boolean {
  const latestStart = leg.partial ? leg.startedAt + wholeSecondMs : leg.startedAt;
  return latestStart >= joinedAt && leg.startedAt <= (leftAt ?? at);
}

/**
 * Whether somebody whom the queue was not heard to call may have the call from it: not where the PBX says that it left
 * otherwise, and was sent there later; nor where they are no agent of the queue.
 */
function mayHaveTaken({ graph }: World, stay: QueueStay, agent: QueueAgent | null): boolean {
  return newStatus(stay, graph.get(stay.channelId)) === null && (stay.agents === null || agent !== null);
}

/** The agent of the queue whose device that is: by its name, or by the number that is called there. */
function agentOf({ graph, rules }: World, stay: QueueStay, leg: LegRecord): QueueAgent | null {
  const shown = graph.get(leg.channelId)?.facts?.device ?? null;
  const isTheirs = (name: string | null): boolean =>
    name !== null && (name === shown || (leg.extension !== null && rules.extensionIn(name) === leg.extension));
  return stay.agents?.find(({ agent, device }) => isTheirs(agent) || isTheirs(device)) ?? null;
}

/** The called device that the caller talks with now. */
export function whoTalksWith({ graph }: World, call: CallRecord, { channelId }: QueueStay): LegRecord | undefined {
  const channel = graph.get(channelId);
  if (!channel || !isLive(channel)) return undefined;
  return partnersOf(graph, call.group, channelId)
    .flatMap((id) => call.legs.get(id) ?? [])
    .find((leg) => leg.role === 'callee');
}
