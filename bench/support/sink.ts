/**
 * The receiver of every benchmark, in a process of its own: answers 204 at once, counts, and keeps arrival times by the
 * `x-bench` header's number where asked. Controlled over the parent's message channel.
 */
import { createServer } from 'node:http';

let count = 0;
let waiting: { readonly count: number } | null = null;
const arrivals = new Map<string, number>();
let keepArrivals = false;
/** Paths that never answer: a dead receiver that takes connections. */
const hanging: unknown[] = [];

function arrived(key: string | undefined): void {
  count++;
  if (keepArrivals && key !== undefined && !arrivals.has(key))
    arrivals.set(key, performance.timeOrigin + performance.now());
  if (waiting && count >= waiting.count) {
    waiting = null;
    process.send?.({ kind: 'reached', count });
  }
}

const server = createServer((request, response) => {
  if (request.url?.startsWith('/hang')) {
    hanging.push(response);
    return;
  }
  request.resume();
  request.on('end', () => {
    const key = request.headers['x-offhook-event'] ?? request.headers['x-bench'];
    arrived(typeof key === 'string' ? key : undefined);
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ kind: 'listening', port: typeof address === 'object' && address ? address.port : 0 });
});

process.on('message', (message: { kind: string; count?: number; keepArrivals?: boolean }) => {
  if (message.kind === 'reset') {
    count = 0;
    arrivals.clear();
    keepArrivals = message.keepArrivals === true;
    process.send?.({ kind: 'reset' });
  } else if (message.kind === 'wait') {
    waiting = { count: message.count ?? 0 };
    if (count >= waiting.count) {
      waiting = null;
      process.send?.({ kind: 'reached', count });
    }
  } else if (message.kind === 'arrivals') {
    process.send?.({ kind: 'arrivals', entries: [...arrivals] });
  } else if (message.kind === 'stop') process.exit(0);
});
process.on('disconnect', () => process.exit(0));
