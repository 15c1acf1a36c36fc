import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { AmiPacket } from './packet.ts';
import { sampleOf, sampleOfLine } from './sample.ts';

test('what an event is about is shown, what it carries only by its shape', () => {
  const packet = new AmiPacket([
    ['Event', 'Newchannel'],
    ['Uniqueid', 'branch7-1795254594.12'],
    ['ChannelState', '42'],
    ['ChannelStateDesc', 'Dialing Offhook'],
    ['CallerIDName', 'J\u00f6rg'],
    ['Secret', 'Geheim-99'],
    ['Event', 'p\u00e4ssword'],
  ]);
  assert.equal(
    sampleOf(packet),
    'Event: Newchannel | Uniqueid: branch7-1795254594.12 | ChannelState: 42 | ChannelStateDesc: Dialing Offhook | ' +
      'CallerIDName: x\\xf6xx | Secret: xxxxxx-99 | Event: x\\xe4xxxxxx',
  );
});

test('a line that is no header is a shape', () => {
  assert.equal(sampleOfLine('hunter2 is my password'), 'xxxxxx9 xx xx xxxxxxxx');
  assert.equal(sampleOfLine('Variable: KEY=hunter2'), 'Variable: xxx=xxxxxx9');
});

test('whatever comes, a sample is one short line without values', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3_000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 100 }), text, (headers, line) => {
      const secret = 'aB3dE5gH7jK9';
      const sample = sampleOf(new AmiPacket([['Variable', `PASSWORD=${secret}`], ...headers]));
      assert.ok(sample.length < 12 * 1_000, String(sample.length));
      assert.doesNotMatch(sample + sampleOfLine(line), /[^ -~…]/);
      assert.ok(!sample.includes(secret));
      assert.ok(!sampleOfLine(`${line.replaceAll(':', '')}${secret}`).includes(secret));
    }),
  );
});
