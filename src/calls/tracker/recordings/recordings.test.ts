import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, pickUp, ring } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, track } from '../../../../test/support/tracker-run.ts';

const recordingFile = '/var/spool/asterisk/monitor/call-17.wav';
const recorded = () =>
  inboundCall()
    .state('a', 'ring', { recordingFile })
    .say({ kind: 'recording.started', channelId: 'a', recordingId: '0x1' });

test('told when the call has ended, before all its data is final, and part of it from then on', () => {
  const script = pickUp(ring(recorded(), 'a', 'b', '101'), 'a', 'b').wait(5_000);
  const events = track(partBy(script, 'a', 'b').signals);
  assert.deepEqual(inShort(events).slice(-3), ['call.ended answered', 'recording.ready', 'call.closed']);
  const { data } = lastOf(events, 'recording.ready');
  assert.deepEqual([data['recordingId'], data['file']], ['call-17', recordingFile]);
  assert.ok(Number(data['durationMs']) >= 5_000);
  assert.equal(lastOf(events, 'call.ended').call?.recordings.length, 0);
  assert.equal(lastOf(events, 'call.closed').call?.recordings[0]?.id, 'call-17');
});

test('stopped by somebody: as long as it ran', () => {
  const script = pickUp(ring(recorded(), 'a', 'b', '101'), 'a', 'b').wait(2_000);
  script.say({ kind: 'recording.stopped', channelId: 'a' }).wait(9_000);
  const { data } = lastOf(track(partBy(script, 'a', 'b').signals), 'recording.ready');
  assert.ok(Number(data['durationMs']) < 3_000);
});

test('a call that nobody answered has none', () => {
  const script = ring(recorded(), 'a', 'b', '101').dialEnd('a', 'b', 'no_answer').end('b', 19).end('a', 19);
  assert.ok(!inShort(track(script.signals)).includes('recording.ready'));
});

test('of a call that was sent on, told of the call it is part of in the end', () => {
  const script = pickUp(ring(recorded(), 'a', 'b', '101'), 'a', 'b').wait(1_000);
  script.channel('d', { device: 'PJSIP/101', state: 'ring', from: '101', to: '102' });
  pickUp(ring(script, 'd', 'c', '102'), 'd', 'c', 'b2')
    .bridge('b2', 'a', 'd')
    .unbridge('b1', 'b')
    .end('d')
    .end('b');
  const events = track(partBy(script.wait(1_000), 'a', 'c', 'b2').signals);
  const ready = events.filter(({ type }) => type === 'recording.ready');
  assert.deepEqual(
    ready.map(({ call }) => call?.id),
    [lastOf(events, 'call.closed').call?.id],
  );
});

test('one that a picture showed before its beginning was told is one', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b').state('a', 'up', {
    recordingFile: '/m/r1.wav',
  });
  script.resync().say({ kind: 'recording.started', channelId: 'a', recordingId: '0x1' });
  const events = track(partBy(script.wait(2_000), 'a', 'b').signals);
  const ready = events.filter(({ type }) => type === 'recording.ready');
  assert.equal(ready.length, 1);
  assert.ok(Number(ready[0]?.data['durationMs']) >= 2_000);
});

test('one that ran when it was found: neither since when nor how long is known', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b').state('a', 'up', {
    recordingFile: '/m/r1.wav',
  });
  const events = track(partBy(script.resync().wait(2_000), 'a', 'b').signals);
  const { durationMs, startedAt } = lastOf(events, 'recording.ready').data;
  assert.deepEqual({ durationMs, startedAt }, { durationMs: null, startedAt: null });
});
