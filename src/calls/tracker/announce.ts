import { isLive, type Channel } from '../graph/channel.ts';
import { originOf } from '../graph/origin.ts';
import type { Moment, World } from './moment.ts';
import type { CallRecord, LegRecord } from './record.ts';
import { asks } from './transfers/begin-transfer.ts';
import { startTransfers } from './transfers/settle-transfers.ts';
import { forwarderOf } from './transfers/forward.ts';
import { senderOf, transferData } from './transfers/transfer-data.ts';
import { stateOf } from './state.ts';
import { moveOn } from './teller.ts';

/** Tells which legs dial, are dialled, and ring. */
export function announce(world: World, call: CallRecord, moment: Moment): void {
  const legs = [...call.legs.values()].filter((leg) => leg.endedAt === null).sort((one, two) => one.order - two.order);
  for (const leg of legs) {
    const channel = world.graph.get(leg.channelId);
    if (!channel || channel.expected) continue;
    if (leg.channelId === call.initiatorId) {
      leg.dialing = true;
      tellDial(world, call, leg, moment, 'leg.dial_out');
    } else if (!isReached(world, call, leg, channel)) continue;
    else {
      if (!leg.toldDial) noteWhoSentIt(world, call, leg, channel, moment);
      startTransfers(world, call, moment);
      tellDial(world, call, leg, moment, 'leg.dial_in');
    }
    tellRinging(world, call, leg, channel, moment);
  }
}

/** A called leg counts once its caller is known, it is connected, or it is found ringing. */
function isReached(world: World, call: CallRecord, leg: LegRecord, channel: Channel): boolean {
  if (leg.dialing) return true;
  const ringsAsFound = leg.partial && channel.facts?.state === 'ringing';
  leg.dialing = ringsAsFound || call.connected.has(leg.channelId) || originOf(world.graph, channel) !== null;
  call.state = stateOf(call);
  return leg.dialing;
}

/** The transfer that led to this leg, the latest whose transferee has it called or that asks it first, or the phone that was called before. */
function noteWhoSentIt(world: World, call: CallRecord, leg: LegRecord, channel: Channel, moment: Moment): void {
  const origin = originOf(world.graph, channel);
  const caller = origin?.caller ?? null;
  if (origin) leg.forwardedFrom = forwarderOf(call, origin.path, leg.extension);
  if (caller === null) return;
  const asking = call.legs.get(caller.id);
  if (asking) asks(world, call, asking, leg, moment.at);
  const sent = call.transfers.findLast(
    ({ transfereeIds, askingId, at }) =>
      askingId === leg.channelId || (transfereeIds.has(caller.id) && at <= channel.firstAt),
  );
  leg.sentBy = sent ?? null;
}

function tellDial(
  world: World,
  call: CallRecord,
  leg: LegRecord,
  moment: Moment,
  type: 'leg.dial_in' | 'leg.dial_out',
): void {
  // An order that is seen late makes one of it that is past that.
  if (leg.toldDial || leg.answeredAt !== null) return;
  leg.toldDial = true;
  const data = transferData(call, leg);
  const sender = senderOf(leg);
  if (leg.extension !== null) world.teller.leg(type, call, leg, moment.at, data);
  else if (sender !== null) world.teller.sentOut(call, leg, sender, moment.at, data);
}

function tellRinging(world: World, call: CallRecord, leg: LegRecord, channel: Channel, moment: Moment): void {
  if (leg.ringingAt !== null || leg.answeredAt !== null || !isLive(channel)) return;
  if (leg.channelId === call.initiatorId && !call.originated) return;
  if (!channel.rang && !channel.incoming.some((dial) => dial.ringing)) return;
  leg.ringingAt = moveOn(call, moment.at);
  world.teller.leg('leg.ringing', call, leg, moment.at, {});
}
