import type { Clock, Timer } from '../kit/clock.ts';
import type { App } from './deps.ts';

export interface Closer {
  /** Takes no more connections, lets what is under way be answered (at most so long), then drops all connections. */
  close(): Promise<void>;
}

const sweepMs = 25;
const longestMs = 5_000;

/**
 * Node waits for every open connection when a server is closed: also for those that fall idle meanwhile, and for those
 * that never sent a request. So answers under way are counted, and when there are none the rest is dropped.
 */
export function createCloser(app: App, clock: Clock): Closer {
  const underWay = new Set<object>();
  const { server } = app;
  server.on('request', (_request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  return {
    close: async () => {
      const end = clock.monotonic() + longestMs;
      let timer: Timer | null = null;
      const sweep = (): void => {
        if (underWay.size === 0 || clock.monotonic() > end) server.closeAllConnections();
        else server.closeIdleConnections();
        timer = clock.schedule(sweepMs, sweep);
      };
      const closed = app.close();
      sweep();
      await closed.finally(() => timer?.cancel());
    },
  };
}
