import type { Leg } from '../../../model/call.ts';
import type { CallOutcome, LegOutcome } from '../../../model/outcome.ts';
import { isLive } from '../call-state.ts';
import { endLeg } from './beginning.ts';
import { closeQueue } from './queueing.ts';
import type { Handlers } from './handlers.ts';

/** Q.850 cause a leg of each outcome ends with. */
const causes: Partial<Record<LegOutcome, number>> = {
  busy: 17,
  no_answer: 19,
  rejected: 21,
  unreachable: 20,
  invalid: 1,
  congested: 34,
  failed: 41,
};
const normalEnd = 16;

/** The end: whoever is still there leaves, the called before the caller, and the call is over. */
export const ending: Handlers<'end'> = {
  end(draft, { outcome, hungUpBy }) {
    const live = [...draft.legs].filter(([, leg]) => isLive(leg));
    const called = live.filter(([, leg]) => leg.role === 'callee');
    const callers = live.filter(([, leg]) => leg.role === 'caller');
    for (const [key, leg] of [...called, ...callers]) {
      const legOutcome = outcomeOf(leg, outcome);
      endLeg(draft, key, leg, { outcome: legOutcome, cause: causes[legOutcome] ?? normalEnd });
    }
    draft.queued(false);
    draft.change({ endedAt: draft.time, outcome, hungUpBy });
    draft.tell('call.ended');
    closeQueue(draft);
  },
};

function outcomeOf(leg: Leg, outcome: CallOutcome): LegOutcome {
  if (leg.answeredAt !== null) return 'answered';
  if (leg.role === 'caller') return outcome;
  // Whoever still rings when others stop talking was given up on.
  return outcome === 'cancelled' || outcome === 'abandoned' || outcome === 'answered' ? 'cancelled' : outcome;
}
