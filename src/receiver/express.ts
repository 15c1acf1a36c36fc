/** For Express and everything else that hands over Node's own request and response, `node:http` included. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { headersOf, parsedBody, readNodeBody, tooLarge } from './node-body.ts';
import type { Receiver } from './receiver.ts';

export type NodeHandler = (request: IncomingMessage & { body?: unknown }, response: ServerResponse) => void;

/**
 * `app.post('/hook', expressHandler(receiver))`, before `express.json()`; or `createServer(expressHandler(receiver))`.
 * It always answers, and calls no `next`.
 */
export function expressHandler(receiver: Receiver): NodeHandler {
  return (request, response) => {
    const readBody = async (maxBytes: number): Promise<string | Uint8Array> => {
      const parsed = parsedBody(request.body, request);
      if (parsed === null) return readNodeBody(request, maxBytes);
      if (Buffer.byteLength(parsed) > maxBytes) throw tooLarge(maxBytes);
      return parsed;
    };
    void receiver.receive({ headers: headersOf(request), readBody }).then(({ status, headers, text }) => {
      if (!response.headersSent && !response.destroyed) response.writeHead(status, headers).end(text);
    });
  };
}
