/**
 * `kill -9` at random moments under load, with ten receivers of which three are flaky: every accepted event arrives
 * everywhere, calls stay in order, and what comes twice is what the last flush could not know. `npm run test:real` does
 * the same fifty times.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeReport } from '../support/crash/describe-report.ts';
import { crashAgainAndAgain } from '../support/crash/scenario.ts';

const seed = Number(process.env['OFFHOOK_CRASH_SEED'] ?? Date.now() % 1_000_000);

test('kill -9 under load loses nothing and keeps the order', { timeout: 120_000 }, async (t) => {
  const report = await crashAgainAndAgain({ rounds: 3, seed });
  t.diagnostic(`seed ${seed}`);
  for (const line of describeReport(report)) t.diagnostic(line);
  assert.deepEqual(report.faults.slice(0, 20), []);
  assert.equal(report.afterStop, 0, 'a graceful stop repeats nothing');
  assert.ok(report.accepted >= 100 && report.failures > 0, 'the run was too small to say anything');
});
