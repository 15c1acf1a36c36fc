import { placeIn, type TextPlace } from '../../kit/text-place.ts';

/** Why a filter was refused, and where. */
export interface FilterProblem extends TextPlace {
  readonly message: string;
  readonly remedy: string;
}

/** @param at offset in code units */
export function problemAt(source: string, at: number, message: string, remedy: string): FilterProblem {
  return { message, remedy, ...placeIn(source, at) };
}
