/** What a sender says beyond the known fields: kept as given, if it is harmless JSON. */
import { isObject, type JsonObject, type Reading, refuseHalf } from './reading.ts';

/** Levels of nesting below the field that holds the value. */
const deepest = 16;
/** Characters of keys and values in all; the whole event may have 256 kB. */
const mostCharacters = 256 * 1024;
const longestKey = 256;
/** Keys that change an object's nature when somebody copies it carelessly. */
const dangerousKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Refuses what is no JSON, too deep or too large, half characters, and keys that could poison a prototype. */
export function checkJson(reading: Reading, value: unknown, field: string): void {
  walk(reading, value, field, deepest, { left: mostCharacters });
}

interface Budget {
  left: number;
}

function walk(reading: Reading, value: unknown, field: string, depth: number, budget: Budget): void {
  if (reading.problem) return;
  budget.left -= 4 + (typeof value === 'string' ? value.length : 0);
  if (budget.left < 0) {
    reading.refuse(field, 'The event is too large.', `Send at most ${mostCharacters / 1024} kB of further data.`);
  } else if (typeof value === 'object' && value !== null) {
    walkInside(reading, value, field, depth, budget);
  } else if (!isScalar(value)) {
    reading.refuse(field, `\`${field}\` is no JSON value.`, 'Send JSON only.');
  } else if (typeof value === 'string' && !value.isWellFormed()) {
    refuseHalf(reading, field, 'text');
  }
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}

function walkInside(reading: Reading, value: object, field: string, depth: number, budget: Budget): void {
  if (depth === 0) {
    reading.refuse(field, `\`${field}\` is nested too deeply.`, `Send at most ${deepest} levels.`);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length && !reading.problem; index++) {
      walk(reading, value[index], `${field}[${index}]`, depth - 1, budget);
    }
  } else if (isObject(value)) {
    walkObject(reading, value, field, depth, budget);
  } else {
    reading.refuse(field, `\`${field}\` is no JSON value.`, 'Send JSON only.');
  }
}

function walkObject(reading: Reading, value: JsonObject, field: string, depth: number, budget: Budget): void {
  for (const key of Object.keys(value)) {
    if (!checkKey(reading, key, field)) return;
    budget.left -= key.length;
    walk(reading, value[key], field === '' ? key : `${field}.${key}`, depth - 1, budget);
  }
}

function checkKey(reading: Reading, key: string, field: string): boolean {
  if (dangerousKeys.has(key)) {
    reading.refuse(field, `\`${field}\` has a field called \`${key}\`.`, 'Give that field another name.');
    return false;
  }
  if (!key.isWellFormed()) {
    refuseHalf(reading, field, 'name');
    return false;
  }
  if (key.length <= longestKey) return true;
  reading.refuse(field, `\`${field}\` has a field name of over ${longestKey} characters.`, 'Shorten it.');
  return false;
}

/** The fields a sender may give, in the order of our own output, which most senders keep to. */
export class KnownFields {
  readonly #inOrder: readonly string[];
  readonly #all: ReadonlySet<string>;

  constructor(...names: readonly string[]) {
    this.#inOrder = names;
    this.#all = new Set(names);
  }

  /** Whether all fields of an object are known: a walk along both lists, without a look-up where the order is ours. */
  haveAll(keys: readonly string[]): boolean {
    let place = 0;
    for (const key of keys) {
      while (place < this.#inOrder.length && this.#inOrder[place] !== key) place++;
      if (place++ >= this.#inOrder.length && !this.#all.has(key)) return false;
    }
    return true;
  }

  has(name: string): boolean {
    return this.#all.has(name);
  }
}

/** The fields that are not among the known ones, or null where there are none. Undefined ones count as absent. */
export function extrasOf(
  reading: Reading,
  input: JsonObject,
  field: string,
  known: KnownFields,
): Record<string, unknown> | null {
  const keys = Object.keys(input);
  if (known.haveAll(keys)) return null;
  let extras: Record<string, unknown> | null = null;
  for (const key of keys) {
    if (known.has(key) || input[key] === undefined) continue;
    if (!checkKey(reading, key, field)) return null;
    checkJson(reading, input[key], field === '' ? key : `${field}.${key}`);
    extras ??= {};
    extras[key] = input[key];
  }
  return extras;
}
