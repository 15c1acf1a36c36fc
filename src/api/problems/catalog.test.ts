import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passes, problemCatalog, type ProblemCode } from './catalog.ts';

const codes = Object.keys(problemCatalog) as ProblemCode[];

test('what blames the server or the moment, or is not there yet, passes: no Idempotency-Key keeps it', () => {
  const isForNow = (code: ProblemCode): boolean => {
    const { status } = problemCatalog[code];
    return status >= 500 || status === 429 || status === 408 || (status === 404 && code !== 'route_not_found');
  };
  assert.deepEqual(
    codes.filter((code) => isForNow(code) && !passes(code)),
    [],
  );
});

test('what is wrong with the request itself does not pass', () => {
  const isForGood = (code: ProblemCode): boolean => [400, 405, 413, 415, 431].includes(problemCatalog[code].status);
  assert.deepEqual(
    codes.filter((code) => isForGood(code) && passes(code)),
    [],
  );
});
