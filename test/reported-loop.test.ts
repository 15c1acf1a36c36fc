/**
 * Calls of a real Asterisk, told in Ringme's words and read again: the entries of the journal are the same at both ends, in
 * every field that those words carry.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf } from '../src/calls/journal/entries.ts';
import { replay } from './support/ami-replay.ts';
import { journalOf, readAgain, sameAtBothEnds } from './support/reported-loop.ts';
import { recorded, recordingNames } from './support/recordings.ts';

for (const name of recordingNames) {
  test(`${name}: its entries at both ends`, () => {
    const told = replay(recorded(name));
    const here = journalOf(told).flatMap(entriesOf);
    const there = journalOf(readAgain(told)).flatMap(entriesOf);
    assert.deepEqual(sameAtBothEnds(there), sameAtBothEnds(here));
  });
}
