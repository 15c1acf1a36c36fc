import type { IncomingMessage } from 'node:http';
import type { RequestHeaders } from './headers.ts';
import { ReceiverProblem } from './problem.ts';

export const tooLarge = (maxBytes: number): ReceiverProblem =>
  new ReceiverProblem('too_large', `the body has more than ${maxBytes} bytes`);

/** Shows a header that was sent twice as two, where the server can. */
export const headersOf = (request: IncomingMessage): RequestHeaders => request.headersDistinct ?? request.headers;

/**
 * The bytes of a request as they come. Of a body that is too large nothing is kept, and the rest is let run out: a
 * connection closed in the sender's face would lose the answer that says so.
 */
export function readNodeBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (request.readableEnded) return reject(new TypeError(alreadyRead));
    if (request.destroyed) return reject(goneAway());
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: Error): void => {
      request.off('data', onData).off('end', onEnd).resume();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) return fail(tooLarge(maxBytes));
      chunks.push(chunk);
    };
    const onEnd = (): void => resolve(Buffer.concat(chunks));
    if (announced > maxBytes) return fail(tooLarge(maxBytes));
    request.on('data', onData).once('end', onEnd).once('error', reject);
    // After `end` this says nothing; before it, the sender went away in the middle.
    request.once('close', () => reject(goneAway()));
  });
}

const goneAway = (): Error => new Error('the sender closed the connection before the end of the body');

const alreadyRead =
  'the body was read before the receiver could: mount it before express.json() and other body parsers, ' +
  'or give this path express.raw({ type: "*/*" })';

/**
 * What a body parser before us has made of the body: its bytes are as good as the stream. Null: nothing has read it.
 * @throws TypeError where it was parsed, and so the bytes that were signed are gone
 */
export function parsedBody(body: unknown, request: IncomingMessage): Uint8Array | string | null {
  if (body instanceof Uint8Array || typeof body === 'string') return body;
  if (request.readableEnded || (body !== undefined && body !== null && request.readableDidRead)) {
    throw new TypeError(alreadyRead);
  }
  return null;
}
