import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observer } from '../../../test/support/follow-recording.ts';
import type { NewEvent } from '../../model/event.ts';
import { AmiPacket } from './ami/packet.ts';

const second = 1_767_225_600;
const shown = (name: string, id: string, state: string): [string, string][] => [
  ['Channel', name],
  ['ChannelState', state],
  ['CallerIDNum', '101'],
  ['Exten', '12155551234'],
  ['Uniqueid', id],
  ['Linkedid', `${second}.1`],
];
const said = (event: string, afterMs: number, ...headers: [string, string][]): AmiPacket =>
  new AmiPacket([['Event', event], ['Timestamp', (second + afterMs / 1_000).toFixed(6)], ...headers]);

const caller = shown('PJSIP/101-00000001', `${second}.1`, '4');
const trunk = shown('PJSIP/trunk-x-00000002', `${second}.2`, '0');
const asDestination = trunk.map(([name, value]): [string, string] => [`Dest${name}`, value]);

/** 101 calls outside, and the PBX takes so long to dial: at a second it would be told that nobody knows where the call goes. */
async function heard(lateMs: number): Promise<readonly NewEvent[]> {
  const observer = new Observer(second * 1_000);
  await observer.connect();
  await observer.say(said('Newchannel', 0, ...caller), undefined, 0);
  await observer.say(said('Newchannel', 990, ...trunk), undefined, lateMs);
  await observer.say(said('DialBegin', 995, ...caller, ...asDestination), undefined, lateMs);
  await observer.waitForAll();
  return observer.events;
}

test('what was said before something fell due, and came a little after it, is still told first', async () => {
  const told = await heard(0);
  assert.equal(told[0]?.type, 'call.started');
  assert.equal(told[0]?.call?.trunk, 'trunk-x');
  assert.deepEqual(await heard(250), told);
});

test('what falls due is told though nothing more is said', async () => {
  const observer = new Observer(second * 1_000);
  await observer.connect();
  await observer.say(said('Newchannel', 0, ...caller));
  await observer.wait(1_299);
  assert.equal(observer.events.length, 0);
  await observer.wait(1);
  assert.deepEqual(
    observer.events.map(({ type, call }) => [type, call?.direction]),
    [
      ['call.started', 'outbound'],
      ['leg.dial_out', 'outbound'],
    ],
  );
});

test('while it does not listen nothing falls due: it might be its ignorance', async () => {
  const observer = new Observer(second * 1_000);
  await observer.connect();
  await observer.say(said('Newchannel', 0, ...caller));
  observer.disconnect();
  await observer.wait(60_000);
  assert.equal(observer.events.length, 0);
  await observer.connect();
  assert.deepEqual(
    observer.events.map(({ type }) => type),
    ['call.started', 'leg.dial_out'],
  );
});
