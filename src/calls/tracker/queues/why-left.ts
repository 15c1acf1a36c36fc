/** Why a caller left a queue, by what its channel shows. */
import { isLive, type Channel } from '../../graph/channel.ts';
import type { CallRecord } from '../record.ts';
import type { QueueLeaveReason, QueueStay } from './stay.ts';

/** What Asterisk's `Queue` says of its end, by the word for it. */
const reasonOfStatus: Readonly<Record<string, QueueLeaveReason>> = {
  TIMEOUT: 'timeout',
  FULL: 'full',
  JOINEMPTY: 'empty',
  LEAVEEMPTY: 'empty',
  JOINUNAVAIL: 'empty',
  LEAVEUNAVAIL: 'empty',
  // The agent who had the call hung up, and the caller goes on.
  CONTINUE: 'answered',
  WITHDRAW: 'withdrawn',
};

/** Said by a queue that does not let a caller in: no reason to leave one. */
const notLetIn: ReadonlySet<string> = new Set(['FULL', 'JOINEMPTY', 'JOINUNAVAIL']);

export const byStatus = (status: string): QueueLeaveReason | null => reasonOfStatus[status] ?? null;

/** Undefined: it may still be said. */
export function reasonOf(
  call: CallRecord,
  stay: QueueStay,
  channel: Channel | undefined,
): QueueLeaveReason | null | undefined {
  // Told after the agent's answer, unless that does not come.
  if (stay.taken) return stay.toldTaken || !channel || !isLive(channel) ? 'answered' : undefined;
  const status = newStatus(stay, channel);
  if (status !== null) return byStatus(status);
  const isGone = !channel || !isLive(channel) || (call.hungUp?.sure && call.hungUp.channelId === stay.channelId);
  if (isGone) return stay.saidAbandoned ? 'abandoned' : null;
  // Where it stands now may be where somebody who took the call has sent it on to, or where it went much later.
  if (stay.found) return undefined;
  const number = channel.facts?.dialledNumber ?? null;
  return number !== stay.numberBefore && number !== null && /^[0-9*#]$/.test(number) ? 'key' : undefined;
}

/** What the PBX says of how it left this queue; null: nothing, or nothing that is surely about this one. */
export function newStatus(stay: QueueStay, channel: Channel | undefined): string | null {
  const status = channel?.facts?.queueStatus ?? null;
  if (status === null || stay.statusBefore === undefined || status === stay.statusBefore) return null;
  return stay.found && notLetIn.has(status) ? null : status;
}

/** Why it left when nothing new was said for a while: what is shown may be about this queue as well. */
export function reasonAtLast(stay: QueueStay, channel: Channel | undefined): QueueLeaveReason | null {
  if (stay.taken) return 'answered';
  const status = stay.found ? null : (channel?.facts?.queueStatus ?? null);
  return status === null ? null : byStatus(status);
}
