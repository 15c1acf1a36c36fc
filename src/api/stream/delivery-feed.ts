/**
 * Attempts as they become known, for those who watch. Records are asked twice a second while somebody does, once for
 * all watchers: what is durable is shown, and delivery itself is not slowed down by spectators.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { AttemptQueries, StoredAttempt } from '../../records/attempt-queries.ts';

/** `missed` attempts could not be shown: more came than can be. */
export type DeliveryListener = (attempts: readonly StoredAttempt[], missed: boolean) => void;

export interface DeliveryFeed {
  watch(listener: DeliveryListener): () => void;
  close(): void;
}

const everyMs = 500;
const perPoll = 500;

export function createDeliveryFeed(deps: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly attempts: Pick<AttemptQueries, 'list'>;
}): DeliveryFeed {
  const listeners = new Set<DeliveryListener>();
  let timer: Timer | null = null;
  let newest: number | null = null;
  let isClosed = false;

  const poll = async (): Promise<void> => {
    const limit = newest === null ? 1 : perPoll;
    const { attempts } = await deps.attempts.list({ subscriptions: null, limit, watching: true });
    const before = newest;
    newest = Math.max(newest ?? 0, attempts[0]?.row ?? 0);
    if (before === null) return;
    const fresh = attempts.filter(({ row }) => row > before).reverse();
    if (fresh.length > 0) for (const listener of listeners) listener(fresh, fresh.length === perPoll);
  };
  const run = (): void => {
    poll()
      .catch((error: unknown) =>
        deps.logger.warn({ reason: String(error) }, 'deliveries could not be read for the stream'),
      )
      .finally(() => {
        if (listeners.size > 0 && !isClosed) timer = deps.clock.schedule(everyMs, run);
        else idle();
      });
  };
  const idle = (): void => {
    timer = null;
    newest = null;
    isRunning = false;
  };
  let isRunning = false;

  return {
    watch: (listener) => {
      listeners.add(listener);
      if (!isRunning && !isClosed) {
        isRunning = true;
        run();
      }
      return () => void listeners.delete(listener);
    },
    close: () => {
      isClosed = true;
      timer?.cancel();
      listeners.clear();
    },
  };
}
