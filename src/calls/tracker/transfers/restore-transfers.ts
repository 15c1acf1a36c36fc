/** Takes up the transfers of a call that was in progress when Offhook stopped, from its last snapshots. */
import type { Transfer } from '../../../model/call.ts';
import type { NewEvent } from '../../../model/event.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import { timeOf } from '../snapshot.ts';
import { isPending, type TransferRecord } from './transfer.ts';

/** To be called when the record has its legs. */
export function restoreTransfers(record: CallRecord, transfers: readonly Transfer[]): void {
  record.transfers = transfers.map((transfer) => restoreTransfer(transfer, record));
  for (const leg of record.legs.values()) if (leg.role === 'callee') leg.sentBy = senderOf(leg, record.transfers);
}

/** Of one still under way its first event says more than the snapshot: by which id it is told, and in which call was asked first. */
export function restoreTold(record: CallRecord, { data, time }: NewEvent): void {
  const { by, targetQueue, consultationCallId, transferId } = data;
  const isIt = (one: TransferRecord): boolean =>
    isPending(one) && one.toldId === null && one.by === by && one.at <= Date.parse(time);
  const transfer = record.transfers.findLast(isIt);
  if (!transfer || typeof transferId !== 'string') return;
  transfer.toldId = transferId;
  transfer.targetQueue = typeof targetQueue === 'string' ? targetQueue : null;
  transfer.consultationCallId = typeof consultationCallId === 'string' ? consultationCallId : null;
}

/**
 * The transfer for which the leg was dialled: it began afterwards, or is who was asked first and rang since. A transferer
 * who is called back was dialled by the PBX.
 */
function senderOf(leg: LegRecord, transfers: readonly TransferRecord[]): TransferRecord | null {
  const rangAt = leg.ringingAt ?? leg.answeredAt ?? Number.POSITIVE_INFINITY;
  const isFor = ({ at, by, transfereeIds, target }: TransferRecord): boolean =>
    !transfereeIds.has(leg.channelId) &&
    (by === null || leg.extension !== by) &&
    (leg.startedAt >= at || (isNumberOf(leg, target) && rangAt >= at));
  return transfers.findLast(isFor) ?? null;
}

const isNumberOf = ({ extension, number }: LegRecord, target: string | null): boolean =>
  target !== null && (extension === target || number === target);

/** Who was transferred is not in the snapshot: of one still under way it is whoever is there but its transferer. */
function restoreTransfer(transfer: Transfer, record: CallRecord): TransferRecord {
  const at = timeOf(transfer.at) ?? record.startedAt;
  const there = [...record.legs.values()].filter((leg) => leg.startedAt <= at && (leg.endedAt ?? at) >= at);
  const left = there.filter((leg) => leg.extension !== null && leg.extension === transfer.by);
  const live = there.filter((leg) => leg.endedAt === null);
  const asked = askedBy(transfer, record);
  // Of one that failed, or asks first, the transferer is still there. Who left while the target rang has left.
  const isGone = transfer.state === 'completed' || (transfer.state === 'pending' && transfer.kind !== 'attended');
  for (const leg of left) if (leg.endedAt === null && isGone) leg.transferred = true;
  return {
    kind: transfer.kind,
    by: transfer.by,
    transfererIds: left.map((leg) => leg.channelId),
    transfereeIds: new Set(
      live.filter((leg) => leg !== asked && !left.includes(leg) && leg.answeredAt !== null).map((leg) => leg.channelId),
    ),
    target: transfer.target,
    targetQueue: null,
    consultationCallId: null,
    byKeys: null,
    at,
    state: transfer.state ?? 'completed',
    stays: false,
    askingId: asked?.channelId ?? null,
    toldStart: true,
    toldId: null,
  };
}

/** Who is called to be asked first: they belong to whom the call is sent on to, and not to those who are sent. */
function askedBy({ state, kind, target }: Transfer, record: CallRecord): LegRecord | undefined {
  if (state !== 'pending' || kind !== 'attended') return undefined;
  return [...record.legs.values()].findLast(
    (leg) => leg.role === 'callee' && leg.endedAt === null && isNumberOf(leg, target),
  );
}
