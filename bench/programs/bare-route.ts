/** A bare Fastify route: parses the body and answers 202. What taking events in is measured against. */
import Fastify from 'fastify';
import { serve } from '../support/serve.ts';

const app = Fastify({ bodyLimit: 16_000_000 });
app.post('/v1/events', (_request, reply) => void reply.code(202).send());

const methods = {
  /** @returns its URL, without a slash at the end */
  listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
};

export type BareRouteMethods = typeof methods;
serve(methods);
