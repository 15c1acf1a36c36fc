import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../kit/clock.ts';
import { sendProblem } from '../problems/problem.ts';

/** 256 kB in this time is 26 kB a second: a server that posts is faster, and one who drips holds no connection long. */
const deadlineMs = 10_000;

/** Answers 408 and hangs up when the body of a request is not there in time. */
export function limitBodyTime(clock: Clock, request: FastifyRequest, reply: FastifyReply): void {
  const timer = clock.schedule(deadlineMs, () => {
    reply.raw.once('finish', () => request.raw.destroy());
    reply.header('connection', 'close');
    void sendProblem(reply, { code: 'request_timeout', detail: `The body took longer than ${deadlineMs / 1_000} s.` });
  });
  for (const end of ['end', 'close'] as const) request.raw.once(end, () => timer.cancel());
}
