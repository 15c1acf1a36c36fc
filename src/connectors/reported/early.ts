/** Whether a report came before what must precede it, and how long that is waited for. */
import type { ReportBook } from '../../calls/reported/book.ts';
import type { LegReport } from '../../model/report.ts';

/** Requests that were sent one after the other overtake each other by no more than this, milliseconds. */
const overtakenMs = 1_000;

/** Milliseconds to wait at most; null: its turn has come. */
export function earlyBy(book: Pick<ReportBook, 'hasLeg' | 'isOnLine'>, report: LegReport): number | null {
  if (report.machine !== null) return book.isOnLine(report.callId) ? overtakenMs : null;
  return report.stage === 'dial' || book.hasLeg(report.legId) ? null : overtakenMs;
}
