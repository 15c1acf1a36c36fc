import { callerKey, isLive } from '../call-state.ts';
import type { Draft } from '../draft.ts';
import { endLeg, sentOn } from './beginning.ts';
import type { Handlers } from './handlers.ts';

const takenElsewhere = 26;

/** Answering, holding, and leaving one by one. */
export const talking: Handlers<'answer' | 'hold' | 'resume' | 'leave' | 'voicemail'> = {
  answer(draft, { key }) {
    const leg = draft.legs.get(key);
    if (!leg || leg.answeredAt !== null) return;
    const isFirst = draft.call.answeredAt === null;
    const winner = { ...leg, state: 'answered' as const, answeredAt: draft.time };
    draft.put(key, winner);
    const caller = draft.legs.get(callerKey);
    const connected = caller && isLive(caller) && caller.answeredAt === null;
    if (connected) draft.put(callerKey, { ...caller, state: 'answered', answeredAt: draft.time });
    const answeredBy = { kind: 'person', extension: leg.extension } as const;
    if (isFirst) draft.change({ answeredAt: draft.time, answeredBy });
    draft.tell('leg.answered', { leg: winner, data: sentOn(draft, winner) });
    if (connected) draft.tell('leg.answered', { leg: draft.legs.get(callerKey) });
    if (isFirst) draft.tell('call.answered');
    endLosers(draft, key);
  },

  hold(draft, { key }) {
    const leg = draft.legs.get(key);
    if (leg?.state !== 'answered') return;
    draft.tell('leg.held', { leg: draft.put(key, { ...leg, state: 'held' }) });
  },

  resume(draft, { key }) {
    const leg = draft.legs.get(key);
    if (leg?.state !== 'held') return;
    draft.tell('leg.resumed', { leg: draft.put(key, { ...leg, state: 'answered' }) });
  },

  leave(draft, { key, outcome, cause }) {
    const leg = draft.legs.get(key);
    if (leg) endLeg(draft, key, leg, { outcome, cause });
  },

  /** The caller reaches a mailbox: an answer by a machine. */
  voicemail(draft, { extension }) {
    draft.involve(extension);
    draft.change({ answeredAt: draft.time, answeredBy: { kind: 'voicemail', extension } });
    draft.tell('call.answered', { extension });
  },
};

function endLosers(draft: Draft, winnerKey: string): void {
  const winner = draft.legs.get(winnerKey)?.extension;
  for (const [key, leg] of draft.legs) {
    if (key === winnerKey || !isLive(leg) || leg.role !== 'callee' || leg.answeredAt !== null) continue;
    const data = winner ? { answeredElsewhereBy: winner } : {};
    endLeg(draft, key, leg, { outcome: 'answered_elsewhere', cause: takenElsewhere, data });
  }
}
