import type { Logger } from '../../kit/logger.ts';
import type { App } from '../deps.ts';
import { NoRoomForBody } from '../bodies/receive.ts';
import type { RouteList } from '../openapi/route-list.ts';
import { InvalidRequest } from '../validator.ts';
import { problemFromError } from './from-error.ts';
import { sendProblem } from './problem.ts';

/** Every failure becomes a problem answer; what is no one's fault but ours is logged whole and told as `internal`. */
export function handleErrors(app: App, logger: Logger, routes: RouteList): void {
  app.setErrorHandler((error, request, reply) => {
    // Fastify would close: what is on its way would then reset the connection, and the answer might not be seen.
    if (error instanceof NoRoomForBody) reply.removeHeader('connection');
    if (error instanceof InvalidRequest) return sendProblem(reply, error.problem);
    const problem = problemFromError(error);
    if (problem) return sendProblem(reply, problem);
    const { stack, message } = error as Error;
    logger.error({ requestId: request.id, route: request.routeOptions.url, stack: stack ?? message }, 'request failed');
    return sendProblem(reply, { code: 'internal' });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] as string;
    const methods = routes.methodsAt(path);
    if (methods.length === 0) return sendProblem(reply, { code: 'route_not_found' });
    reply.header('allow', methods.join(', '));
    const detail = `${request.method} is not among ${methods.join(', ')}.`;
    return sendProblem(reply, { code: 'method_not_allowed', detail });
  });
}
