import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '../deps.ts';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * A client that sends `Expect: 100-continue` waits with its body until it is told to go on. It is told only when the body
 * is about to be read: whatever refuses the request before that spares it the sending. Such an answer closes the
 * connection, since what would come next on it, a body or another request, only the client knows.
 */
export function answerExpectations(app: App): void {
  const { server } = app;
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.set(request, response);
    response.setHeader('connection', 'close');
    server.emit('request', request, response);
  });
}

/** Tells the client to send the body, where it waits for that. */
export function letContinue(request: IncomingMessage): void {
  const response = waiting.get(request);
  if (!response) return;
  waiting.delete(request);
  response.removeHeader('connection');
  response.writeContinue();
}
