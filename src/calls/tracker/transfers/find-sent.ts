/**
 * A call that was sent on: who talked is gone, and the other one stands at the number of somebody who was not there
 * before, and has them called, or has them. In the first case nobody was asked before; in the second that is not known,
 * since who takes another's place stands where that one stood. Standing elsewhere it was not sent on by who left, as
 * far as is known: a dialplan may go on when somebody hangs up.
 */
import { partnersOf } from '../../graph/connected.ts';
import { refreshLegs } from '../legs.ts';
import type { Moment, World } from '../moment.ts';
import { dialledBy } from '../parties.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { note } from './begin-transfer.ts';
import { goneLegs, liveLegs, ringsNow } from './legs-found.ts';

interface Sent {
  readonly target: LegRecord;
  /** Where the transferee stands. */
  readonly number: string;
}

export function findSent(world: World, call: CallRecord, moment: Moment): void {
  const before = new Set(call.legs.keys());
  const [transferer, other] = goneLegs(world, call).filter(({ channelId }) => call.connected.has(channelId));
  if (!transferer || other) return;
  const transferees = liveLegs(world, call).filter(({ channelId }) => call.connected.has(channelId));
  refreshLegs(call, world.rules);
  const fresh = liveLegs(world, call).filter(({ channelId }) => !before.has(channelId));
  const [sent] = transferees.flatMap((one) => fresh.flatMap((leg) => sentTo(world, call, one, leg) ?? []));
  if (!sent || sent.target.extension === transferer.extension) return;
  sent.target.sentBy = note(
    call,
    [transferer.channelId],
    transferees.map(({ channelId }) => channelId),
    {
      kind: ringsNow(world, sent.target) ? 'blind' : null,
      target: sent.number,
      byKeys: null,
      at: moment.at,
      stays: false,
      askingId: null,
    },
  );
}

function sentTo(world: World, call: CallRecord, transferee: LegRecord, target: LegRecord): Sent | null {
  const { graph, rules } = world;
  const number = dialledBy(graph.get(transferee.channelId)?.facts ?? null);
  // Where it stood before it was sent on there is nobody new.
  if (number === null || number === call.to.raw) return null;
  const isMeant = [number, rules.numbers.read(number).number].includes(target.extension ?? target.number);
  const isThere =
    ringsNow(world, target) || partnersOf(graph, call.group, target.channelId).includes(transferee.channelId);
  return isMeant && isThere ? { target, number } : null;
}
