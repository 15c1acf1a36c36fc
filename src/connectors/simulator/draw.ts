import { seededRandom } from '../../kit/random.ts';

/** Chance, in the words that stories need. Every draw takes exactly one number, so that stories can be repeated. */
export interface Draw {
  chance(probability: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  one<T>(items: readonly [T, ...(readonly T[])]): T;
  /** How long until the next of things that come `perMs` times a millisecond on average. */
  gap(perMs: number): number;
}

/** An independent sequence for each number of one seed. */
export function drawFor(seed: number, number: number): Draw {
  const random = seededRandom(seed ^ Math.imul(number + 1, 0x9e3779b1));
  const between = (least: number, most: number): number => least + Math.floor(random.next() * (most - least + 1));
  return {
    chance: (probability) => random.next() < probability,
    between,
    one: (items) => items[between(0, items.length - 1)] ?? items[0],
    gap: (perMs) => -Math.log(1 - random.next()) / perMs,
  };
}
