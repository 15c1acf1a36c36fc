/**
 * Two calls that are one now, and the extension that had a device in each is gone from both: it asked one party and
 * joined it with the other. Which it asked is the call that began later.
 */
import { connectedDevices } from '../../graph/connected.ts';
import type { Moment, World } from '../moment.ts';
import { calledIn } from '../queues/stay.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { note } from './begin-transfer.ts';
import { bornIn, goneLegs, liveLegs, ringsNow } from './legs-found.ts';
import type { TransferRecord } from './transfer.ts';

export function findJoined(world: World, call: CallRecord, moment: Moment): void {
  for (const [first, second] of pairsIn(call, goneLegs(world, call))) join(world, call, first, second, moment);
}

/** Two devices of one extension, each from a call of its own; of more it is not known which were joined. */
function pairsIn(call: CallRecord, gone: readonly LegRecord[]): readonly (readonly [LegRecord, LegRecord])[] {
  const extensions = new Set(gone.map(({ extension }) => extension));
  return [...extensions].flatMap((extension) => {
    const [first, second, third] = gone.filter((leg) => leg.extension === extension);
    const isPair = first && second && !third && bornIn(call, first) !== bornIn(call, second);
    return isPair && first.answeredAt !== null ? [[first, second] as const] : [];
  });
}

function join(world: World, call: CallRecord, first: LegRecord, second: LegRecord, moment: Moment): void {
  const consultation = bornIn(call, second);
  const there = liveLegs(world, call);
  const transferees = there.filter((leg) => bornIn(call, leg) === bornIn(call, first) && leg.answeredAt !== null);
  const target = there.find((leg) => bornIn(call, leg) === consultation && leg !== second);
  if (transferees.length === 0 || !target) return;
  const kind = kindOf(world, call, transferees, target);
  if (kind === undefined) return;
  // `call.updated` says that they are related, as it does where it is seen.
  world.teller.changes(call, moment);
  const transfer = note(
    call,
    [first.channelId, second.channelId],
    transferees.map(({ channelId }) => channelId),
    { kind, target: target.extension ?? target.number, byKeys: null, at: moment.at, stays: false, askingId: null },
  );
  if (transfer) transfer.consultationCallId = consultation;
}

/** Undefined: they neither talk nor call each other, so that nobody was joined. */
function kindOf(
  world: World,
  call: CallRecord,
  transferees: readonly LegRecord[],
  target: LegRecord,
): TransferRecord['kind'] | undefined {
  const isTogether = connectedDevices(world.graph, call.group).some((devices) => {
    const ids = new Set(devices.map(({ id }) => id));
    return ids.has(target.channelId) && transferees.some(({ channelId }) => ids.has(channelId));
  });
  if (target.answeredAt !== null) return isTogether ? 'attended' : undefined;
  if (isTogether) return null;
  // A queue that was asked calls its agents on, whoever waits there.
  const isCalled = ringsNow(world, target) && !calledIn(call.stays, target);
  return isCalled ? 'semi_attended' : undefined;
}
