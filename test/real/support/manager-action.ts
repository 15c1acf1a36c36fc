/** One action at Asterisk's manager interface, by a user who may do everything: for what a test does itself. */
import { once } from 'node:events';
import { connect } from 'node:net';

export type Fields = Readonly<Record<string, string>>;

export interface ManagerAt {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

/** @throws Error where Asterisk refuses it. */
export async function managerAction(
  { port, username, secret }: ManagerAt,
  name: string,
  fields: Fields,
): Promise<Fields> {
  const socket = connect(port, '127.0.0.1');
  try {
    const login = packet({ Action: 'Login', Username: username, Secret: secret, Events: 'off', ActionID: 'login' });
    socket.write(login + packet({ Action: name, ActionID: 'asked', ...fields }));
    let text = '';
    for await (const [chunk] of on(socket)) {
      text += chunk.toString();
      const answer = text
        .split('\r\n\r\n')
        .map(read)
        .find((one) => one['ActionID'] === 'asked' && 'Response' in one);
      if (!answer) continue;
      if (answer['Response'] === 'Error') throw new Error(`${name}: ${answer['Message']}`);
      return answer;
    }
    throw new Error(`${name}: the connection was closed\n${text}`);
  } finally {
    socket.destroy();
  }
}

async function* on(socket: ReturnType<typeof connect>): AsyncGenerator<[Buffer]> {
  for (;;) yield (await once(socket, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer];
}

const packet = (fields: Fields): string =>
  `${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('')}\r\n`;

const read = (text: string): Fields =>
  Object.fromEntries(
    text.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(': ');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 2)]];
    }),
  );
