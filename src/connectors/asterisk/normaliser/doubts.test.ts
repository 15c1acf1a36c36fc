import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { packetsOf } from '../../../../test/support/ami-replay.ts';
import { AmiPacket, type Header } from '../ami/packet.ts';
import { Doubts } from './doubts.ts';
import { isKnownEvent } from './known-events.ts';

const folder = new URL('../../../../test/fixtures/asterisk/', import.meta.url);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.ami'))) {
  test(`${name}: nothing that a real Asterisk says is doubtful`, () => {
    const doubts = new Doubts();
    for (const packet of packetsOf(readFileSync(new URL(name, folder)))) {
      assert.equal(doubts.about(packet), null, JSON.stringify(packet.headers));
    }
  });
}

const channel: Header[] = [
  ['Channel', 'PJSIP/101-00000001'],
  ['Uniqueid', '1.1'],
  ['ChannelState', '6'],
  ['ChannelStateDesc', 'Up'],
];
const event = (name: string, ...headers: Header[]): AmiPacket => new AmiPacket([['Event', name], ...headers]);

test('a channel without a name or id, a dial without a far end', () => {
  const doubts = new Doubts();
  assert.equal(doubts.about(event('Newchannel', ...channel)), null);
  assert.equal(doubts.about(event('Newchannel', ...channel.slice(1))), 'incomplete_event');
  assert.equal(doubts.about(event('DialBegin', ...channel)), 'incomplete_event');
  assert.equal(doubts.about(event('BridgeEnter', ...channel)), 'incomplete_event');
});

test('a state, a status and a time that there is none of', () => {
  const doubts = new Doubts();
  const withTime = (time: string): AmiPacket => event('Newstate', ...channel, ['Timestamp', time]);
  assert.equal(doubts.about(withTime('1795254594.203706')), null);
  for (const time of ['', 'now', '-1', 'NaN']) assert.equal(doubts.about(withTime(time)), 'unknown_value', time);
  const dest: Header[] = [
    ['DestChannel', 'PJSIP/102-00000002'],
    ['DestUniqueid', '1.2'],
  ];
  assert.equal(doubts.about(event('DialEnd', ...dest, ['DialStatus', 'GOTO:a^b^1'])), null);
  assert.equal(doubts.about(event('DialEnd', ...dest, ['DialStatus', 'MAYBE'])), 'unknown_value');
});

test('a state whose word is that of another, and a channel that lives after its end', () => {
  const doubts = new Doubts();
  const torn: Header[] = [...channel.slice(0, 3), ['ChannelStateDesc', 'Ringing']];
  assert.equal(doubts.about(event('Newstate', ...torn)), 'contradiction');
  assert.equal(doubts.about(event('Hangup', ...channel)), null);
  for (const name of ['Newchannel', 'Newstate', 'Hangup']) {
    assert.equal(doubts.about(event(name, ...channel)), 'contradiction', name);
  }
  // A queue says twice that it gives up on an agent, whose channel may be gone already.
  assert.equal(doubts.about(event('HangupRequest', ...channel)), null);
});

test('what is remembered of ended channels is bounded', () => {
  const doubts = new Doubts();
  const hangup = (id: string): AmiPacket => event('Hangup', ['Channel', 'PJSIP/1-00000001'], ['Uniqueid', id]);
  for (let index = 0; index < 10_001; index++) assert.equal(doubts.about(hangup(`1.${index}`)), null);
  assert.equal(doubts.about(hangup('1.1')), 'contradiction');
  assert.equal(doubts.about(hangup('1.0')), null);
});

test('names of events are known whatever their case, and words of JavaScript are none', () => {
  for (const name of ['Newexten', 'NewExten', 'FullyBooted', 'VarSet']) assert.ok(isKnownEvent(name));
  for (const name of ['Brandnew', '', 'constructor']) assert.ok(!isKnownEvent(name), name);
});
