import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { seesEverything } from '../../model/scope.ts';
import { callerOf } from '../auth/authenticate.ts';
import type { TokenCheck } from '../auth/caller.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';

/**
 * A notification of this or another Offhook: no subscription can leave these headers out. It comes from this machine, and
 * yet from whoever wrote the subscription, to whom the answer is shown; so that where a domain's receivers may stand on
 * this machine (`allowNetworks`), its tokens must not read by them what is the operator's.
 */
const isNotification = (request: FastifyRequest): boolean =>
  Object.keys(request.headers).some((name) => name.startsWith('x-offhook-'));

/** Whether somebody on this machine asks; what a proxy passed on, or a subscription sends, is from elsewhere. */
function isLocal(request: FastifyRequest): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined) return false;
  if (isNotification(request)) return false;
  const address = request.socket.remoteAddress ?? '';
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/** They are about all tenants at once, so that a tenant's token never opens them, from wherever it comes. */
function isAllowed(request: FastifyRequest, check: TokenCheck): boolean {
  if (request.headers.authorization === undefined) return isLocal(request);
  const found = callerOf(request, check);
  return 'caller' in found && seesEverything(found.caller.access);
}

export function metricsRoute(app: App, { metrics, checkToken }: Pick<ApiDeps, 'metrics' | 'checkToken'>): void {
  const route = described({
    summary: 'Figures for Prometheus',
    description:
      'From the machine itself no token is needed, unless it is a subscription that asks; a token that is sent must be a superuser’s all the same.',
    tag: 'server',
    answers: { 200: { description: 'Prometheus text format.', type: 'text/plain' } },
  });
  app.get('/metrics', route, async (request, reply) => {
    if (!isAllowed(request, checkToken)) return sendProblem(reply, { code: 'forbidden' });
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}
