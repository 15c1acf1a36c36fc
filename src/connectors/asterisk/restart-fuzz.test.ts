/** The recordings with Offhook restarted in their midst; ten thousand such stories are in test/real. */
import { test } from 'node:test';
import * as fc from 'fast-check';
import { seeded } from '../../../test/support/recording-fuzz.ts';
import {
  checkRestarts,
  checkSameTalk,
  killedBeforeKept,
  restartOften,
  restartOnce,
} from '../../../test/support/restart-fuzz.ts';

const runs = seeded(500);

test('a restart anywhere: every rule holds, and who talked is told as if there had been none', () =>
  fc.assert(fc.asyncProperty(restartOnce, checkSameTalk), runs));

test('several restarts during a call: every rule holds', () =>
  fc.assert(fc.asyncProperty(restartOften, checkRestarts), runs));

test('killed before the last of what it told was in the log: every rule holds', () =>
  fc.assert(fc.asyncProperty(killedBeforeKept, checkRestarts), runs));
