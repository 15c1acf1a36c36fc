import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelyTypes } from './likely.ts';

test('a type that was written wrong, or in the words of another system, finds those that may be meant', () => {
  assert.equal(likelyTypes('call.startet')[0], 'call.started');
  assert.equal(likelyTypes('callEnded')[0], 'call.ended');
  assert.equal(likelyTypes('phone.ringing')[0], 'leg.ringing');
  assert.equal(likelyTypes('RINGING')[0], 'leg.ringing');
  assert.deepEqual(likelyTypes('call.begin_of_everything'), ['call.started', 'call.updated', 'call.answered']);
  assert.equal(likelyTypes('new_voicemail')[0], 'voicemail.left');
  assert.equal(likelyTypes('org.vendor.recordings.finished')[0], 'recording.ready');
});

test('nothing is guessed where nothing is shared', () => {
  assert.deepEqual(likelyTypes('zebra'), []);
  assert.deepEqual(likelyTypes(''), []);
  assert.deepEqual(likelyTypes('x'.repeat(1_000_000)), []);
});
