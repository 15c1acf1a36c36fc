import type { AttemptObserver } from '../delivery/attempt-observer.ts';
import { GivenUpTeller } from '../delivery/given-up/given-up-teller.ts';
import type { Delivery } from '../delivery/management.ts';
import { everything } from '../model/scope.ts';
import { createAttemptLog } from './attempt-log/attempt-log.ts';
import type { Base } from './base.ts';
import type { AppMetrics } from './metrics/app-metrics.ts';
import { observers } from './observers.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

interface Watchers {
  readonly metrics: AppMetrics;
  readonly tracing: AttemptObserver | undefined;
  /** Once it is made. */
  readonly delivery: () => Delivery;
}

/** Who is told of attempts: the figures, the log, who says what was given up, and traces where they are asked for. */
export async function makeObserver(
  parts: Parts,
  { clock, logger, config }: Base,
  { log, records }: Store,
  { metrics, tracing, delivery }: Watchers,
): Promise<{ readonly observer: AttemptObserver; readonly teller: GivenUpTeller }> {
  const { level, attempts, attemptsPerSecond } = config.log;
  const attemptLog = await parts.add(
    'log of attempts',
    () =>
      createAttemptLog({
        clock,
        logger,
        which: attempts,
        isDebug: level === 'debug',
        perSecond: attemptsPerSecond,
        lagOf: (endpoint) => delivery().endpoint(everything, endpoint)?.lag ?? null,
      }),
    async (started) => started.close(),
  );
  let isTold = false;
  const teller = await parts.add(
    'events about what is given up',
    () => new GivenUpTeller({ clock, logger, log, audit: records.audit }),
    (started) => started.stop(),
  );
  const told = [metrics.deliveries, attemptLog, teller, ...(tracing ? [tracing] : [])];
  const whole = observers(told, (error) => {
    if (!isTold) logger.error({ reason: String(error) }, 'an attempt could not be counted or told; told once');
    isTold = true;
  });
  return { observer: whole, teller };
}
