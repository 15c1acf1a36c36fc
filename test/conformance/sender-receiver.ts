/** A receiver that can misbehave: HTTP requests come in read, what goes out is up to the test, byte by byte. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { TestCertificate } from './sender-certificate.ts';

export interface ReceivedRequest {
  /** Request line and headers as they came. */
  readonly head: string;
  readonly body: string;
  /** 1 for the first request of the receiver. */
  readonly number: number;
  /** 1 for the first connection of the receiver. */
  readonly connection: number;
  readonly socket: net.Socket;
}

export type Respond = (request: ReceivedRequest) => void;

export interface Receiver {
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections made to it so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Resolves with the next request. */
  nextRequest(): Promise<ReceivedRequest>;
  /** Resolves when no connection is open. */
  allClosed(): Promise<void>;
  /** Stops listening and closes every connection. */
  stop(): Promise<void>;
}

/** A whole answer. */
export function answer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): string {
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n${body}`;
}

export const answerWith =
  (...args: Parameters<typeof answer>): Respond =>
  ({ socket }) =>
    void socket.write(answer(...args));

/** @param certificate its own, and which it wants of those who come */
export async function startReceiver(
  respond: Respond,
  certificate?: TestCertificate & Pick<tls.TlsOptions, 'ca' | 'requestCert' | 'rejectUnauthorized'>,
): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  let wake: (() => void)[] = [];
  const changed = (): void => {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => wake.push(resolve));
  };
  const onConnection = (socket: net.Socket): void => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      changed();
    });
    readRequests(socket, (head, body) => {
      const request = { head, body, number: requests.length + 1, connection, socket };
      requests.push(request);
      changed();
      respond(request);
    });
  };
  const server = certificate ? tls.createServer(certificate, onConnection) : net.createServer(onConnection);
  if (certificate) server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');

  return {
    port: address.port,
    requests,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    nextRequest: async () => {
      const seen = requests.length;
      await until(() => requests.length > seen);
      return requests[seen] as ReceivedRequest;
    },
    allClosed: () => until(() => sockets.size === 0),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function readRequests(socket: net.Socket, onRequest: (head: string, body: string) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const headEnd = held.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const head = held.toString('latin1', 0, headEnd);
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (held.length < end) return;
      const body = held.toString('utf8', headEnd + 4, end);
      held = held.subarray(end);
      onRequest(head, body);
    }
  });
}
