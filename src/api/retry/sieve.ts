import type { RetryRefusal } from '../../delivery/retry-refusal.ts';
import type { Candidate } from './candidates.ts';

/** Of each: null where it can be tried again, why it can't be, or `unseen` where it is not the caller's. */
export type Judge = (candidates: readonly Candidate[]) => Promise<readonly (RetryRefusal | 'unseen' | null)[]>;

export interface Sieve {
  /** Those that can be tried again, in the order they were added; some more than the limit where there are more. */
  readonly found: readonly Candidate[];
  /** Those that can't be: how many for which reason. */
  readonly refused: ReadonlyMap<RetryRefusal, number>;
  /** @returns false where there are more than the limit or there is no time: the rest was not looked at */
  add(some: readonly Candidate[]): Promise<boolean>;
}

/** An event is read for each, of up to 256 kB. */
const judgedAtOnce = 100;

/**
 * Takes candidates until there are more than `limit` that can be tried again, or it is late: however many can't be, they
 * are read from the log one and all.
 */
export function createSieve(judge: Judge, limit: number, isLate: () => boolean): Sieve {
  const found: Candidate[] = [];
  const refused = new Map<RetryRefusal, number>();
  const take = (candidate: Candidate, verdict: RetryRefusal | 'unseen' | null): void => {
    if (verdict === null) found.push(candidate);
    else if (verdict !== 'unseen') refused.set(verdict, (refused.get(verdict) ?? 0) + 1);
  };
  return {
    found,
    refused,
    add: async (some) => {
      for (let at = 0; at < some.length && found.length <= limit; at += judgedAtOnce) {
        if (isLate()) return false;
        const part = some.slice(at, at + judgedAtOnce);
        const verdicts = await judge(part);
        part.forEach((candidate, index) => take(candidate, verdicts[index] ?? null));
      }
      return found.length <= limit;
    },
  };
}
