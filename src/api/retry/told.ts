/** What is told of a retry of many: how many are tried again, how many not and why, and what is left. */
import type { Found } from './candidates.ts';
import type { Result } from './try-again.ts';

export function countOf(results: readonly Result[], refused: Found['refused']) {
  const reasons: Record<string, number> = Object.fromEntries(refused);
  let before = 0;
  for (const count of refused.values()) before += count;
  let retried = 0;
  for (const result of results) {
    if (result.kind === 'due' || result.kind === 'under_way' || result.kind === 'parked_behind') retried++;
    else {
      const reason = result.kind === 'refused' ? result.reason : result.kind;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  return { retried, refused: before + results.length - retried, reasons };
}

const wordsOfMore: Readonly<Record<NonNullable<Found['more']>, string>> = {
  found: ' There may be more: ask again for the next, or make a replay for all of a time.',
  unseen:
    ' Not everything was looked at: ask for a smaller range of time (`from`, `to`), or make a replay for all of a time.',
};

export function wordsFor({ retried, refused }: ReturnType<typeof countOf>, more: Found['more']): string {
  const done = `${retried} ${retried === 1 ? 'is' : 'are'} tried again${refused === 0 ? '' : `, ${refused} can’t be`}.`;
  return more === null ? done : `${done}${wordsOfMore[more]}`;
}
