import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { csvColumns, csvLine, csvOf, type EntryFacts, entriesCsvOf, entryCsvColumns } from './csv.ts';

test('every call has a cell for each column, and what callers made up is no formula', () => {
  const from = { number: '+12025550100', raw: '=1+1', name: 'Ann "the" Smith, jr', kind: 'external' as const };
  const to = { number: '-2+3', raw: '@x', name: null, kind: 'external' as const };
  const call = callOf('c1', { from, to });
  const line = csvOf({ domain: 'acme', extensions: ['101', '102'], ringMs: 1500, call, entries: [] });
  assert.equal(csvLine(csvColumns).split(',').length, 22);
  assert.equal(
    line,
    'c1,acme,inbound,ringing,,+12025550100,\'=1+1,"Ann ""the"" Smith, jr",\'-2+3,\'@x,+12025550199,101 102,,,2026-01-01T00:00:00.000Z,,,1500,0,,carrier,',
  );
  assert.equal(csvLine(['a\nb', ' c', null, 7]), '"a\nb"," c",,7');
});

test('each entry of a call is a line, with a cell for each column', () => {
  const entry: EntryFacts = {
    id: 'l1',
    extension: '101',
    flow: 'in',
    number: '+12025550100',
    name: '=Ann',
    did: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    answeredAt: null,
    endedAt: '2026-01-01T00:00:09.000Z',
    talkUs: 0,
    status: 'no_answer',
    missed: true,
    transferred: false,
    recordingId: 'r1',
    recordingUrl: '/v1/recordings/r1?call=c1',
    callBackId: null,
    internal: false,
    estimated: true,
  };
  const call = { domain: 'acme', extensions: ['101'], ringMs: null, call: callOf('c1') };
  assert.deepEqual(entriesCsvOf({ ...call, entries: [entry, { ...entry, id: 'l2' }] }), [
    "c1,l1,acme,101,in,+12025550100,'=Ann,,2026-01-01T00:00:00.000Z,,2026-01-01T00:00:09.000Z,0,no_answer,yes,no,no,r1,,yes,/v1/recordings/r1?call=c1",
    "c1,l2,acme,101,in,+12025550100,'=Ann,,2026-01-01T00:00:00.000Z,,2026-01-01T00:00:09.000Z,0,no_answer,yes,no,no,r1,,yes,/v1/recordings/r1?call=c1",
  ]);
  assert.equal(entryCsvColumns.length, 20);
  assert.deepEqual(entriesCsvOf({ ...call, entries: [] }), []);
});
