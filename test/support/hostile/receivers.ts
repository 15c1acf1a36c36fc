/** What a receiver can do to whoever posts to it. */
import { once } from 'node:events';
import net from 'node:net';
import { answer, type Respond } from '../../conformance/sender-receiver.ts';

export interface HostileReceiver {
  readonly name: string;
  readonly respond: Respond;
  /** What is written down about an attempt, and its HTTP status (null: none came). */
  readonly detail: RegExp;
  readonly status: number | null;
}

const head = (length: number, status = '200 OK'): string => `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\n\r\n`;
const block = Buffer.alloc(65_536, 'x');

/** Writes as fast as the other side reads, until it stops. @param wrote is told how much went out */
function pour(socket: net.Socket, wrote: (bytes: number) => void): void {
  while (!socket.destroyed) {
    wrote(block.length);
    if (socket.write(block)) continue;
    socket.once('drain', () => pour(socket, wrote));
    return;
  }
}

function drip(socket: net.Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => void socket.write(text.charAt(at++)), 1_000);
  socket.once('close', () => clearInterval(timer));
}

/**
 * @param elsewhere an address that is allowed, to which nothing may be redirected all the same
 * @param poured is told of every byte that was given to a receiver's system to send
 */
export function hostileReceivers(elsewhere: string, poured: (bytes: number) => void): readonly HostileReceiver[] {
  const redirect = (location: string): Respond => {
    return ({ socket }) => void socket.write(answer(307, '', { location }));
  };
  return [
    { name: 'hangs', respond: () => {}, detail: /^timeout: /, status: null },
    {
      name: 'drips its head',
      respond: ({ socket }) => drip(socket, head(0)),
      detail: /^timeout: /,
      status: null,
    },
    {
      name: 'drips its body',
      respond: ({ socket }) => {
        socket.write(head(1_000));
        drip(socket, 'y'.repeat(1_000));
      },
      detail: /^timeout: /,
      status: null,
    },
    {
      name: 'pours without end',
      respond: ({ socket }) => {
        socket.write(head(2 ** 40, '500 Oh'));
        pour(socket, poured);
      },
      detail: /^http_500/,
      status: 500,
    },
    {
      name: 'closes half-way',
      respond: ({ socket }) => void socket.end(`${head(100)}half`),
      detail: /^reset: /,
      status: null,
    },
    { name: 'resets', respond: ({ socket }) => socket.resetAndDestroy(), detail: /^reset: /, status: null },
    {
      name: 'redirects to metadata',
      respond: redirect('http://169.254.169.254/latest/meta-data/'),
      detail: /^http_307/,
      status: 307,
    },
    { name: 'redirects to another receiver', respond: redirect(elsewhere), detail: /^http_307/, status: 307 },
  ];
}

/** Counts connections to an address that nobody may connect to. */
export async function startTrap(host: string, port: number): Promise<{ connections(): number; stop(): Promise<void> }> {
  let connections = 0;
  const server = net.createServer((socket) => {
    connections++;
    socket.destroy();
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    connections: () => connections,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
