/** An answer to Offhook. It keeps the first 2 kB of the text, and shows it to whoever looks for the reason. */
import type { ReceiverProblem } from './problem.ts';
import type { RetryLater } from './signals.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const answer = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  text,
});

export const answers = {
  handled: answer(200, 'ok'),
  /** 200: it was handled, so nothing is left to be sent. */
  duplicate: answer(200, 'duplicate: handled before'),
  /** 409, since the other request may still fail: Offhook has to come again, and then hears 200 or has it handled. */
  busy: answer(409, 'busy: another request is handling this event'),
  /** The error stays here: it may say what is nobody's business. */
  failed: answer(500, 'failed: the receiver has logged why'),
  storeFailed: answer(503, 'store_failed: it could not be looked up whether this event was handled'),
  gone: answer(410, 'gone: no more events, please'),
  retryLater: ({ seconds }: RetryLater): Answer => answer(503, 'retry_later', { 'retry-after': String(seconds) }),
  refused: ({ code, status, message }: ReceiverProblem): Answer => answer(status, `${code}: ${message}`),
} as const;
