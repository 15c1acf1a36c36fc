import type { ApiDeps, App } from './deps.ts';

/**
 * One line per request: the route's pattern instead of the path, so that no token in a path and no query is ever
 * written; what was asked for can be found by the request id.
 */
export function accessLog(app: App, { logger, clock }: Pick<ApiDeps, 'logger' | 'clock'>): void {
  const starts = new WeakMap<object, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    starts.set(request, clock.monotonic());
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const ms = Math.round(clock.monotonic() - (starts.get(request) ?? clock.monotonic()));
    const fields = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms,
      from: request.ip,
    };
    if (reply.statusCode >= 500) logger.warn(fields, 'request');
    else logger.debug(fields, 'request');
    done();
  });
}
