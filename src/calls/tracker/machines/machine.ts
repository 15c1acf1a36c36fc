/**
 * Parts of the PBX that take a call. A queue or a menu that a call passes is a **leg** of its own, so that it is known for
 * ever which the call went through and how long it was there; of such a leg only the end is told, and it does not ring and
 * is not answered as a device is.
 *
 *   entered ──> ended      when the channel in it goes on to somebody, to another service, or ends
 *           ──> closed     when the whole call has ended: whether anybody ever answered it is known then
 *
 * How it ended: a queue `answered` where an agent took the call, `abandoned` where the caller gave up, else `no_answer`; a
 * menu `forwarded` where the call went on from it, else `machine`. Of one that was only found to have ended it is `lost` where
 * nothing shows how.
 */
import type { LegOutcome } from '../../../model/outcome.ts';

export interface MachineLeg {
  readonly id: string;
  readonly role: 'queue' | 'ivr';
  /** The channel in it. */
  channelId: string;
  readonly extension: string | null;
  name: string | null;
  /** Taken up after a restart: what the PBX calls it is not known yet. */
  isUnnamed: boolean;
  readonly startedAt: number;
  endedAt: number | null;
  outcome: LegOutcome | null;
  /** Its end was not seen, only found. */
  estimated: boolean;
  toldEnd: boolean;
}

/** @param sameMoment how many the channel has entered at the same time already */
export const newMachine = (
  role: MachineLeg['role'],
  channelId: string,
  startedAt: number,
  sameMoment = 0,
): MachineLeg => ({
  id: `${channelId}/${role}/${startedAt}${sameMoment === 0 ? '' : `.${sameMoment}`}`,
  ...{ role, channelId, startedAt, endedAt: null, outcome: null },
  ...{ extension: null, name: null, isUnnamed: false, estimated: false, toldEnd: false },
});
