export interface SimulatorOptions {
  /** Id of the connector. */
  readonly id: string;
  readonly domain: string;
  readonly reseller: string;
  /** Which numbers are extensions, a regular expression; by default two to six digits. */
  readonly extensions?: string;
  /** Country of emergency numbers, two capital letters. */
  readonly country?: string;
  /** Calls that begin in a minute, on average; at most 60,000. */
  readonly ratePerMinute?: number;
  /** The same seed and start time give the same events, ids included; without one every run differs. */
  readonly seed?: number;
  /** How much faster than life calls go: with 10 a talk of two minutes takes twelve seconds. */
  readonly speed?: number;
}

export const usualRatePerMinute = 6;
export const mostCallsPerMinute = 60_000;
export const fastest = 1_000;

/** The value within its bounds; what is no number becomes the usual one. */
export function within(value: number | undefined, least: number, most: number, usual: number): number {
  if (value === undefined || !Number.isFinite(value)) return usual;
  return Math.min(most, Math.max(least, value));
}
