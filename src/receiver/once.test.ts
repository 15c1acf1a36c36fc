import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seenKey } from './once.ts';

const event = { domain: 'acme', connector: 'pbx1', id: 'e-1' };

test('an event is remembered under its subscription, wherever it stands in a batch', () => {
  assert.equal(seenKey(event, '7-1042'), seenKey(event, '7-1040'));
  assert.notEqual(seenKey(event, '7-1042'), seenKey(event, '8-1042'));
});

test('a replay of it is another one, and the same for all of that replay', () => {
  assert.notEqual(seenKey(event, '7-1042-r3'), seenKey(event, '7-1042'));
  assert.notEqual(seenKey(event, '7-1042-r3'), seenKey(event, '7-1042-r4'));
  assert.equal(seenKey(event, '7-1042-r3'), seenKey(event, '7-1040-r3'));
});
