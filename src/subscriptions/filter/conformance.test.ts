/** The conformance suite of CEL (cel-spec v0.25.1), as far as it is about what filters have. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Value as Expected } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { compile } from './compile.ts';
import { EventFields } from './event-fields.ts';
import { filterLimits } from './limits.ts';
import { parse } from './parse.ts';
import { Failure, type MapKey, type Value } from './value.ts';

const chapters = [
  ...['basic', 'comparisons', 'conversions', 'fields', 'fp_math', 'integer_math', 'lists', 'logic', 'macros'],
  ...['namespace', 'parse', 'plumbing', 'string', 'string_ext', 'timestamps'],
];

/** Unsigned numbers, bytes, messages, types as values, optionals, regular expressions and formatting: not in filters. */
const absent =
  /\d+u\b|TestAllTypes|uint\(|bytes\(|\bb['"]|matches\(|type\(|\.format\(|google\.|optional|\.\?|\.`|strings\.quote|charAt|lastIndexOf|\breverse\(/i;

/** Where filters are other than CEL, and why. */
const differences: ReadonlyMap<string, string> = new Map([
  ['.99 > 9.9e-1', 'the parser wants a digit before the point'],
  ['dyn(9223372036854775807) < 9223372036854775808.0', 'compared exactly, not as doubles'],
  ['dyn(9223372036854775808.0) > 9223372036854775807', 'compared exactly, not as doubles'],
  ['dyn(9223372036854775808.0) <= 9223372036854775807', 'compared exactly, not as doubles'],
  ['dyn(9223372036854775807) >= 9223372036854775808.0', 'compared exactly, not as doubles'],
  ["timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')", 'times are to the millisecond'],
  ["timestamp('0001-01-01T00:00:00Z') + duration('-1ns')", 'times are to the millisecond'],
  ["timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", 'no limit of 64-bit nanoseconds'],
  ["timestamp('0001-01-01T00:00:00Z') - timestamp('9999-12-31T23:59:59Z')", 'no limit of 64-bit nanoseconds'],
  ["string(timestamp('9999-12-31T23:59:59.999999999Z'))", 'times are to the millisecond'],
]);

/** Undefined: a kind that filters don't have. */
function expected({ kind }: Expected): Value | undefined {
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
      return kind.value;
    case 'listValue': {
      const values = kind.value.values.map(expected);
      return values.includes(undefined) ? undefined : values;
    }
    case 'mapValue': {
      const entries = kind.value.entries.map(({ key, value }) => [key && expected(key), value && expected(value)]);
      return entries.flat().includes(undefined) ? undefined : new Map(entries as [MapKey, Value][]);
    }
    default:
      return undefined;
  }
}

function evaluate(source: string): Value {
  const parsed = parse(source);
  if ('problem' in parsed) return new Failure(parsed.problem.message, 0);
  return compile(parsed.ast, [])({ event: null, fields: new EventFields(), left: filterLimits.steps, locals: [] });
}

/** Whether it comes out as CEL says; null where that is nothing filters have. */
function conforms({ expr, bindings, typeEnv, resultMatcher }: SimpleTest): boolean | null {
  if (absent.test(expr) || Object.keys(bindings).length > 0 || typeEnv.length > 0) return null;
  if (resultMatcher.case === 'evalError') return evaluate(expr) instanceof Failure;
  const wanted = resultMatcher.case === 'value' ? expected(resultMatcher.value) : undefined;
  if (wanted === undefined) return null;
  try {
    assert.deepStrictEqual(evaluate(expr), wanted);
    return true;
  } catch {
    return false;
  }
}

function* testsOf(suite: IncrementalTestSuite): Generator<SimpleTest> {
  for (const { original } of suite.tests) yield original;
  for (const inner of suite.suites) yield* testsOf(inner);
}

it('evaluates the chapters of the conformance suite as CEL says, but for the differences that are known', () => {
  const wrong: string[] = [];
  let right = 0;
  for (const suite of getConformanceSuite().suites) {
    if (!chapters.includes(suite.name)) continue;
    for (const one of testsOf(suite)) {
      const result = conforms(one);
      if (result === true && one.resultMatcher.case === 'value') right++;
      if (result === differences.has(one.expr)) wrong.push(`${suite.name}: ${one.expr}`);
    }
  }
  assert.deepEqual(wrong, []);
  // Those that give a value: fewer means that they are no longer found.
  assert.equal(right, 635);
});
