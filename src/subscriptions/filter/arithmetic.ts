/**
 * + - * / % and the minus sign. Whole numbers are 64-bit as in CEL. A whole number and another one give another one:
 * JSON does not tell 10 from 10.0, so that CEL's refusal would depend on the amount.
 */
import { type Frame, madeText, spend } from './frame.ts';
import { moment, span } from './ranges.ts';
import { Failure, kindOf, Moment, Span, tooCostly, type Value } from './value.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

const overflow = 'the number is too large';

/** Null where it does not fit into 64 bits. */
export function wholeNumber(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null;
}

export function arithmetic(frame: Frame, operator: ArithmeticOperator, a: Value, b: Value, at: number): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return ofWholes(operator, a, b, at);
  const left = kindOf(a);
  const right = kindOf(b);
  if (left === 'number' && right === 'number') return ofDoubles(operator, Number(a), Number(b), at);
  if (operator === '+' && left === right) {
    if (left === 'string') return madeText(frame, (a as string) + (b as string), (reason) => new Failure(reason, at));
    if (left === 'list') return concatenated(frame, a as readonly unknown[], b as readonly unknown[]);
  }
  return ofTimes(operator, a, b, at) ?? new Failure(`${operator} has no meaning for ${left} and ${right}`, at);
}

function ofWholes(operator: ArithmeticOperator, a: bigint, b: bigint, at: number): Value {
  if (b === 0n && (operator === '/' || operator === '%')) return new Failure('it divides by zero', at);
  return wholeNumber(wholes[operator](a, b)) ?? new Failure(overflow, at);
}

const wholes: Readonly<Record<ArithmeticOperator, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function ofDoubles(operator: ArithmeticOperator, a: number, b: number, at: number): Value {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  return operator === '/' ? a / b : new Failure('% is for whole numbers', at);
}

function concatenated(frame: Frame, a: readonly unknown[], b: readonly unknown[]): Value {
  return spend(frame, a.length + b.length) ? [...a, ...b] : tooCostly;
}

function ofTimes(operator: ArithmeticOperator, a: Value, b: Value, at: number): Value | null {
  const sign = operator === '+' ? 1 : -1;
  if (operator !== '+' && operator !== '-') return null;
  if (a instanceof Moment && b instanceof Span) return moment(a.ms + sign * b.ms, at);
  if (a instanceof Span && b instanceof Moment && sign === 1) return moment(a.ms + b.ms, at);
  if (a instanceof Span && b instanceof Span) return span(a.ms + sign * b.ms, at);
  return a instanceof Moment && b instanceof Moment && sign === -1 ? span(a.ms - b.ms, at) : null;
}

export function negated(value: Value, at: number): Value {
  if (typeof value === 'bigint') return wholeNumber(-value) ?? new Failure(overflow, at);
  return typeof value === 'number' ? -value : new Failure(`- has no meaning for ${kindOf(value)}`, at);
}
