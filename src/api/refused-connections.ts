import type { DropArgument } from 'node:net';
import type { ApiDeps, App } from './deps.ts';
import { counter } from './metrics/scraped.ts';

const quietMs = 60_000;

/**
 * Connections over `server.maxConnections` are closed unheard. That it happens is told at once, and from then on at most
 * once a minute, with how many there were since.
 */
export function tellOfRefusedConnections(
  app: App,
  { logger, clock, metrics }: Pick<ApiDeps, 'logger' | 'clock' | 'metrics'>,
  maxConnections: number,
): void {
  let all = 0;
  let told = 0;
  let quietUntil = -Infinity;
  const help = 'Connections that were closed unheard, over server.maxConnections';
  counter(metrics, { name: 'offhook_connections_refused_total', help }, () => [[all]]);
  app.server.on('drop', (dropped?: DropArgument) => {
    all++;
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + quietMs;
    logger.warn({ refused: all - told, maxConnections, from: dropped?.remoteAddress }, 'connections refused');
    told = all;
  });
}
