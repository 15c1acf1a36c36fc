/**
 * Runs the server until it is asked to stop. The first signal lets what is under way finish, within the limit; the
 * second ends the process at once (everything accepted is durable: what was not delivered is, after the next start).
 */
import type { CliContext } from './context.ts';

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
  const force = (): never => process.exit(1);
  try {
    await Promise.race([asked, running.failed]);
    terminal.note('stopping; once more ends it at once');
    process.once('SIGINT', force);
    process.once('SIGTERM', force);
  } finally {
    await running.stop();
    process.off('SIGINT', force);
    process.off('SIGTERM', force);
  }
}
