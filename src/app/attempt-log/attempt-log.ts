/**
 * One wide line for each attempt, `delivery.attempted`: failures at level info; successes at info or debug, as
 * `log.attempts` says. So many lines a second at most; how many more there were is told when the second is over.
 *
 *   resting ── an attempt ──> counting, for a second ── more than may be written ──> suppressing ── the second is over,
 *   their number is written ──> resting;   counting ── an attempt after its second ──> counting, anew
 */
import type { AttemptObserver, AttemptReport } from '../../delivery/attempt-observer.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import { attemptLine } from './attempt-fields.ts';

export interface AttemptLogDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `log.attempts`. */
  readonly which: 'all' | 'failures' | 'none';
  /** Lines at level debug are written. */
  readonly isDebug: boolean;
  /** Most lines a second. */
  readonly perSecond: number;
  lagOf(endpoint: number): number | null;
}

export interface AttemptLog extends AttemptObserver {
  /** Tells what is suppressed. */
  close(): void;
}

const secondMs = 1_000;

export function createAttemptLog(deps: AttemptLogDeps): AttemptLog {
  const { clock, logger, which, isDebug, perSecond } = deps;
  let startedAt = -Infinity;
  let written = 0;
  let suppressed = { lines: 0, failures: 0 };
  let timer: Timer | null = null;

  const tellSuppressed = (): void => {
    timer?.cancel();
    timer = null;
    if (suppressed.lines === 0) return;
    logger.info({ ...suppressed, perSecond }, `delivery.attempted: ${suppressed.lines} more suppressed`);
    suppressed = { lines: 0, failures: 0 };
  };
  const suppress = (now: number, failed: boolean): void => {
    suppressed.lines++;
    if (failed) suppressed.failures++;
    timer ??= clock.schedule(Math.max(0, startedAt + secondMs - now), tellSuppressed);
  };

  return {
    attempted: (report) => {
      const failed = isFailure(report);
      if (which === 'none' || (!failed && which === 'failures' && !isDebug)) return;
      const now = clock.monotonic();
      if (now - startedAt >= secondMs) {
        tellSuppressed();
        startedAt = now;
        written = 0;
      }
      if (written >= perSecond) return suppress(now, failed);
      written++;
      const line = attemptLine(report, { now: clock.now(), lag: deps.lagOf(report.endpoint.number) });
      if (failed || which === 'all') logger.info(line, 'delivery.attempted');
      else logger.debug(line, 'delivery.attempted');
    },
    recorded: () => {},
    close: tellSuppressed,
  };
}

const isFailure = ({ outcome }: AttemptReport): boolean => outcome !== 'delivered' && outcome !== 'skipped';
