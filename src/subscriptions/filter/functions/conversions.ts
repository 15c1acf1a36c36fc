/** Sizes, and values of one kind made from another. */
import { wholeNumber } from '../arithmetic.ts';
import { type Frame, spend, spendText } from '../frame.ts';
import { filterLimits } from '../limits.ts';
import { any, type Shape, shapeOf } from '../shape.ts';
import { keysOf, type Kind, kindOf, Moment, Span, tooCostly, type Value } from '../value.ts';
import { fail, type Overload } from './function.ts';
import { lengthOf } from './texts.ts';

const number = shapeOf('number');

function size(method: boolean): Overload {
  return {
    name: 'size',
    method,
    takes: [['string', 'list', 'map']],
    returns: number,
    usage: method ? 'value.size()' : 'size(value)',
    run: (frame, [value]) => {
      const kind = kindOf(value as Value);
      if (kind === 'list') return BigInt((value as readonly unknown[]).length);
      if (kind === 'map') return sizeOfMap(frame, value as Value);
      return spendText(frame, (value as string).length) ? BigInt(lengthOf(value as string)) : tooCostly;
    },
  };
}

function sizeOfMap(frame: Frame, map: Value): Value {
  const { length } = keysOf(map);
  return spend(frame, length) ? BigInt(length) : tooCostly;
}

type Convert = (value: Value) => Value | undefined;

/** @param convert undefined where the value can't be converted */
function conversion(name: string, takes: readonly Kind[], returns: Shape, convert: Convert): Overload {
  return {
    name,
    method: false,
    takes: [takes],
    returns,
    usage: `${name}(${takes.map((kind) => (kind === 'string' ? 'text' : kind)).join(' or ')})`,
    run: (frame, [value], at) => {
      if (typeof value === 'string' && !spendText(frame, value.length)) return tooCostly;
      return convert(value as Value) ?? fail(`${name}() cannot convert this`, at);
    },
  };
}

const wholeText = /^[+-]?\d{1,20}$/;
const decimalText = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?$/;

function toInt(value: Value): Value | undefined {
  if (value instanceof Moment) return BigInt(Math.floor(value.ms / 1000));
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : undefined;
  return wholeText.test(value as string) ? inRange(BigInt((value as string).replace('+', ''))) : undefined;
}

const inRange = (value: bigint): bigint | undefined => wholeNumber(value) ?? undefined;

function toDouble(value: Value): Value | undefined {
  if (typeof value !== 'string') return Number(value);
  return decimalText.test(value) ? Number(value) : undefined;
}

function toText(value: Value): Value | undefined {
  if (typeof value === 'string') return value.length > filterLimits.madeText ? undefined : value;
  if (value instanceof Moment) return new Date(value.ms).toISOString().replace(/\.?0*Z$/, 'Z');
  if (value instanceof Span) return `${value.ms / 1000}s`;
  if (value === Infinity || value === -Infinity) return value > 0 ? '+Inf' : '-Inf';
  return typeof value === 'object' ? undefined : String(value);
}

const truths: ReadonlyMap<Value, boolean> = new Map<Value, boolean>([
  ...['true', 'True', 'TRUE', 't', '1'].map((word): [Value, boolean] => [word, true]),
  ...['false', 'False', 'FALSE', 'f', '0'].map((word): [Value, boolean] => [word, false]),
]);

export const conversions: readonly Overload[] = [
  size(true),
  size(false),
  conversion('int', ['number', 'string', 'timestamp'], number, toInt),
  conversion('double', ['number', 'string'], number, toDouble),
  conversion('string', ['string', 'number', 'bool', 'timestamp', 'duration'], shapeOf('string'), toText),
  conversion('bool', ['bool', 'string'], shapeOf('bool'), (value) =>
    typeof value === 'boolean' ? value : truths.get(value),
  ),
  conversion(
    'dyn',
    ['null', 'bool', 'string', 'number', 'list', 'map', 'timestamp', 'duration'],
    any,
    (value) => value,
  ),
];
