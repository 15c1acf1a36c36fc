/**
 * Calls of a real Asterisk, told in Ringme's words and read again: the entries of the journal are the same at both ends, in
 * every field that those words carry.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf } from '../src/calls/journal/entries.ts';
import type { CallRecord } from '../src/model/call-record.ts';
import { replay } from './support/ami-replay.ts';
import { journalOf, readAgain, ringmeWords, sameAtBothEnds, voipnowWords } from './support/reported-loop.ts';
import { recorded, recordingNames } from './support/recordings.ts';

for (const name of recordingNames) {
  test(`${name}: its entries at both ends`, () => {
    const told = replay(recorded(name));
    const here = journalOf(told).flatMap(entriesOf);
    const there = journalOf(readAgain(told, ringmeWords)).flatMap(entriesOf);
    assert.ok([...here, ...there].every(({ estimated }) => !estimated));
    assert.deepEqual(sameAtBothEnds(there), sameAtBothEnds(here));
  });
}

/** VoipNow has one leg for each call, extension and flow, and says neither times nor whether a queue reached anybody. */
for (const name of recordingNames) {
  test(`${name}: in VoipNow’s words, who talked, and whether the call was missed`, () => {
    const told = replay(recorded(name));
    const there = journalOf(readAgain(told, voipnowWords));
    for (const { call, legs } of there) {
      assert.equal(call.state, 'ended');
      assert.ok(legs.every(({ endedAt }) => endedAt !== null));
    }
    assert.ok(there.flatMap(entriesOf).every(({ estimated }) => estimated));
    assert.deepEqual(talkedOrMissed(there), talkedOrMissed(journalOf(told)));
  });
}

const talkedOrMissed = (calls: readonly CallRecord[]): readonly string[] => {
  const entries = calls.flatMap(entriesOf);
  const talked = entries.filter(({ status }) => status === 'answered').map(({ extension }) => `${extension} talked`);
  const missed = entries.filter((entry) => entry.missed).map(({ number }) => `${number} was missed`);
  return [...new Set([...talked, ...missed])].toSorted();
};
