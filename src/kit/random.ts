import { randomBytes } from 'node:crypto';

/** Randomness as a dependency, so that a run can be repeated. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

export const systemRandom: Random = { next: () => Math.random() };

/** A small repeatable generator (mulberry32): the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** A secret of `bytes` random bytes as lower-case hex, from the system's cryptographic generator. */
export function secretHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
