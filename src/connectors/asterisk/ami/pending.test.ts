import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../kit/manual-clock.ts';
import { AmiPacket } from './packet.ts';
import { PendingActions } from './pending.ts';

const item = (bytes: number): AmiPacket =>
  new AmiPacket(
    [
      ['Event', 'CoreShowChannel'],
      ['ActionID', '1'],
    ],
    false,
    bytes,
  );

test('a list that would fill memory is given up, by its size as by its length', async () => {
  const pending = new PendingActions(new ManualClock());
  const result = pending.wait('1', 1_000);
  const begins = new AmiPacket([
    ['Response', 'Success'],
    ['ActionID', '1'],
    ['EventList', 'start'],
  ]);
  assert.ok(pending.take(begins));
  let taken = 0;
  while (taken < 1_000 && pending.take(item(1_000_000))) taken++;
  assert.ok(taken < 200, `${taken} MB`);
  assert.deepEqual(await result, { kind: 'refused', problem: 'the list is too long' });
});
