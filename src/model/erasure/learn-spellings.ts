/**
 * Other ways one event writes the number: where a party has it, what the phone system wrote for that party is the same
 * number, such as the national form. That is looked for in the rest of this event too.
 */
import type { Party } from '../call.ts';
import { digitsIn } from './digits.ts';
import { type ErasedNumber, fewestDigits, mostDigits, ofKeys } from './erased-number.ts';
import { hasRun } from './erase-runs.ts';

/** Last digits that two ways to write one number share at least. */
const fewestAlike = 7;
/** What is written around a number in an address: nothing of it belongs to the number. */
const address = /^(?:tel|sips?|callto):|[@;].*$/gi;

function learnable(text: string | null, keys: readonly string[]): string | null {
  const digits = digitsIn((text ?? '').replace(address, ''));
  if (digits.length < fewestDigits || digits.length > mostDigits || keys.includes(digits)) return null;
  const alike = keys.some((key) => sharedEnd(key, digits) >= Math.min(fewestAlike, key.length));
  return alike ? digits : null;
}

function sharedEnd(one: string, two: string): number {
  let shared = 0;
  while (shared < Math.min(one.length, two.length) && one.at(-1 - shared) === two.at(-1 - shared)) shared++;
  return shared;
}

/** The number with what its parties write for it. */
export function withSpellings(number: ErasedNumber, parties: readonly Partial<Party>[]): ErasedNumber {
  const learned = new Set<string>();
  for (const { number: shown = null, raw = null } of parties) {
    if (![shown, raw].some((text) => text !== null && hasRun(text, number))) continue;
    for (const text of [shown, raw]) {
      const spelling = learnable(text, number.keys);
      if (spelling !== null) learned.add(spelling);
    }
  }
  return learned.size === 0 ? number : ofKeys([...number.keys, ...learned]);
}
