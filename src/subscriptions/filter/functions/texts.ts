/** Functions of texts. Positions count characters (code points), as CEL has it. None of them is a regular expression. */
import { type Frame, madeText, spend, spendText } from '../frame.ts';
import { filterLimits } from '../limits.ts';
import { shapeOf } from '../shape.ts';
import { type Kind, tooCostly, type Value } from '../value.ts';
import { fail, type Overload } from './function.ts';

const bool = shapeOf('bool');
const text = shapeOf('string');
const number = shapeOf('number');

const surrogate = /[\ud800-\udfff]/;
const points = (value: string): readonly string[] | null => (surrogate.test(value) ? Array.from(value) : null);
export const lengthOf = (value: string): number => points(value)?.length ?? value.length;

type Run = (args: readonly string[], frame: Frame, at: number) => Value;

/** A method of a text that takes texts; looking through all of them is paid before. */
function method(name: string, count: number, returns: typeof bool, run: Run): Overload {
  const takes: Kind[][] = Array.from({ length: count + 1 }, () => ['string']);
  const usage = `text.${name}(${Array.from({ length: count }, () => 'text').join(', ')})`;
  return {
    name,
    method: true,
    takes,
    returns,
    usage,
    run: (frame, args, at) => {
      let length = 0;
      for (const one of args as readonly string[]) length += one.length;
      return spendText(frame, length) ? run(args as readonly string[], frame, at) : tooCostly;
    },
  };
}

// oxlint-disable-next-line no-control-regex -- all of ASCII, control characters too
const ascii = /^[\u0000-\u007f]*$/;

/** Only A to Z change. @param letters those that do, several at a time */
function changeCase(change: (text: string) => string, letters: RegExp): Run {
  return ([value], frame) => {
    if (ascii.test(value as string)) return change(value as string);
    return spend(frame, perPart((value as string).length)) ? (value as string).replace(letters, change) : tooCostly;
  };
}

/** Steps of taking so much text apart: a part may be a character, and costs as much as a quarter of a step. */
const perPart = (length: number): number => Math.ceil(length / 4);

function indexOf([whole, part]: readonly string[]): Value {
  const at = (whole as string).indexOf(part as string);
  return BigInt(at < 0 ? at : lengthOf((whole as string).slice(0, at)));
}

function replace([whole, from, to]: readonly string[], frame: Frame, at: number): Value {
  if (!spend(frame, perPart((whole as string).length))) return tooCostly;
  const parts = (whole as string).split(from as string);
  const length = (whole as string).length + (parts.length - 1) * (to as string).length;
  // Known before it is made: it may be much longer than both.
  return length > maxLength ? fail(tooLong, at) : madeText(frame, parts.join(to), (why) => fail(why, at));
}

const maxLength = filterLimits.madeText;
const tooLong = `it makes a text of over ${maxLength} characters`;

function split([whole, by]: readonly string[], frame: Frame): Value {
  return spend(frame, perPart((whole as string).length)) ? (whole as string).split(by as string) : tooCostly;
}

const join: Overload = {
  name: 'join',
  method: true,
  takes: [['list'], ['string']],
  returns: text,
  usage: 'list.join(text)',
  run: (frame, [list, by], at) => {
    const parts = list as readonly unknown[];
    if (!spend(frame, parts.length)) return tooCostly;
    let length = 0;
    for (const part of parts) {
      if (typeof part !== 'string') return fail('join needs a list of texts', at);
      length += part.length + (by as string).length;
    }
    return length > maxLength ? fail(tooLong, at) : madeText(frame, parts.join(by as string), (why) => fail(why, at));
  },
};

function substring(count: 1 | 2): Overload {
  return {
    name: 'substring',
    method: true,
    takes: [['string'], ['number'], ['number']].slice(0, count + 1) as Kind[][],
    returns: text,
    usage: count === 1 ? 'text.substring(from)' : 'text.substring(from, to)',
    run: (frame, [value, from, to], at) => {
      if (!spendText(frame, (value as string).length)) return tooCostly;
      const characters = points(value as string);
      const length = characters?.length ?? (value as string).length;
      const [start, end] = [Number(from), to === undefined ? length : Number(to)];
      if (!(start >= 0 && start <= end && end <= length)) return fail('substring is outside of the text', at);
      return characters ? characters.slice(start, end).join('') : (value as string).slice(start, end);
    },
  };
}

export const textFunctions: readonly Overload[] = [
  method('contains', 1, bool, ([a, b]) => (a as string).includes(b as string)),
  method('startsWith', 1, bool, ([a, b]) => (a as string).startsWith(b as string)),
  method('endsWith', 1, bool, ([a, b]) => (a as string).endsWith(b as string)),
  method(
    'lowerAscii',
    0,
    text,
    changeCase((part) => part.toLowerCase(), /[A-Z]+/g),
  ),
  method(
    'upperAscii',
    0,
    text,
    changeCase((part) => part.toUpperCase(), /[a-z]+/g),
  ),
  method('trim', 0, text, ([a]) => (a as string).trim()),
  method('indexOf', 1, number, indexOf),
  method('replace', 2, text, replace),
  method('split', 1, { kind: 'list', element: text }, split),
  substring(1),
  substring(2),
  join,
];
