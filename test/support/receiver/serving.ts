/** A receiver made with the library, under each of the web frameworks it has a handler for. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import fastify from 'fastify';
import { expressHandler, fastifyReceiver, fetchHandler, type Receiver } from '../../../src/receiver/index.ts';

export interface Serving {
  readonly url: string;
  stop(): Promise<void>;
}

async function listening(server: Server): Promise<Serving> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close().closeAllConnections();
      await closed;
    },
  };
}

/** As servers for Node do that speak `fetch`, such as Hono's. */
function asFetch(handle: (request: Request) => Promise<Response>) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const headers = new Headers();
    for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
      headers.append(incoming.rawHeaders[index] as string, incoming.rawHeaders[index + 1] as string);
    }
    const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
    const request = new Request(`http://receiver${incoming.url}`, { method: 'POST', headers, body, duplex: 'half' });
    void handle(request).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
    });
  };
}

export type Framework = 'node:http' | 'express' | 'express after a raw parser' | 'fastify' | 'fetch';

export const frameworks: Readonly<Record<Framework, (receiver: Receiver) => Promise<Serving>>> = {
  'node:http': (receiver) => listening(createServer(expressHandler(receiver))),
  express: (receiver) => {
    const app = express();
    app.post('/hook', expressHandler(receiver));
    app.use(express.json());
    return listening(createServer(app));
  },
  'express after a raw parser': (receiver) => {
    const app = express();
    app.use(express.raw({ type: '*/*', limit: '100mb' }));
    app.post('/hook', expressHandler(receiver));
    return listening(createServer(app));
  },
  fastify: async (receiver) => {
    const app = fastify({ forceCloseConnections: true });
    app.register(fastifyReceiver(receiver, '/hook'));
    app.post('/other', async ({ body }) => ({ body }));
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url: `${origin}/hook`, stop: () => app.close() };
  },
  fetch: (receiver) => listening(createServer(asFetch(fetchHandler(receiver)))),
};
