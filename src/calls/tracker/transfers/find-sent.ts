/**
 * A call that was sent on without asking: who talked is gone, and the other one stands at the number of somebody who was
 * not there before, and has them, or has them called. Standing elsewhere it was not sent on by who left, as far as is
 * known: a dialplan may go on when somebody hangs up.
 */
import { isLive } from '../../graph/channel.ts';
import { partnersOf } from '../../graph/connected.ts';
import { refreshLegs } from '../legs.ts';
import type { Moment, World } from '../moment.ts';
import { dialledBy } from '../parties.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { note } from './begin-transfer.ts';
import { goneLegs, liveLegs } from './legs-found.ts';

export function findSent(world: World, call: CallRecord, moment: Moment): void {
  const before = new Set(call.legs.keys());
  const [transferer, other] = goneLegs(world, call).filter(({ channelId }) => call.connected.has(channelId));
  if (!transferer || other) return;
  const transferees = liveLegs(world, call).filter(({ channelId }) => call.connected.has(channelId));
  refreshLegs(call, world.rules);
  const target = liveLegs(world, call).find(
    (leg) => !before.has(leg.channelId) && transferees.some((one) => hasNow(world, call, one, leg)),
  );
  if (!target || target.extension === transferer.extension) return;
  target.sentBy = note(
    call,
    [transferer.channelId],
    transferees.map(({ channelId }) => channelId),
    { kind: 'blind', target: numberOf(target), byKeys: null, at: moment.at, stays: false, askingId: null },
  );
}

const numberOf = (leg: LegRecord): string | null => leg.extension ?? leg.number;

function hasNow({ graph, rules }: World, call: CallRecord, transferee: LegRecord, target: LegRecord): boolean {
  const standsAt = dialledBy(graph.get(transferee.channelId)?.facts ?? null);
  if (standsAt === null) return false;
  const isMeant = [standsAt, rules.numbers.read(standsAt).number].includes(numberOf(target));
  // Where it stood before it was sent on there is nobody new.
  if (!isMeant || standsAt === call.to.raw) return false;
  const channel = graph.get(target.channelId);
  const rings = channel !== undefined && isLive(channel) && channel.facts?.state === 'ringing';
  return rings || partnersOf(graph, call.group, target.channelId).includes(transferee.channelId);
}
