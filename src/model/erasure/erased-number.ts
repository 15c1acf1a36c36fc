/** The number an erasure is about, in every way it may be written. Plain data, since it travels between threads. */
import { digitsIn } from './digits.ts';

/** Stands where the number stood. As long as the shortest number that can be erased: no text gets too long by it. */
export const erasedText = 'erased';

export interface ErasedNumber {
  /** Digits alone, the longest first. */
  readonly keys: readonly string[];
}

/** Shorter ones are extensions, and parts of dates and prices: erasing them would spoil what is about others. */
export const fewestDigits = 6;
export const mostDigits = 20;

/** What people write a number with. */
const written = /^[+\uff0b]?[\p{Nd}\s().\-\u2010-\u2015\u00b7/~]+$/u;
/** What is dialled before a country's code, where `+` can't be. */
const internationalPrefixes = ['00', '011'];

/** The digits of one way to write it; null where it is no phone number. */
export function keyOf(text: string): string | null {
  if (!written.test(text.trim())) return null;
  const digits = digitsIn(text);
  return digits.length >= fewestDigits && digits.length <= mostDigits ? digits : null;
}

/** @param spellings of one number, each with a key; with `+` it is also found as it is dialled from abroad */
export function erasedNumber(spellings: readonly string[]): ErasedNumber {
  const keys = new Set<string>();
  for (const spelling of spellings) {
    const key = keyOf(spelling);
    if (key === null) continue;
    keys.add(key);
    if (!/^[+\uff0b]/u.test(spelling.trim())) continue;
    for (const prefix of internationalPrefixes) keys.add(prefix + key);
  }
  return ofKeys(keys);
}

/** The longest first, so that a number goes with its prefix. */
export function ofKeys(keys: Iterable<string>): ErasedNumber {
  return { keys: [...keys].sort((one, two) => two.length - one.length || (one < two ? -1 : 1)) };
}
