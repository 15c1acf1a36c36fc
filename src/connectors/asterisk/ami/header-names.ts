/**
 * Names of headers: a few hundred, each read a hundred thousand times a second. What is worth knowing of one is found out
 * once, and the same string stands for it ever after.
 */
import { copyOf } from './kept-text.ts';
import { isEscapedHeader, withoutControls } from './unescape.ts';

export interface HeaderName {
  /** As it was written, without control characters. */
  readonly text: string;
  readonly lower: string;
  /** Its values are C-escaped. */
  readonly escaped: boolean;
}

/** Of a real PBX there are about 500; whoever invents more is not allowed to fill memory with them. */
const mostKnown = 4_000;
/** Longer ones are nobody's; what is known of them is found out each time. */
const longestKnown = 64;
const known = new Map<string, HeaderName>();

export function headerName(text: string): HeaderName {
  return known.get(text) ?? learn(text);
}

function learn(text: string): HeaderName {
  const clean = copyOf(withoutControls(text));
  const name = { text: clean, lower: clean.toLowerCase(), escaped: isEscapedHeader(clean) };
  if (text.length > longestKnown) return name;
  if (known.size >= mostKnown) known.clear();
  known.set(copyOf(text), name);
  return name;
}
