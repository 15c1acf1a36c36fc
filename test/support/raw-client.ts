/** A connection on which a test writes what it likes, and sees all that comes back. */
import { connect } from 'node:net';
import { delay, systemClock } from '../../src/kit/clock.ts';

export interface RawClient {
  write(data: string | Buffer): void;
  /** All that has come so far. */
  answer(): string;
  /** Waits until what has come looks like this. */
  answered(pattern: RegExp): Promise<string>;
  /** Waits until the server has hung up. */
  ended(): Promise<string>;
  close(): void;
}

export function rawClient(url: string): RawClient {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  let hasEnded = false;
  socket.on('data', (part: string) => (answer += part));
  const ended = new Promise<void>((resolve) => {
    socket
      .on('error', () => {})
      .on('close', () => {
        hasEnded = true;
        resolve();
      });
  });
  const until = async (holds: () => boolean): Promise<string> => {
    while (!holds()) {
      if (hasEnded) throw new Error(`hung up after: ${answer}`);
      await delay(systemClock, 5);
    }
    return answer;
  };
  return {
    write: (data) => void socket.write(data),
    answer: () => answer,
    answered: (pattern) => until(() => pattern.test(answer)),
    ended: async () => {
      await ended;
      return answer;
    },
    close: () => void socket.destroy(),
  };
}
