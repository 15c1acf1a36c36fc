import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { callerOf } from '../auth/authenticate.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';

/** Whether the request began on this machine; one that a proxy passed on did not. */
function isLocal(request: FastifyRequest): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined) return false;
  const address = request.socket.remoteAddress ?? '';
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

export function metricsRoute(app: App, { metrics, checkToken }: Pick<ApiDeps, 'metrics' | 'checkToken'>): void {
  const route = described({
    summary: 'Figures for Prometheus',
    description: 'From the machine itself no token is needed.',
    tag: 'server',
    answers: { 200: { description: 'Prometheus text format.', type: 'text/plain' } },
  });
  app.get('/metrics', route, async (request, reply) => {
    if (!isLocal(request) && !callerOf(request, checkToken)) return sendProblem(reply, { code: 'forbidden' });
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}
