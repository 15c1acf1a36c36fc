import type { Transfer } from '../../../model/call.ts';
import type { EventData } from '../../../model/event-types/index.ts';
import type { Draft } from '../draft.ts';
import { endLeg } from './beginning.ts';
import type { Handlers } from './handlers.ts';

const normalEnd = 16;

/** Sending a call on, without asking or after talking to the target in a call of its own. */
export const transferring: Handlers<'transfer.start' | 'transfer.complete' | 'transfer.fail' | 'relate'> = {
  'transfer.start'(draft, { transfer, consultation }) {
    const started: Transfer = { ...transfer, state: 'pending', at: draft.time };
    draft.change({ transfers: [...draft.call.transfers, started] });
    draft.tell('transfer.started', { extension: transfer.by, data: dataOf(draft, started, consultation) });
  },

  'transfer.complete'(draft, { by, device }) {
    const transfer = settle(draft, 'completed');
    if (!transfer) return;
    const consultation = draft.call.relatedCallIds.at(-1) ?? null;
    if (device) {
      const { key, extension, number, name } = device;
      draft.put(key, {
        id: `${draft.call.id}:${key}`,
        extension,
        role: 'callee',
        state: 'answered',
        outcome: null,
        number,
        name,
        startedAt: draft.time,
        ringingAt: null,
        answeredAt: draft.time,
        endedAt: null,
        cause: null,
      });
    }
    const target = device ? draft.legs.get(device.key) : undefined;
    const about = { ...(target && { leg: target }), extension: transfer.by };
    draft.tell('transfer.completed', { ...about, data: dataOf(draft, transfer, device ? consultation : null) });
    const leg = draft.legs.get(by);
    if (leg && leg.endedAt === null) endLeg(draft, by, leg, { outcome: 'transferred', cause: normalEnd });
  },

  'transfer.fail'(draft, { reason }) {
    const transfer = settle(draft, reason === 'cancelled' ? 'cancelled' : 'failed');
    if (!transfer) return;
    draft.tell('transfer.failed', { extension: transfer.by, data: { ...dataOf(draft, transfer, null), reason } });
  },

  relate(draft, { callId }) {
    draft.change({ relatedCallIds: [...draft.call.relatedCallIds, callId] });
    draft.tell('call.updated', { data: { changed: ['call.relatedCallIds'] } });
  },
};

/** Says what became of the call's latest transfer. */
function settle(draft: Draft, state: Transfer['state']): Transfer | null {
  const last = draft.call.transfers.at(-1);
  if (!last) return null;
  const settled = { ...last, state };
  draft.change({ transfers: [...draft.call.transfers.slice(0, -1), settled] });
  return settled;
}

function dataOf(draft: Draft, transfer: Transfer, consultationCallId: string | null): EventData<'transfer.started'> {
  return {
    transferId: `${draft.call.id}:t${draft.call.transfers.length}`,
    kind: transfer.kind,
    by: transfer.by,
    target: transfer.target,
    targetQueue: null,
    consultationCallId,
  };
}
