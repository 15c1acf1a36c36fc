/** What is new about a call's time in queues. */
import { isLive, type Channel } from '../../graph/channel.ts';
import { deviceReached } from '../../graph/reached.ts';
import { leaveMachines } from '../machines/enter-service.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { noticeTaken, whoTalksWith } from './notice-taken.ts';
import { stateOf } from '../state.ts';
import { isWaiting, type Offer, type QueueLeaveReason, type QueueStay } from './stay.ts';

/** Milliseconds that why a caller left a queue may take to show. */
const reasonWithinMs = 1_000;

/** Tells who joined, and the agents that ring; after their legs were told of. */
export function tellJoined(world: World, call: CallRecord, moment: Moment): void {
  for (const stay of call.stays) {
    if (stay.toldJoined) continue;
    stay.toldJoined = true;
    call.state = stateOf(call);
    const { position, waiting } = stay;
    world.teller.queue('queue.joined', call, stay, null, moment.at, { ...namesOf(stay), position, waiting });
  }
}

export function tellOffers(world: World, call: CallRecord, moment: Moment): void {
  for (const [stay, offer] of offersOf(call)) {
    const leg = offer.toldRinging ? null : legOf(world, call, offer);
    if (!leg?.toldDial) continue;
    offer.toldRinging = true;
    const waitMs = Math.max(0, offer.at - stay.joinedAt);
    const data = { ...namesOf(stay), ...agentOf(world, offer, leg), waitMs };
    world.teller.queue('queue.agent_ringing', call, stay, leg, moment.at, data, offer);
  }
}

/** Tells the agents that missed the call. */
export function tellMissed(world: World, call: CallRecord, moment: Moment): void {
  for (const [stay, offer] of offersOf(call)) {
    const ringMs = offer.missedAfterMs;
    if (ringMs === null || offer.toldMissed) continue;
    const leg = legOf(world, call, offer);
    const data = { ...namesOf(stay), ...agentOf(world, offer, leg), ringMs };
    offer.toldMissed = true;
    world.teller.queue('queue.agent_missed', call, stay, leg, moment.at, data, offer);
  }
}

/** Tells who took the call, and who left. */
export function tellLeft(world: World, call: CallRecord, moment: Moment): void {
  for (const stay of call.stays) {
    const channel = moment.over ? undefined : world.graph.get(stay.channelId);
    if (isWaiting(stay) && !(channel && isLive(channel))) {
      stay.leftAt = moment.at;
      stay.saidAbandoned = !moment.found;
    }
    if (!stay.toldLeft) noticeTaken(world, call, stay, moment.at);
    tellTaken(world, call, stay, moment);
    if (stay.leftAt === null || stay.toldLeft) continue;
    const reason = reasonOf(call, stay, channel);
    if (reason === undefined && moment.at < stay.leftAt + reasonWithinMs) continue;
    const status = channel?.facts?.queueStatus ?? null;
    stay.toldLeft = true;
    stay.gaveUp = reason === 'abandoned';
    leave(call, stay);
    call.state = stateOf(call);
    const waitMs = Math.max(0, stay.leftAt - stay.joinedAt);
    const data = {
      ...namesOf(stay),
      // Nothing new was said within that time, so what is shown may be about this queue as well.
      reason: reason ?? (stay.taken ? 'answered' : status === null ? null : byStatus(status)),
      position: stay.position,
      waitMs,
    };
    world.teller.queue('queue.left', call, stay, null, moment.at, data);
  }
}

/** When to look again at why a caller left; null: nobody's reason is waited for. */
export function reasonDue(call: CallRecord): number | null {
  const left = call.stays.flatMap(({ leftAt, toldLeft }) => (leftAt === null || toldLeft ? [] : [leftAt]));
  return left.length === 0 ? null : Math.min(...left) + reasonWithinMs;
}

function tellTaken(world: World, call: CallRecord, stay: QueueStay, moment: Moment): void {
  const offer = stay.taken === null ? undefined : stay.offers.get(stay.taken.memberId);
  const leg = offer && (legOf(world, call, offer) ?? whoTalksWith(world, call, stay));
  if (!stay.taken || !offer || !leg || leg.answeredAt === null || stay.toldTaken) return;
  stay.toldTaken = true;
  offer.legId ??= leg.channelId;
  const waitMs = Math.max(0, leg.answeredAt - stay.joinedAt);
  const ringMs = leg.ringingAt === null ? stay.taken.ringMs : Math.max(0, leg.answeredAt - leg.ringingAt);
  const data = { ...namesOf(stay), ...agentOf(world, offer, leg), waitMs, ringMs };
  world.teller.queue('queue.answered', call, stay, leg, moment.at, data, offer);
}

/** The call is in this queue no more; one that was given up stays abandoned. */
function leave(call: CallRecord, stay: QueueStay): void {
  leaveMachines(call, stay.channelId, stay.leftAt ?? stay.joinedAt);
  const inQueue = call.service?.kind === 'queue' && call.service.channelId === stay.channelId;
  if (inQueue && !stay.gaveUp && !call.stays.some(isWaiting)) call.service = null;
}

/** What Asterisk's `Queue` says of its end, by the word for it. */
const reasonOfStatus: Readonly<Record<string, QueueLeaveReason>> = {
  TIMEOUT: 'timeout',
  FULL: 'full',
  JOINEMPTY: 'empty',
  LEAVEEMPTY: 'empty',
  JOINUNAVAIL: 'empty',
  LEAVEUNAVAIL: 'empty',
  CONTINUE: 'withdrawn',
  WITHDRAW: 'withdrawn',
};

/** Undefined: it may still be said. */
function reasonOf(
  call: CallRecord,
  stay: QueueStay,
  channel: Channel | undefined,
): QueueLeaveReason | null | undefined {
  // Told after the agent's answer, unless that does not come.
  if (stay.taken) return stay.toldTaken || !channel || !isLive(channel) ? 'answered' : undefined;
  const status = channel?.facts?.queueStatus ?? null;
  if (status !== null && status !== stay.statusBefore) return byStatus(status);
  const isGone = !channel || !isLive(channel) || (call.hungUp?.sure && call.hungUp.channelId === stay.channelId);
  if (isGone) return stay.saidAbandoned ? 'abandoned' : null;
  const number = channel.facts?.dialledNumber ?? null;
  return number !== stay.numberBefore && number !== null && /^[0-9*#]$/.test(number) ? 'key' : undefined;
}

const byStatus = (status: string): QueueLeaveReason | null => reasonOfStatus[status] ?? null;

function* offersOf(call: CallRecord): Generator<readonly [QueueStay, Offer]> {
  for (const stay of call.stays) for (const offer of stay.offers.values()) yield [stay, offer];
}

function legOf({ graph }: World, call: CallRecord, offer: Offer): LegRecord | null {
  const member = graph.get(offer.memberId);
  const device = member ? deviceReached(graph, member) : null;
  if (device) offer.legId = device.id;
  return (offer.legId === null ? undefined : call.legs.get(offer.legId)) ?? null;
}

const namesOf = (stay: QueueStay) => ({ queue: stay.queue, queueName: null });

const agentOf = ({ rules }: World, offer: Offer, leg: LegRecord | null) => ({
  agent: offer.agent,
  agentExtension: leg?.extension ?? rules.extensionIn(offer.agent),
  agentName: offer.agentName === offer.agent ? (leg?.name ?? null) : offer.agentName,
});
