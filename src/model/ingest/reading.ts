/**
 * Reading one event of unknown JSON. The first thing found wrong is kept as the problem, and reading goes on with a
 * harmless value, so that no function has to ask. Paths are put together only when something is wrong.
 */
import { longestId, longestText } from '../fields.ts';
import { halfCharacter } from '../half-character.ts';

export interface EventProblem {
  /** JSON path as the sender wrote it, such as `call.from.number`; empty for the event itself. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export class Reading {
  #problem: EventProblem | null = null;

  get problem(): EventProblem | null {
    return this.#problem;
  }

  refuse(field: string, message: string, remedy: string): void {
    this.#problem ??= { field, message, remedy };
  }
}

/** A JSON object: no list, no instance of a class. */
export function isObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** The object there, or null where there is none; anything else is refused. */
export function objectAt(reading: Reading, value: unknown, field: string): JsonObject | null {
  if (isAbsent(value)) return null;
  if (isObject(value)) return value;
  reading.refuse(field, `\`${field}\` is not an object.`, 'Send a JSON object, null, or leave it out.');
  return null;
}

/** Text of at most `longest` characters, or null where there is none. A whole number is taken as its digits. */
export function textAt(
  reading: Reading,
  value: unknown,
  base: string,
  name: string,
  longest = longestText,
): string | null {
  if (isAbsent(value)) return null;
  const text = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;
  if (typeof text !== 'string') {
    reading.refuse(base + name, `\`${base + name}\` is not text.`, 'Send a string, null, or leave it out.');
    return null;
  }
  if (text.length > longest) {
    const message = `\`${base + name}\` is longer than ${longest} characters.`;
    reading.refuse(base + name, message, `Send at most ${longest} characters.`);
    return null;
  }
  if (text.isWellFormed()) return text;
  refuseHalf(reading, base + name, 'text');
  return null;
}

export function refuseHalf(reading: Reading, field: string, where: 'text' | 'name'): void {
  const { message, remedy } = halfCharacter(field, where);
  reading.refuse(field, message, remedy);
}

/** Code by code, since names are short: a regular expression takes three times as long to begin. */
function hasControlCharacters(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/** A name things are matched by: text that is not empty and has no control characters; empty counts as none. */
export function nameAt(
  reading: Reading,
  value: unknown,
  base: string,
  name: string,
  longest = longestId,
): string | null {
  const text = textAt(reading, value, base, name, longest);
  if (text === null || text === '') return null;
  if (!hasControlCharacters(text)) return text;
  const message = `\`${base + name}\` has control characters in it.`;
  reading.refuse(base + name, message, 'Send printable characters only.');
  return null;
}

/** One of the known words, or null where there is none. */
export function wordAt<Word extends string>(
  reading: Reading,
  value: unknown,
  base: string,
  name: string,
  words: ReadonlySet<Word>,
): Word | null {
  if (isAbsent(value)) return null;
  if (words.has(value as Word)) return value as Word;
  const list = [...words].join(', ');
  reading.refuse(base + name, `\`${base + name}\` is not one of the known values.`, `Send one of: ${list}.`);
  return null;
}

/** A whole number from 0 to `most`, or null where there is none. Fractions are rounded. */
export function countAt(
  reading: Reading,
  value: unknown,
  base: string,
  name: string,
  most = Number.MAX_SAFE_INTEGER,
): number | null {
  if (isAbsent(value)) return null;
  if (typeof value === 'number' && value >= 0 && value <= most) return Math.round(value);
  const message = `\`${base + name}\` is not a number from 0 to ${most}.`;
  reading.refuse(base + name, message, 'Send a JSON number in that range, null, or leave it out.');
  return null;
}

/** The list there, empty where there is none; at most `most` items. */
export function listAt(reading: Reading, value: unknown, base: string, name: string, most: number): readonly unknown[] {
  if (isAbsent(value)) return none;
  if (!Array.isArray(value)) {
    reading.refuse(base + name, `\`${base + name}\` is not a list.`, 'Send a JSON array, null, or leave it out.');
    return none;
  }
  if (value.length <= most) return value;
  reading.refuse(base + name, `\`${base + name}\` has more than ${most} items.`, `Send at most ${most}.`);
  return none;
}

const none: readonly unknown[] = [];
