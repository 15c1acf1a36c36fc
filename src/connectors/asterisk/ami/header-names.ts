/**
 * Names of headers: a few hundred, each read a hundred thousand times a second. What is worth knowing of one is found out
 * once, and a number stands for it ever after, so that names are compared as numbers.
 */
import { copyOf } from './kept-text.ts';
import { isEscapedHeader, withoutControls } from './unescape.ts';

export interface HeaderName {
  /** As it was written, without control characters. */
  readonly text: string;
  readonly lower: string;
  /** The same for every way to write the name; `unnumbered` where there were too many others before it. */
  readonly number: number;
  /** Its values are C-escaped. */
  readonly escaped: boolean;
}

const unnumbered = -1;

/** Of a real PBX there are about 500; whoever invents more is not allowed to fill memory with them. */
const mostKnown = 4_000;
/** Longer ones are nobody's; what is known of them is found out each time. */
const longestKnown = 64;
const known = new Map<string, HeaderName>();
const numbers = new Map<string, number>();

export function headerName(text: string): HeaderName {
  return known.get(text) ?? learn(text);
}

export function isSameName(one: HeaderName, other: HeaderName): boolean {
  return one.number === other.number && (one.number !== unnumbered || one.lower === other.lower);
}

function learn(text: string): HeaderName {
  const clean = copyOf(withoutControls(text));
  const lower = clean.toLowerCase();
  const isKept = text.length <= longestKnown && known.size < mostKnown;
  const name = { text: clean, lower, number: numberOf(lower, isKept), escaped: isEscapedHeader(clean) };
  if (isKept) known.set(copyOf(text), name);
  return name;
}

function numberOf(lower: string, mayLearn: boolean): number {
  const number = numbers.get(lower);
  if (number !== undefined || !mayLearn) return number ?? unnumbered;
  numbers.set(lower, numbers.size);
  return numbers.size - 1;
}
