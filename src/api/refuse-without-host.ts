import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problems/problem.ts';

/** An `onRequest` hook. HTTP/1.1 asks for the header; Node alone would answer without a word. */
export function refuseWithoutHost(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.headers.host !== undefined || request.raw.httpVersion !== '1.1') return done();
  reply.header('connection', 'close');
  void sendProblem(reply, { code: 'malformed_request', detail: 'There is no Host header.' });
}
