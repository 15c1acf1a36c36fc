/** Who asked by keys, and left while the asked one rang: the others have what it called, and wait no more. */
import { isLive, type Channel } from '../../graph/channel.ts';
import { partnersOf } from '../../graph/connected.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { letGo } from './begin-transfer.ts';
import { isPending, type TransferRecord } from './transfer.ts';

export function findLeft(world: World, call: CallRecord): void {
  for (const transfer of call.transfers)
    if (isPending(transfer) && hasLeft(world, call, transfer)) leave(call, transfer);
}

/** Where the target has answered it is told by who talks with whom (`settle-transfers.ts`). */
function hasLeft(
  { graph }: World,
  call: CallRecord,
  { askingId, transfererIds, transfereeIds }: TransferRecord,
): boolean {
  const live = (id: string): Channel | undefined => {
    const channel = graph.get(id);
    return channel && isLive(channel) ? channel : undefined;
  };
  const target = live(askingId ?? '');
  const transferees = [...transfereeIds].flatMap((id) => live(id) ?? []);
  if (!target || transferees.length === 0) return false;
  if (partnersOf(graph, call.group, target.id).length > 0) return false;
  const transferers = transfererIds.flatMap((id) => live(id) ?? []);
  if (transferers.length === 0) return true;
  const own = new Set([...transfererIds, ...transfereeIds]);
  return transferees.some(({ bridgeId }) => {
    const members = [...(graph.bridge(bridgeId ?? '')?.memberIds ?? [])];
    return members.some((id) => !own.has(id)) && !members.some((id) => transfererIds.includes(id));
  });
}

function leave(call: CallRecord, transfer: TransferRecord): void {
  transfer.askingId = null;
  transfer.kind = 'semi_attended';
  const legs = transfer.transfererIds.flatMap((id) => call.legs.get(id) ?? []);
  for (const leg of legs) leg.holding = false;
  letGo(call, legs);
}
