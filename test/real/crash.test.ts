/** The long form of `test/e2e/crash.test.ts`: fifty kills, or as many as `OFFHOOK_CRASH_ROUNDS` says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeReport } from '../support/crash/describe-report.ts';
import { crashAgainAndAgain } from '../support/crash/scenario.ts';

const rounds = Number(process.env['OFFHOOK_CRASH_ROUNDS'] ?? 50);
const seed = Number(process.env['OFFHOOK_CRASH_SEED'] ?? Date.now() % 1_000_000);
const msPerRound = 10_000;

test(`kill -9 ${rounds} times`, { timeout: 120_000 + rounds * msPerRound }, async (t) => {
  const report = await crashAgainAndAgain({ rounds, seed });
  t.diagnostic(`seed ${seed}`);
  for (const line of describeReport(report)) t.diagnostic(line);
  assert.deepEqual(report.faults.slice(0, 20), []);
  assert.equal(report.afterStop, 0, 'a graceful stop repeats nothing');
  assert.ok(report.accepted >= 50 * rounds, 'the run was too small to say anything');
});
