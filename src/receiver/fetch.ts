/** For everything that turns a `Request` into a `Response`: Hono, Next, Bun, Deno. */
import { tooLarge } from './node-body.ts';
import type { Receiver } from './receiver.ts';

/** `app.post('/hook', (c) => handler(c.req.raw))` in Hono, `export const POST = fetchHandler(receiver)` in Next. */
export function fetchHandler(receiver: Receiver): (request: Request) => Promise<Response> {
  return async (request) => {
    const readBody = (maxBytes: number): Promise<Uint8Array> => readFetchBody(request, maxBytes);
    const { status, headers, text } = await receiver.receive({ headers: request.headers, readBody });
    return new Response(text, { status, headers });
  };
}

async function readFetchBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (request.bodyUsed) throw new TypeError('the body was read before the receiver could: give it the request unread');
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop by an error lets go of the stream.
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
