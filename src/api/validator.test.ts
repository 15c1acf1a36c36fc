import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { checkerFor } from './validator.ts';

const check = checkerFor(Type.Object({ name: Type.String() }, { additionalProperties: false }));

const codeOf = (value: unknown): string | null => {
  const result = check(value);
  return 'problem' in result ? result.problem.code : null;
};

test('what is wrong is named, the first of it', () => {
  assert.equal(codeOf({ name: 'x' }), null);
  assert.equal(codeOf({ name: 'x', more: 1 }), 'unknown_field');
  assert.equal(codeOf({ name: 1 }), 'invalid_field');
});

test('of a body with hundreds of thousands of wrong values only that is said: naming each takes seconds', () => {
  const many = Object.fromEntries(Array.from({ length: 500_000 }, (_, index) => [`k${index}`, 1]));
  const deep = { name: Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 1)) };
  for (const value of [many, { name: many }, { name: Object.values(many) }, deep])
    assert.equal(codeOf(value), 'malformed_body');
});
