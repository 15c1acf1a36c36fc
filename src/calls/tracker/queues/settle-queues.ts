/** What is new about a call's time in queues. */
import { isLive } from '../../graph/channel.ts';
import { deviceReached } from '../../graph/reached.ts';
import { leaveMachines } from '../machines/enter-service.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { noticeTaken, whoTalksWith } from './notice-taken.ts';
import { stateOf } from '../state.ts';
import { isWaiting, type Offer, type QueueStay } from './stay.ts';
import { reasonAtLast, reasonOf } from './why-left.ts';

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
    if (!stay.toldLeft && !(channel && isLive(channel))) goneWith(call, stay, moment);
    if (!stay.toldLeft) noticeTaken(world, call, stay, moment);
    tellTaken(world, call, stay, moment);
    if (stay.leftAt === null || stay.toldLeft) continue;
    const reason = reasonOf(call, stay, channel);
    if (reason === undefined && moment.at < stay.leftAt + reasonWithinMs) continue;
    stay.reason = reason ?? reasonAtLast(stay, channel);
    stay.toldLeft = true;
    stay.agents = null;
    stay.gaveUp = reason === 'abandoned';
    leave(call, stay);
    call.state = stateOf(call);
    const waitMs = Math.max(0, stay.leftAt - stay.joinedAt);
    const how = { reason: stay.reason, position: stay.position, waitMs };
    const data = { ...namesOf(stay), ...how, ...(stay.found && { estimated: true }) };
    world.teller.queue('queue.left', call, stay, null, moment.at, data);
  }
}

/** Its channel is gone. That it left before by itself, and why, may be what was not seen. */
function goneWith({ hungUp }: CallRecord, stay: QueueStay, { at, found }: Moment): void {
  if (found) stay.saidAbandoned = hungUp?.sure === true && hungUp.channelId === stay.channelId;
  else if (isWaiting(stay)) stay.saidAbandoned = true;
  stay.found ||= found;
  stay.leftAt ??= at;
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
  // When it was answered was not seen either, so the times are at most these.
  const times = { waitMs, ringMs, ...((moment.found || stay.found) && { estimated: true }) };
  const data = { ...namesOf(stay), ...agentOf(world, offer, leg), ...times };
  world.teller.queue('queue.answered', call, stay, leg, moment.at, data, offer);
}

/** The call is in this queue no more; one that was given up stays abandoned. */
function leave(call: CallRecord, stay: QueueStay): void {
  leaveMachines(call, stay.channelId, stay.leftAt ?? stay.joinedAt);
  const inQueue = call.service?.kind === 'queue' && call.service.channelId === stay.channelId;
  if (inQueue && !stay.gaveUp && !call.stays.some(isWaiting)) call.service = null;
}

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
