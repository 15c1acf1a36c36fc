import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { HeldRecords } from './held-records.ts';

const recordOf = (id: string, seq: number, final = false): CallRecord => ({
  reseller: 'r1',
  domain: 'acme',
  connector: 'pbx1',
  extensions: ['101'],
  users: [],
  call: callOf(id),
  legs: [],
  ringMs: null,
  final,
  firstSeq: seq,
  seq,
  seqs: [seq],
});

const keysOf = (records: ReadonlyMap<string, CallRecord>): string[] => [...records.keys()];

test('an ended call is due when nothing came for a second, one in progress half a minute after its first change', () => {
  const held = new HeldRecords();
  held.changed('a', recordOf('a', 1), 1, 0);
  held.changed('b', recordOf('b', 2), 2, 100);
  held.changed('b', recordOf('b', 3, true), 3, 500);
  assert.equal(held.nextDueAt(), 1_500);
  assert.deepEqual(keysOf(held.due(1_499, 10)), []);
  held.changed('b', recordOf('b', 4, true), 4, 1_499);
  assert.deepEqual(keysOf(held.due(1_500, 10)), [], 'a recording came just now');
  assert.deepEqual(keysOf(held.due(2_499, 10)), ['b']);
  assert.deepEqual(keysOf(held.due(30_000, 10)), ['a', 'b']);
  assert.deepEqual(keysOf(held.due(30_000, 1)), ['a']);
});

test('an ended call of which there is always more is due half a minute after its first change', () => {
  const held = new HeldRecords();
  for (let at = 0; at < 30_000; at += 500) held.changed('a', recordOf('a', at, true), at, at);
  assert.deepEqual(keysOf(held.due(29_999, 10)), []);
  assert.deepEqual(keysOf(held.due(30_000, 10)), ['a']);
});

test('no more than two thousand are held unwritten: those that have waited longest go first', () => {
  const held = new HeldRecords();
  for (let index = 0; index < 2_003; index++) held.changed(`c${index}`, recordOf(`c${index}`, index), index, 0);
  assert.deepEqual(keysOf(held.due(1, 10)), ['c0', 'c1', 'c2']);
  held.wrote(held.due(1, 10));
  assert.equal(held.unwritten, 2_000);
  assert.deepEqual(keysOf(held.due(1, 10)), []);
});

test('the place is before the first event that is in no record', () => {
  const held = new HeldRecords();
  held.changed('a', recordOf('a', 5), 5, 0);
  held.changed('b', recordOf('b', 6), 6, 0);
  held.changed('a', recordOf('a', 7), 7, 0);
  const a = new Map([['a', held.get('a') as CallRecord]]);
  const b = new Map([['b', held.get('b') as CallRecord]]);
  assert.equal(held.oldestSince(a), 6);
  assert.equal(held.oldestSince(b), 5, 'not 7: its first change is not written either');
  assert.equal(held.oldestSince(new Map([...a, ...b])), null);
});

test('what changed while it was being written stays unwritten, and a look at the store changes nothing of it', () => {
  const held = new HeldRecords();
  held.changed('a', recordOf('a', 1), 1, 0);
  const writing = held.first(10);
  const newer = recordOf('a', 2);
  held.changed('a', newer, 2, 10);
  held.wrote(writing);
  assert.equal(held.unwritten, 1);
  held.found('a', recordOf('a', 1));
  assert.equal(held.get('a'), newer);
  held.wrote(held.first(10));
  assert.equal(held.unwritten, 0);
  assert.equal(held.nextDueAt(), null);
  assert.equal(held.get('a'), newer, 'remembered, so that its next event need not look for it');
});
