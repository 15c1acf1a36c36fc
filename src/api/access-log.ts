import type { ApiDeps, App } from './deps.ts';

/** What such a line says. `docs/reference/logs.md` is made from this. */
export const accessFields = {
  requestId: 'The same as in the problem that was answered, and in what else is written about it',
  method: 'HTTP method',
  route: 'The route’s pattern, never the path: a path or query may hold a token; `unknown`: there is no such route',
  status: 'HTTP status of the answer',
  ms: 'Milliseconds until the answer was sent',
  from: 'Address it came from; behind a proxy, what a trusted one says',
} as const;

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
    const fields: Record<keyof typeof accessFields, unknown> = {
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
