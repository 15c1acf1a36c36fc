/**
 * Ten thousand stories of what may go wrong between Asterisk and Offhook, told with the recordings. `OFFHOOK_FUZZ_RUNS` tells
 * more or fewer, `OFFHOOK_FUZZ_SEED` those of an earlier run again.
 */
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  checkAlone,
  checkStory,
  checkUnbroken,
  runsOf,
  seeded,
  stories,
  type Story,
} from '../support/recording-fuzz.ts';
import { checkRestarts, checkSameTalk, killedBeforeKept, restartOften, restartOnce } from '../support/restart-fuzz.ts';

const all = Number(process.env['OFFHOOK_FUZZ_RUNS'] ?? 10_000);

for (const [what, story] of Object.entries(stories)) {
  test(`every rule holds with ${what}`, () => fc.assert(fc.asyncProperty(story, checkStory), runsOf(all)));
}

test('of two calls at once each is told as it would be alone', () =>
  fc.assert(fc.asyncProperty(stories['two calls at once'] as fc.Arbitrary<Story>, checkAlone), runsOf(all / 10)));

test('a connection that is broken and there again at once: all is told as if it had not been', () =>
  fc.assert(
    fc.asyncProperty(stories['the connection broken'] as fc.Arbitrary<Story>, checkUnbroken),
    runsOf(all / 10),
  ));

test('a restart anywhere: every rule holds, and who talked is told as if there had been none', () =>
  fc.assert(fc.asyncProperty(restartOnce, checkSameTalk), seeded(all)));

test('several restarts during a call: every rule holds', () =>
  fc.assert(fc.asyncProperty(restartOften, checkRestarts), seeded(all)));

test('killed before the last of what it told was in the log: every rule holds', () =>
  fc.assert(fc.asyncProperty(killedBeforeKept, checkRestarts), seeded(all)));
