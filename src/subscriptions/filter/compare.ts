/** Equality and order. */
import { type Frame, spend, spendText } from './frame.ts';
import { filterLimits } from './limits.ts';
import { entryOf, Failure, fromJson, keysOf, kindOf, Moment, Span, tooCostly, type Value } from './value.ts';

/** Values of different kinds are not equal; numbers are by their value. */
export function equal(frame: Frame, a: Value, b: Value, at: number, depth = 0): Value {
  if (a === b) return a === a;
  if (typeof a === 'string' && typeof b === 'string') {
    // Of different length they differ at once; of the same they are looked through.
    return a.length !== b.length ? false : spendText(frame, a.length) ? false : tooCostly;
  }
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  // oxlint-disable-next-line eqeqeq -- a whole number and another are equal by value, which only == compares exactly
  if (kind === 'number') return (a as number) == (b as number);
  if (a instanceof Moment || a instanceof Span) return a.ms === (b as Moment | Span).ms;
  if (kind !== 'list' && kind !== 'map') return false;
  if (depth >= filterLimits.comparedDepth) return new Failure('what it compares is nested too deeply', at);
  return kind === 'list' ? equalLists(frame, a, b, at, depth) : equalMaps(frame, a, b, at, depth);
}

function equalLists(frame: Frame, a: Value, b: Value, at: number, depth: number): Value {
  const left = a as readonly unknown[];
  const right = b as readonly unknown[];
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    if (!spend(frame, 1)) return tooCostly;
    const same = equal(frame, fromJson(left[index]), fromJson(right[index]), at, depth + 1);
    if (same !== true) return same;
  }
  return true;
}

function equalMaps(frame: Frame, a: Value, b: Value, at: number, depth: number): Value {
  const keys = keysOf(a) as readonly Value[];
  const others = keysOf(b).length;
  if (!spend(frame, keys.length + others)) return tooCostly;
  if (keys.length !== others) return false;
  for (const key of keys) {
    const other = entryOf(b, key);
    if (other === undefined) return false;
    const same = equal(frame, entryOf(a, key) as Value, other, at, depth + 1);
    if (same !== true) return same;
  }
  return true;
}

export type OrderOperator = '<' | '<=' | '>' | '>=';

export function ordered(frame: Frame, operator: OrderOperator, a: Value, b: Value, at: number): Value {
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return unordered(operator, a, b, at);
  if (kind === 'number') return holds(operator, a as number, b as number);
  if (kind === 'string') {
    const length = Math.min((a as string).length, (b as string).length);
    return spendText(frame, length) ? holds(operator, compareTexts(a as string, b as string), 0) : tooCostly;
  }
  if (kind === 'bool') return holds(operator, Number(a), Number(b));
  if (a instanceof Moment || a instanceof Span) return holds(operator, a.ms, (b as Moment | Span).ms);
  return unordered(operator, a, b, at);
}

function unordered(operator: OrderOperator, a: Value, b: Value, at: number): Failure {
  return new Failure(`${operator} has no meaning for ${kindOf(a)} and ${kindOf(b)}`, at);
}

function holds(operator: OrderOperator, a: number, b: number): boolean {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

/** By code points: UTF-16 order puts U+10000 and up before U+E000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === length) return a.length - b.length;
  return rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** Whether a list has an element, or a map a key. */
export function isIn(frame: Frame, value: Value, container: Value, at: number): Value {
  const kind = kindOf(container);
  if (kind === 'map') return entryOf(container, value) !== undefined;
  if (kind !== 'list') return new Failure(`in looks into a list or a map, not into ${kind}`, at);
  for (const element of container as readonly unknown[]) {
    if (!spend(frame, 1)) return tooCostly;
    const same = equal(frame, value, fromJson(element), at);
    if (same !== false) return same;
  }
  return false;
}
