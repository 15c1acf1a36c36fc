/**
 * Runs the server until it is asked to stop. The first signal lets what is under way finish, within the limit; the
 * second ends the process at once (everything accepted is durable: what was not delivered is, after the next start).
 */
import { systemClock } from '../kit/clock.ts';
import type { CliContext } from './context.ts';
import { watchNpm } from './started-by-npm.ts';

/** Read at once: a server takes seconds to start, and whoever started it may be ended meanwhile. */
const startedBy = process.ppid;

export interface Running {
  stop(): Promise<void>;
  /** Rejects when a part died that nothing works without. */
  readonly failed: Promise<never>;
}

export async function runUntilStopped(running: Running, context: CliContext): Promise<void> {
  const { signal, terminal } = context;
  const asked = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const npm = watchNpm({ env: context.env, first: startedBy, parent: () => process.ppid, clock: systemClock });
  const force = (): never => process.exit(1);
  try {
    await Promise.race([asked, npm.gone, running.failed]);
    terminal.note('stopping; once more ends it at once');
    process.once('SIGINT', force);
    process.once('SIGTERM', force);
  } finally {
    npm.end();
    await running.stop();
    process.off('SIGINT', force);
    process.off('SIGTERM', force);
  }
}
