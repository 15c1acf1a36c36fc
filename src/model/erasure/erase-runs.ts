/**
 * Finds a number in a text: its digits in a row, with what people write between them, and no further digit at either
 * end. One walk along the text, which looks back nowhere: it takes as long as the text is long.
 */
import { digitAt } from './digits.ts';
import { type ErasedNumber, erasedText } from './erased-number.ts';

/** Space, no-break spaces, hyphens and dashes, full stop, brackets, slash, middle dot. */
const separators: ReadonlySet<string> = new Set(
  ' \u00a0\u202f\u2009-\u2010\u2011\u2012\u2013\u2014\u2015.()/\u00b7~'.split(''),
);
/** In a row between two digits, as in `) - `. */
const mostSeparators = 3;
/** `+49 (0)30 …`: what is dialled within the country only. */
const trunkZero = '(0)';

/** Where the number ends that begins at this place; -1 where it is another one. */
function endOfRun(text: string, from: number, key: string): number {
  let place = from;
  for (let at = 0; at < key.length; at++) {
    if (at > 0) place = pastSeparators(text, place, key.charCodeAt(at) - 48);
    if (digitAt(text, place) !== key.charCodeAt(at) - 48) return -1;
    place++;
  }
  return digitAt(text, place) >= 0 ? -1 : place;
}

function pastSeparators(text: string, from: number, wanted: number): number {
  let place = from;
  for (let passed = 0; passed < mostSeparators && digitAt(text, place) < 0; passed++) {
    if (wanted !== 0 && text.startsWith(trunkZero, place)) place += trunkZero.length;
    else if (separators.has(text.charAt(place))) place++;
    else return place;
  }
  return place;
}

interface Run {
  readonly from: number;
  readonly end: number;
}

function nextRun(text: string, start: number, keys: readonly string[]): Run | null {
  let before = start > 0 ? digitAt(text, start - 1) : -1;
  for (let place = start; place < text.length; place++) {
    const digit = digitAt(text, place);
    if (digit >= 0 && before < 0) {
      for (const key of keys) {
        if (key.charCodeAt(0) - 48 !== digit) continue;
        const end = endOfRun(text, place, key);
        if (end >= 0) return { from: place, end };
      }
    }
    before = digit;
  }
  return null;
}

export const hasRun = (text: string, { keys }: ErasedNumber): boolean => nextRun(text, 0, keys) !== null;

/**
 * What a receiver said when it failed: a stable code, a colon, and the beginning of its answer. Where that quotes the
 * number it may quote all the rest of the event too, so only the code is left.
 */
export function eraseFailure(text: string, number: ErasedNumber): string {
  if (!hasRun(text, number)) return text;
  const code = /^[a-z0-9_]+(?=: )/.exec(text)?.[0];
  return code === undefined ? eraseRuns(text, number) : `${code}: ${erasedText}`;
}

/** The text with `erased` where the number stood, its `+` with it; the very same text where it is not in there. */
export function eraseRuns(text: string, { keys }: ErasedNumber): string {
  let done = '';
  let from = 0;
  for (let run = nextRun(text, 0, keys); run; run = nextRun(text, from, keys)) {
    const plus = text.charAt(run.from - 1) === '+' || text.charAt(run.from - 1) === '\uff0b';
    done += text.slice(from, plus && run.from > from ? run.from - 1 : run.from) + erasedText;
    from = run.end;
  }
  return from === 0 ? text : done + text.slice(from);
}
