/** A SeenStore for one process. What it knows is gone when the process ends, so events may then be handled twice. */
import { systemClock } from '../kit/clock.ts';
import type { SeenStore } from './seen-store.ts';

export interface MemoryStoreOptions {
  /** Events remembered at most; the oldest is forgotten first. 100,000 by default, about 15 MB. */
  readonly maxEntries?: number;
  /** Milliseconds that only ever grow; by default the system's monotonic clock. */
  readonly now?: () => number;
}

interface Claim {
  readonly token: string;
  readonly endsAt: number;
}

const defaultMaxEntries = 100_000;

export function createMemoryStore(options: MemoryStoreOptions = {}): SeenStore {
  const { maxEntries = defaultMaxEntries, now = () => systemClock.monotonic() } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) throw new TypeError('maxEntries must be a whole number above 0');
  const claims = new Map<string, Claim>();
  /** When each is forgotten. The oldest stands first: what is done again moves to the end. */
  const handled = new Map<string, number>();

  const isDone = (key: string): boolean => (handled.get(key) ?? 0) > now();
  const forgetOld = (): void => {
    for (const [key, endsAt] of handled) {
      if (endsAt > now() && handled.size <= maxEntries) return;
      handled.delete(key);
    }
  };
  const dropDeadClaims = (): void => {
    for (const [key, { endsAt }] of claims) if (endsAt <= now()) claims.delete(key);
  };

  return {
    claim: async (key, token, claimSeconds) => {
      if (isDone(key)) return 'done';
      const known = claims.get(key);
      if (known && known.endsAt > now()) return 'busy';
      if (claims.size >= maxEntries) dropDeadClaims();
      if (claims.size >= maxEntries) throw new Error(`${maxEntries} events are being handled already`);
      claims.set(key, { token, endsAt: now() + claimSeconds * 1000 });
      return 'claimed';
    },
    done: async (key, rememberSeconds) => {
      claims.delete(key);
      handled.delete(key);
      handled.set(key, now() + rememberSeconds * 1000);
      forgetOld();
    },
    release: async (key, token) => {
      if (claims.get(key)?.token === token) claims.delete(key);
    },
  };
}
