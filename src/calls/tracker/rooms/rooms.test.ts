import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, PbxScript } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, track } from '../../../../test/support/tracker-run.ts';

/** The channel enters the room, and is grouped with whoever was there first. */
function enter(script: PbxScript, id: string, first: string): PbxScript {
  script.say({ kind: 'bridge.entered', bridgeId: 'r', channelId: id, holding: false, room: true, swapFor: null });
  script.state(id, 'up', { linkedId: first });
  return script.say({ kind: 'room.joined', channelId: id, room: '800', roomId: 'r', moderator: false }).wait(1_000);
}

const leave = (script: PbxScript, id: string): PbxScript =>
  script.say({ kind: 'room.left', channelId: id }).unbridge('r', id).hangUp(id).end(id);

function meeting(): PbxScript {
  const script = enter(inboundCall(), 'a', 'a');
  script.channel('b', { device: 'PJSIP/101', state: 'ring', from: '101', to: '800' });
  enter(script, 'b', 'a');
  return leave(leave(script, 'a'), 'b');
}

test('each who meets in a room has a call of their own, which the room answers', () => {
  const events = track(meeting().signals);
  const ended = events.filter(({ type }) => type === 'call.ended');
  assert.equal(ended.length, 2);
  for (const { call, data } of ended) {
    assert.deepEqual(
      [call?.outcome, call?.answeredBy?.kind, data['mergedInto']],
      ['answered', 'conference', undefined],
    );
  }
});

test('a meeting begins with the first and ends with the last', () => {
  const events = track(meeting().signals);
  const told = events.filter(({ type }) => type.startsWith('conference'));
  assert.deepEqual(
    told.map(({ type, data }) => [type, data['participants'] ?? data['mostParticipants']]),
    [
      ['conference.started', 1],
      ['conference.joined', 1],
      ['conference.joined', 2],
      ['conference.left', 1],
      ['conference.left', 0],
      ['conference.ended', 2],
    ],
  );
  assert.ok(told.every(({ data }) => data['conferenceId'] === 'r' && data['conference'] === '800'));
  assert.equal(lastOf(events, 'conference.left').data['participant'], '101');
});

test('a later meeting in the room is another one', () => {
  const script = meeting().wait(60_000);
  script.channel('c', { device: 'PJSIP/102', state: 'ring', from: '102', to: '800' });
  const lines = inShort(track(leave(enter(script, 'c', 'c'), 'c').signals));
  assert.equal(lines.filter((line) => line === 'conference.started').length, 2);
  assert.equal(lines.filter((line) => line === 'conference.ended').length, 2);
});

test('who hangs up without a word of leaving has left', () => {
  const script = enter(inboundCall(), 'a', 'a').hangUp('a').end('a');
  assert.ok(inShort(track(script.signals)).includes('conference.ended'));
});
