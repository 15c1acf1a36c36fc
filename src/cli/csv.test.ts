import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { csvColumns, csvLine, csvOf } from './csv.ts';

test('every call has a cell for each column, and what callers made up is no formula', () => {
  const from = { number: '+12025550100', raw: '=1+1', name: 'Ann "the" Smith, jr', kind: 'external' as const };
  const to = { number: '-2+3', raw: '@x', name: null, kind: 'external' as const };
  const line = csvOf({ domain: 'acme', extensions: ['101', '102'], ringMs: 1500, call: callOf('c1', { from, to }) });
  assert.equal(csvLine(csvColumns).split(',').length, 22);
  assert.equal(
    line,
    'c1,acme,inbound,ringing,,+12025550100,\'=1+1,"Ann ""the"" Smith, jr",\'-2+3,\'@x,+12025550199,101 102,,,2026-01-01T00:00:00.000Z,,,1500,0,,carrier,',
  );
  assert.equal(csvLine(['a\nb', ' c', null, 7]), '"a\nb"," c",,7');
});
