/** What a suite measured: one judged value a round, the raw ones of both sides, and whether it is what was asked for. */
export interface Side {
  readonly name: string;
  readonly unit: string;
  /** One for each round. */
  readonly values: readonly number[];
}

export interface Figure {
  readonly name: string;
  readonly offhook: Side;
  /** What it is compared with; null: with the target alone. */
  readonly beside: Side | null;
  /** One for each round; their median is judged. */
  readonly scores: readonly number[];
  /** Null: shown for information, not judged. */
  readonly target: Target | null;
  /** What else is worth knowing, a line each. */
  readonly notes: readonly string[];
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** @param share between 0 and 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function isReached({ scores, target }: Pick<Figure, 'scores' | 'target'>): boolean {
  if (target === null) return true;
  const score = median(scores);
  return 'atLeast' in target ? score >= target.atLeast : score <= target.atMost;
}

/** Offhook's value over the other side's, round by round. */
export function ratios(offhook: readonly number[], beside: readonly number[]): number[] {
  return offhook.map((value, round) => value / (beside[round] as number));
}
