/**
 * A phone that called somebody is gone while that one rings on, and nothing rings for nobody: it let a party of another
 * call of its own have its place. Nothing that the PBX shows of the two groups them until they talk.
 */
import { connectedDevices } from '../../graph/connected.ts';
import type { World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { isWaiting } from '../queues/stay.ts';
import { isParked } from '../parking/parked.ts';
import { goneLegs, liveLegs, ringsNow } from './legs-found.ts';

interface Lost {
  readonly by: string | null;
  /** Whoever is left. */
  readonly leg: LegRecord;
}

export function relateTaken(world: World, calls: readonly CallRecord[]): void {
  const open = calls.filter(({ started, ended }) => started && !ended);
  const ringing = open.flatMap((call) => ringingOn(world, call) ?? []);
  if (ringing.length === 0) return;
  const alone = open.flatMap((call) => leftAlone(world, call) ?? []);
  for (const { by, leg } of ringing) {
    const isBy = (lost: Lost): boolean => lost.by === by;
    const [party, other] = alone.filter(isBy);
    // Of several it is not known which.
    if (!party || other || ringing.filter(isBy).length > 1) continue;
    const one = world.graph.get(party.leg.channelId);
    const two = world.graph.get(leg.channelId);
    if (one && two) world.graph.relate(one, two);
  }
}

/** The caller is gone, who was called rings. */
function ringingOn(world: World, call: CallRecord): Lost | null {
  const [caller, other] = goneLegs(world, call);
  const [leg, more] = liveLegs(world, call);
  if (!caller || other || !leg || more || caller.channelId !== call.initiatorId) return null;
  const rings = caller.answeredAt === null && leg.answeredAt === null && leg.ringingAt !== null;
  return rings && ringsNow(world, leg) && !waits(call) ? { by: caller.extension, leg } : null;
}

/** Who talked with somebody, and now with nobody; and is not somewhere to wait. */
function leftAlone(world: World, call: CallRecord): Lost | null {
  const [gone, other] = goneLegs(world, call);
  const [leg, more] = liveLegs(world, call);
  if (!gone || other || !leg || more || gone.answeredAt === null || leg.answeredAt === null) return null;
  return waits(call) || connectedDevices(world.graph, call.group).length > 0 ? null : { by: gone.extension, leg };
}

const waits = ({ service, parked, stays }: CallRecord): boolean =>
  service !== null || parked.some(isParked) || stays.some(isWaiting);
