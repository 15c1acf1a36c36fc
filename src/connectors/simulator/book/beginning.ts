import type { Leg } from '../../../model/call.ts';
import type { Draft } from '../draft.ts';
import type { Handlers } from './handlers.ts';

/** Calling devices, and their ringing. */
export const beginning: Handlers<'dial' | 'ring'> = {
  dial(draft, { device, transferred }) {
    if (draft.legs.has(device.key)) return;
    const leg: Leg = {
      id: `${draft.call.id}:${device.key}`,
      extension: device.extension,
      role: 'callee',
      state: 'dialing',
      outcome: null,
      number: device.number,
      name: device.name,
      startedAt: draft.time,
      ringingAt: null,
      answeredAt: null,
      endedAt: null,
      cause: null,
    };
    draft.put(device.key, leg);
    if (leg.extension !== null)
      draft.tell('leg.dial_in', { leg, data: transferred ? { transferred, ...sentOn(draft, leg) } : {} });
  },

  ring(draft, { key }) {
    const leg = draft.legs.get(key);
    if (!leg || leg.ringingAt !== null) return;
    const ringing = draft.put(key, { ...leg, state: 'ringing', ringingAt: draft.time });
    draft.tell('leg.ringing', { leg: ringing });
  },
};

/** What the events of a leg say that was dialled because the call was transferred without asking first. */
export function sentOn({ call }: Draft, { role, startedAt }: Leg): Readonly<Record<string, unknown>> {
  if (role !== 'callee') return {};
  const transfer = call.transfers.findLast(({ kind, at }) => kind === 'blind' && at !== null && at <= startedAt);
  return transfer?.by ? { transferred: true, transferredBy: transfer.by } : {};
}

/** A leg is over, with one outcome for good. */
export function endLeg(
  draft: Draft,
  key: string,
  leg: Leg,
  how: { readonly outcome: Leg['outcome']; readonly cause: number; readonly data?: Readonly<Record<string, unknown>> },
): void {
  const { outcome, cause, data } = how;
  const ended = draft.put(key, { ...leg, state: 'ended', outcome, cause, endedAt: draft.time });
  draft.tell('leg.ended', { leg: ended, data: { ...sentOn(draft, leg), ...queueOf(draft, leg), ...data } });
}

/** The queue that had this device called: where it was called while the caller waited. */
function queueOf({ call, legs }: Draft, { role, startedAt }: Leg): { readonly queue?: string } {
  const wait = [...legs.values()].find((leg) => leg.role === 'queue');
  const isCalled = role === 'callee' && wait && wait.startedAt <= startedAt && startedAt < (wait.endedAt ?? '~');
  return isCalled && call.queue !== null ? { queue: call.queue } : {};
}
