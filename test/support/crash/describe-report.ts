import type { CrashReport } from './scenario.ts';

/** The counts of a run, one line each, for a test's diagnostics. */
export function describeReport(report: CrashReport): string[] {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  return [
    `${report.rounds} kills (${report.whileStarting} while starting) in ${report.seconds.toFixed(1)} s`,
    `${report.accepted} events accepted, ${report.arrivals} requests arrived, ${report.failures} of them not answered 2xx`,
    `${report.repeats} repeats, at most ${report.mostRepeats} for one kill, the oldest taken ${ms(report.oldestRepeatMs)} before it`,
    `at most ${report.mostBeyondFlush} at one receiver for one kill that one flush does not account for`,
    `longest wait the machine itself was the cause of: ${ms(report.worstStallMs)}`,
  ];
}
