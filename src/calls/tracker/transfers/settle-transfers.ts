/** What has become of a call's transfers, as far as it is new. */
import type { LegOutcome } from '../../../model/outcome.ts';
import { outcomeOfCause } from '../../../model/cause.ts';
import { connectedDevices, standsBefore } from '../../graph/connected.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { isParked } from '../parking/parked.ts';
import { letGo } from './begin-transfer.ts';
import { isPending, type TransferRecord } from './transfer.ts';

/** Tells the transfers that have begun. Before the target's leg is told of. */
export function startTransfers(world: World, call: CallRecord, moment: Moment): void {
  for (const transfer of call.transfers) {
    if (transfer.toldStart || transfer.stays) continue;
    transfer.toldStart = true;
    world.teller.transfer('transfer.started', call, transfer, moment.at, estimatedIf(moment));
  }
}

/** Tells the transfers whose target has the call, after it was told that the target answered. */
export function completeTransfers(world: World, call: CallRecord, moment: Moment): void {
  for (const transfer of call.transfers.filter(isPending)) {
    if (transfer.stays && !hasLeft(world, call, transfer)) continue;
    startTransfers(world, call, moment);
    if (transfer.askingId !== null && !isJoined(world, call, transfer)) continue;
    const partners = newPartners(world, call, transfer);
    const inService = isInService(world, call, transfer);
    const taken = inService || call.parked.some((one) => isParked(one) && transfer.transfereeIds.has(one.channelId));
    const returned = partners.some((leg) => leg.extension !== null && leg.extension === transfer.by);
    if (returned) tellEnd(world, call, transfer, moment, 'failed', reasonOf(call, transfer));
    else if (partners.length > 0 || taken) {
      transfer.targetQueue = call.service?.kind === 'queue' && inService ? call.queue : null;
      tellEnd(world, call, transfer, moment, 'completed');
    }
  }
}

/** A transferee is in the call's queue, menu or mailbox, or has the pipe that leads there. */
function isInService({ graph }: World, { service }: CallRecord, { transfereeIds }: TransferRecord): boolean {
  return service !== null && [...transfereeIds].some((id) => standsBefore(graph, id, service.channelId));
}

/** Those who waited talk with who was asked, and the transferer does not. */
function isJoined(world: World, call: CallRecord, transfer: TransferRecord): boolean {
  const sets = connectedDevices(world.graph, call.group).map((devices) => new Set(devices.map(({ id }) => id)));
  const target = sets.find((ids) => ids.has(transfer.askingId ?? ''));
  const [transfererId = ''] = transfer.transfererIds;
  if (!target || target.has(transfererId) || ![...transfer.transfereeIds].some((id) => target.has(id))) return false;
  transfer.askingId = null;
  letGo(
    call,
    transfer.transfererIds.flatMap((id) => call.legs.get(id) ?? []),
  );
  return true;
}

/** Of several phones that were called at once, another than the one that is gone. */
const stillAsked = (call: CallRecord, transfer: TransferRecord, gone: LegRecord): LegRecord | undefined =>
  [...call.legs.values()].find(
    (leg) =>
      leg !== gone &&
      leg.endedAt === null &&
      leg.toldDial &&
      leg.startedAt >= gone.startedAt &&
      !transfer.transfererIds.includes(leg.channelId) &&
      !transfer.transfereeIds.has(leg.channelId),
  );

/** Tells the transfers whose target was asked and is gone. */
function failAsked(world: World, call: CallRecord, moment: Moment): void {
  for (const transfer of call.transfers.filter(isPending)) {
    const target = transfer.askingId === null ? undefined : call.legs.get(transfer.askingId);
    if (!target || target.endedAt === null) continue;
    const other = stillAsked(call, transfer, target);
    if (other) {
      transfer.askingId = other.channelId;
      continue;
    }
    transfer.askingId = null;
    // Who was asked had answered: the transferer took the others back.
    if (target.answeredAt !== null) tellEnd(world, call, transfer, moment, 'cancelled', 'cancelled');
    else tellEnd(world, call, transfer, moment, 'failed', target.outcome ?? 'failed');
  }
}

/** Tells the transfers whose transferees are gone, after their legs have ended. */
export function failTransfers(world: World, call: CallRecord, moment: Moment): void {
  failAsked(world, call, moment);
  for (const transfer of call.transfers.filter(isPending)) {
    const isOver = (id: string): boolean => (call.legs.get(id)?.endedAt ?? null) !== null || !call.legs.has(id);
    if (!moment.over && ![...transfer.transfereeIds].every(isOver)) continue;
    if (!transfer.toldStart) {
      transfer.state = 'cancelled';
      continue;
    }
    const hungUp = call.hungUp !== null && transfer.transfereeIds.has(call.hungUp.channelId);
    const isHeard = hungUp && lineWasUp(call, transfer) && attemptsAt(call, transfer).length === 0;
    // An announcement, or whatever else the PBX does there that is not known to have the call.
    if (isHeard) tellEnd(world, call, transfer, moment, 'completed');
    else if (hungUp) tellEnd(world, call, transfer, moment, 'cancelled', 'cancelled');
    else tellEnd(world, call, transfer, moment, 'failed', reasonOf(call, transfer));
  }
}

function tellEnd(
  world: World,
  call: CallRecord,
  transfer: TransferRecord,
  moment: Moment,
  state: 'completed' | 'failed' | 'cancelled',
  reason?: LegOutcome,
): void {
  transfer.state = state;
  const type = state === 'completed' ? 'transfer.completed' : 'transfer.failed';
  world.teller.transfer(type, call, transfer, moment.at, { ...(reason && { reason }), ...estimatedIf(moment) });
}

const estimatedIf = ({ found }: Moment) => (found ? { estimated: true } : {});

/** Devices that a transferee talks with now, and that have no part in the transfer. */
function newPartners({ graph }: World, call: CallRecord, transfer: TransferRecord): readonly LegRecord[] {
  const isTransferee = (id: string): boolean => transfer.transfereeIds.has(id);
  return connectedDevices(graph, call.group)
    .filter((devices) => devices.some(({ id }) => isTransferee(id)))
    .flat()
    .filter(({ id }) => !isTransferee(id) && !transfer.transfererIds.includes(id))
    .flatMap(({ id }) => call.legs.get(id) ?? []);
}

/** Of three who talked the transferer is gone, and the others are not. */
function hasLeft(world: World, call: CallRecord, transfer: TransferRecord): boolean {
  if (transfer.transfererIds.some((id) => call.connected.has(id))) return false;
  if (newPartners(world, call, transfer).length === 0) return false;
  transfer.stays = false;
  letGo(
    call,
    transfer.transfererIds.flatMap((id) => call.legs.get(id) ?? []),
  );
  return true;
}

const byPriority = ['busy', 'no_answer', 'rejected', 'congested', 'unreachable', 'invalid', 'failed'] as const;

const attemptsAt = (call: CallRecord, { at, target, transfereeIds }: TransferRecord): readonly LegRecord[] =>
  [...call.legs.values()].filter(
    (leg) => (leg.startedAt >= at || leg.extension === target) && !transfereeIds.has(leg.channelId),
  );

const lineWasUp = (call: CallRecord, { transfereeIds }: TransferRecord): boolean =>
  [...transfereeIds].some((id) => (call.legs.get(id)?.answeredAt ?? null) !== null);

/** How the attempts at the target went; where there was none, how the PBX ended the transferee's line. */
function reasonOf(call: CallRecord, transfer: TransferRecord): LegOutcome {
  const attempts = attemptsAt(call, transfer).filter(({ outcome }) => outcome !== null);
  // The transferer has left: it was the PBX that let the target ring no longer.
  const outcomes = attempts.map(({ outcome }) => (outcome === 'cancelled' ? 'no_answer' : outcome));
  const best = byPriority.find((outcome) => outcomes.includes(outcome));
  if (best) return best;
  const causes = [...transfer.transfereeIds].map((id) => outcomeOfCause(call.legs.get(id)?.cause ?? null, null));
  const said = byPriority.find((outcome) => causes.includes(outcome));
  return said ?? (outcomes.includes('lost') ? 'lost' : 'failed');
}
