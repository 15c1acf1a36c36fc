import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../kit/manual-clock.ts';
import { Pacing } from './pacing.ts';

/** How many turns are taken one after the other. */
function taken(pacing: Pacing): number {
  let count = 0;
  while (count < 1_000 && pacing.take() === 0) count++;
  return count;
}

test('ten seconds’ worth at once, then as time goes by, and no more is saved up', () => {
  const clock = new ManualClock();
  const pacing = new Pacing(clock, 60);
  assert.equal(taken(pacing), 10);
  assert.equal(pacing.take(), 1_000);
  clock.advance(999);
  assert.equal(pacing.take(), 1);
  clock.advance(1);
  assert.equal(taken(pacing), 1);
  clock.advance(3_600_000);
  assert.equal(taken(pacing), 10);
});

test('one in a minute is one at a time', () => {
  const clock = new ManualClock();
  const pacing = new Pacing(clock, 1);
  assert.equal(taken(pacing), 1);
  clock.advance(59_999);
  assert.equal(taken(pacing), 0);
  clock.advance(1);
  assert.equal(taken(pacing), 1);
});
