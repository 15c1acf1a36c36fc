import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../kit/manual-clock.ts';
import { NotUnderstoodTally } from './not-understood.ts';

function tallyWithLog() {
  const clock = new ManualClock(1_000_000);
  const lines: string[] = [];
  const log =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { clock, lines, tally: new NotUnderstoodTally({ clock, logger, connector: 'pbx1' }) };
}

test('each kind is counted, with the last time and one sample', () => {
  const { clock, tally } = tallyWithLog();
  tally.note('broken_line', () => 'first');
  clock.advance(10);
  tally.note('broken_line', () => 'second');
  tally.note('unknown_event', () => 'other');
  assert.deepEqual(tally.list(), [
    { kind: 'broken_line', count: 2, lastAt: 1_000_010, sample: 'first' },
    { kind: 'unknown_event', count: 1, lastAt: 1_000_010, sample: 'other' },
  ]);
});

test('a sample is renewed once a second at most, and is never long', () => {
  const { clock, tally } = tallyWithLog();
  let made = 0;
  const sample = (): string => `${++made} ${'x'.repeat(100_000)}`;
  for (let index = 0; index < 100_000; index++) tally.note('broken_line', sample);
  assert.equal(made, 1);
  clock.advance(1_000);
  tally.note('broken_line', sample);
  assert.equal(made, 2);
  assert.equal(tally.list()[0]?.sample.length, 400);
});

test('the log has the first of each kind, and then one line in ten minutes that says how many there were', () => {
  const { clock, lines, tally } = tallyWithLog();
  for (let index = 0; index < 1_000; index++) tally.note('contradiction', () => 'a');
  tally.note('unknown_event', () => 'b');
  assert.deepEqual(lines, [
    'warn something the PBX said was not understood {"connector":"pbx1","kind":"contradiction","count":1,"sample":"a"}',
    'info something the PBX said was not understood {"connector":"pbx1","kind":"unknown_event","count":1,"sample":"b"}',
  ]);
  clock.advance(600_000);
  tally.note('contradiction', () => 'c');
  assert.equal(lines.length, 3);
  assert.match(lines[2] ?? '', /"count":1000,"sample":"c"/);
});
