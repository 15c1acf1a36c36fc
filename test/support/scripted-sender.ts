/** A sender whose receivers answer as a test says, and may be kept waiting. */
import type { Exchange, OutgoingRequest, Sender } from '../../src/delivery/sender/sender.ts';

export interface ScriptedSender extends Sender {
  /** What came so far. */
  readonly requests: readonly OutgoingRequest[];
  /** How receivers answer by host; `held`: when `release` is called. 200 where nothing is said. */
  readonly answers: Map<string, number | 'held'>;
  /** Requests that are held end with this status. */
  release(status: number): void;
  /** Resolves when so many requests have come in all. */
  came(count: number): Promise<void>;
}

export function createScriptedSender(): ScriptedSender {
  const requests: OutgoingRequest[] = [];
  const answers = new Map<string, number | 'held'>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let held: ((exchange: Exchange) => void)[] = [];
  const answered = (status: number): Exchange => ({
    kind: 'answered',
    status,
    excerpt: status < 300 ? '' : `said ${status}`,
    retryAfterMs: null,
    durationMs: 1,
  });
  return {
    requests,
    answers,
    send: (request, ended) => {
      requests.push(request);
      const answer = answers.get(new URL(request.url).host) ?? 200;
      if (answer === 'held') held.push(ended);
      else setImmediate(() => ended(answered(answer)));
      for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
    },
    release: (status) => {
      const ends = held;
      held = [];
      for (const end of ends) end(answered(status));
    },
    came: (count) =>
      requests.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    close: async () => {
      for (const end of held) end({ kind: 'failed', failure: 'stopped', message: '', durationMs: 0 });
    },
  };
}
