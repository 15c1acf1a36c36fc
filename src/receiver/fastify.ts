/** For Fastify: a plugin, so that its reading of bodies is its own and no other route's. */
import type { IncomingMessage } from 'node:http';
import { headersOf, readNodeBody } from './node-body.ts';
import type { Receiver } from './receiver.ts';

/** What the plugin uses of Fastify, so that any version that has it will do. */
export interface FastifyLike {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: unknown, payload: IncomingMessage, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  post(
    path: string,
    handler: (request: { readonly raw: IncomingMessage }, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown;
}

export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  headers(headers: Record<string, string>): FastifyReplyLike;
  send(text: string): FastifyReplyLike;
}

/** `app.register(fastifyReceiver(receiver, '/hook'))`. */
export function fastifyReceiver(receiver: Receiver, path: string): (app: FastifyLike) => Promise<void> {
  return async (app) => {
    app.removeAllContentTypeParsers();
    // The stream is left as it is: the receiver reads it, after it has looked at the headers.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.post(path, async ({ raw }, reply) => {
      const { status, headers, text } = await receiver.receive({
        headers: headersOf(raw),
        readBody: (maxBytes) => readNodeBody(raw, maxBytes),
      });
      return reply
        .code(status)
        .headers({ ...headers })
        .send(text);
    });
  };
}
