/**
 * What an Asterisk 16 said about real calls: the events that Offhook makes of it are those of the same calls on the newest
 * Asterisk.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { packetsOf, replay, summarise } from '../../../test/support/ami-replay.ts';
import { betweenVersions, expectedOf, withoutPort } from '../../../test/support/heard-calls.ts';
import { Doubts } from './normaliser/doubts.ts';

const folder = new URL('../../../test/fixtures/asterisk-16/', import.meta.url);
const names = readdirSync(folder).map((name) => name.replace('.ami', ''));

test('there are recordings', () => assert.ok(names.length >= 12));

for (const name of names) {
  const packets = packetsOf(readFileSync(new URL(`${name}.ami`, folder)));

  test(`${name}: the events are those of the newest Asterisk`, () => {
    const summary = summarise(replay(packets)).map(withoutPort);
    assert.deepEqual(betweenVersions(summary), betweenVersions(expectedOf(name)));
  });

  test(`${name}: nothing in it is doubtful`, () => {
    const doubts = new Doubts();
    for (const packet of packets) assert.equal(doubts.about(packet), null, JSON.stringify(packet.headers));
  });
}
