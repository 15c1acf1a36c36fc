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
export async function managerAction(at: ManagerAt, name: string, fields: Fields): Promise<Fields> {
  const [answer = {}] = await managerActions(at, name, [fields], 0);
  return answer;
}

/**
 * The same action several times over one log-in, each that long after the answer to the last, milliseconds.
 * @throws Error where Asterisk refuses one.
 */
export async function managerActions(
  { port, username, secret }: ManagerAt,
  name: string,
  all: readonly Fields[],
  gapMs: number,
): Promise<Fields[]> {
  const socket = connect(port, '127.0.0.1');
  const heard = { text: '' };
  const answers: Fields[] = [];
  try {
    socket.write(packet({ Action: 'Login', Username: username, Secret: secret, Events: 'off', ActionID: 'login' }));
    for (const [index, fields] of all.entries()) {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
      const id = `asked-${index}`;
      socket.write(packet({ Action: name, ActionID: id, ...fields }));
      const answer = await answerTo(id, socket, heard);
      if (answer['Response'] === 'Error') throw new Error(`${name}: ${answer['Message']}`);
      answers.push(answer);
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

async function answerTo(id: string, socket: ReturnType<typeof connect>, heard: { text: string }): Promise<Fields> {
  for await (const [chunk] of on(socket)) {
    heard.text += chunk.toString();
    const answer = heard.text
      .split('\r\n\r\n')
      .map(read)
      .find((one) => one['ActionID'] === id && 'Response' in one);
    if (answer) return answer;
  }
  throw new Error(`the connection was closed\n${heard.text}`);
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
