import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AmiPacket } from '../ami/packet.ts';
import { EventReader } from './reader.ts';

const called: [string, string][] = [
  ['Channel', 'PJSIP/102-00000002'],
  ['Uniqueid', '1700000001.2'],
];
const dialEnd = new AmiPacket([
  ['Event', 'DialEnd'],
  ['DestChannel', 'PJSIP/102-00000002'],
  ['DestUniqueid', '1700000001.2'],
  ['DialStatus', 'NOANSWER'],
]);

function statusAfter(...before: AmiPacket[]): string | null {
  const reader = new EventReader();
  for (const packet of before) reader.read(packet, 0);
  const signal = reader.read(dialEnd, 0).at(-1);
  return signal?.kind === 'dial.ended' ? signal.status : null;
}

const asksToEnd = (cause: string): AmiPacket =>
  new AmiPacket([['Event', 'HangupRequest'], ...called, ['Cause', cause]]);

test('a line that declined before its dial ended was no line that nobody took', () => {
  assert.equal(statusAfter(), 'no_answer');
  assert.equal(statusAfter(asksToEnd('21')), 'rejected');
  assert.equal(statusAfter(asksToEnd('16')), 'no_answer');
});

test('it is forgotten with its end', () => {
  assert.equal(statusAfter(asksToEnd('21'), new AmiPacket([['Event', 'Hangup'], ...called])), 'no_answer');
});
