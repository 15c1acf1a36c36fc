/**
 * VoipNow does not say which leg a post is of: all an extension has to do with a call, in one direction, looks like one leg.
 * A queue that calls the extension a second time begins another, with posts that are to the letter those of the first.
 *
 * So that nothing is made of a post that came twice or late, a further ring is believed only when it can't be anything else: an
 * answer, or a hang-up after a talk, of what has hung up unanswered. No post of the first ring, however often and late it
 * comes, says both. What the further ring had of its own before that, and one in vain, stays untold: of these nobody can say
 * whether a queue has called again, or a sender began again after a crash.
 */
import type { LegReport } from '../../model/report.ts';
import type { ReportedCall } from './reported-call.ts';

/** The report, of the leg that it is of. */
export function ofItsRing({ legs }: Pick<ReportedCall, 'legs'>, report: LegReport): LegReport {
  if (report.namesLeg || !saysAnswered(report)) return report;
  const first = legs.get(report.legId);
  const isInVain = first !== undefined && first.endedAt !== null && first.answeredAt === null;
  // Of a lost leg nobody said that it hung up.
  if (!isInVain || first.outcome === 'lost') return report;
  return { ...report, legId: `${report.legId}/2` };
}

const saysAnswered = ({ stage, status }: LegReport): boolean =>
  stage === 'answer' || (stage === 'hangup' && status === 'answered');
