/** Waits for the end of a replay, with a bar for people. */
import { delay, systemClock } from '../kit/clock.ts';
import type { ApiClient } from './client.ts';
import type { CliContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import { progressBar } from './progress-bar.ts';

export interface ReplayFacts {
  readonly number: number;
  readonly state: 'queued' | 'running' | 'cancelling' | 'done' | 'cancelled';
  readonly reason: string | null;
  readonly of: 'subscription' | 'endpoint';
  readonly endpoint: number;
  readonly subscriptions: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly createdBy: string;
  readonly counts: Readonly<
    Record<'delivered' | 'cancelled' | 'expired' | 'notEncoded' | 'skipped' | 'parked', number>
  >;
  readonly missed: readonly { readonly from: number | null; readonly to: number }[];
}

const everyMs = 500;
const hasEnded = ({ state }: ReplayFacts): boolean => state === 'done' || state === 'cancelled';

/** @throws CommandFailure where it was cancelled, or Ctrl-C ends the waiting: the replay goes on */
export async function waitForEnd(
  { terminal, signal }: CliContext,
  client: ApiClient,
  begun: ReplayFacts,
): Promise<ReplayFacts> {
  const bar = progressBar(terminal, `replay ${begun.number}`);
  let now = begun;
  try {
    while (!hasEnded(now)) {
      bar.show(now.share);
      await delay(systemClock, everyMs, signal).catch(() => {
        throw new CommandFailure(`replay ${now.number} goes on; to end it: offhook replay cancel ${now.number}`);
      });
      now = await client.get<ReplayFacts>(`/v1/replays/${now.number}`);
    }
  } finally {
    bar.clear();
  }
  if (now.state === 'cancelled') throw new CommandFailure(`${summaryOf(now)} (${now.reason})`);
  return now;
}

export function summaryOf({ number, state, counts }: ReplayFacts): string {
  const { delivered, cancelled, expired, notEncoded, skipped, parked } = counts;
  const parts = Object.entries({ parked, 'given up': cancelled, expired, 'not encoded': notEncoded, skipped });
  const others = parts.flatMap(([what, count]) => (count > 0 ? [`, ${count} ${what}`] : []));
  return `replay ${number} ${state}: ${delivered} delivered${others.join('')}`;
}
