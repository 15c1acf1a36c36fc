/** A manager interface played by a test: real sockets, answers as the test wants. */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';

export type Headers = readonly (readonly [string, string])[];

export interface ManagerOptions {
  readonly secret?: string;
  readonly banner?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers an action after log-in; null leaves it unanswered, undefined falls back to the usual answer. */
  readonly answer?: (action: ReadonlyMap<string, string>, id: string) => readonly Headers[] | null | undefined;
}

export interface FakeManager {
  readonly port: number;
  /** Every action received so far, oldest first, names in lower case. */
  readonly actions: ReadonlyMap<string, string>[];
  /** Connections open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** Sends an event to everyone connected. */
  emit(headers: Headers): void;
  /** Sends several packets to everyone connected, in one piece. */
  emitTogether(packets: readonly Headers[]): void;
  /** Resolves when this many connections have logged in since the start. */
  loggedIn(count: number): Promise<void>;
  /** Resolves when this many actions of that name came since the start. */
  received(action: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

const challenge = '407295';

export function packet(headers: Headers): string {
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

function parseAction(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\r\n').map((line) => line.split(/: (.*)/s));
  return new Map(pairs.map(([name, value]) => [(name ?? '').toLowerCase(), value ?? '']));
}

export async function startFakeManager(options: ManagerOptions = {}): Promise<FakeManager> {
  const secret = options.secret ?? 'geheim';
  const actions: ReadonlyMap<string, string>[] = [];
  const sockets = new Set<Socket>();
  const waiters: { ready: () => boolean; resolve: () => void }[] = [];
  let logIns = 0;
  const check = (): void => {
    for (const waiter of waiters) if (waiter.ready()) waiter.resolve();
  };
  const wait = (ready: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      waiters.push({ ready, resolve });
      check();
    });

  const proves = (action: ReadonlyMap<string, string>): boolean =>
    action.get('secret') === secret ||
    action.get('key') ===
      createHash('md5')
        .update(challenge + secret)
        .digest('hex');

  const usual = (action: ReadonlyMap<string, string>): readonly Headers[] => {
    const name = action.get('action');
    if (name === 'Challenge')
      return [
        [
          ['Response', 'Success'],
          ['Challenge', challenge],
        ],
      ];
    if (name === 'Login' && proves(action))
      return [
        [
          ['Response', 'Success'],
          ['Message', 'Authentication accepted'],
        ],
      ];
    if (name === 'Login')
      return [
        [
          ['Response', 'Error'],
          ['Message', 'Authentication failed'],
        ],
      ];
    if (name === 'Ping')
      return [
        [
          ['Response', 'Success'],
          ['Ping', 'Pong'],
          ['Timestamp', '1700000000.5'],
        ],
      ];
    return [
      [
        ['Response', 'Error'],
        ['Message', 'Invalid/unknown command'],
      ],
    ];
  };

  const handle = (socket: Socket, action: ReadonlyMap<string, string>): void => {
    actions.push(action);
    const id = action.get('actionid') ?? '';
    const given = options.answer?.(action, id);
    const answers = given === undefined ? usual(action) : (given ?? []);
    socket.write(answers.map((headers) => packet([...headers, ['ActionID', id]])).join(''));
    const first = answers[0]?.[0]?.[1];
    if (action.get('action') === 'Login' && first === 'Success') logIns++;
    if (action.get('action') === 'Login' && first === 'Error') socket.end();
    check();
  };

  const emitTogether = (packets: readonly Headers[]): void => {
    for (const socket of sockets) socket.write(packets.map(packet).join(''));
  };

  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.write(options.banner ?? 'Asterisk Call Manager/11.0.0\r\n');
    let held = '';
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('utf8');
      const parts = held.split('\r\n\r\n');
      held = parts.pop() ?? '';
      for (const part of parts) handle(socket, parseAction(part));
    });
  };

  const server: Server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    actions,
    sockets,
    emit: (headers) => emitTogether([headers]),
    emitTogether,
    loggedIn: (count) => wait(() => logIns >= count),
    received: (name, count) => wait(() => actions.filter((action) => action.get('action') === name).length >= count),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
