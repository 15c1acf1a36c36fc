import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callingOnSecondLine, endAll } from '../../../../test/support/consultations.ts';
import { pickUp } from '../../../../test/support/pbx-script.ts';
import { around } from '../../../../test/support/tracker-away.ts';
import { lastOf, testRules } from '../../../../test/support/tracker-run.ts';

test('a transfer under way keeps its id, and the call in which was asked, over a restart', () => {
  const script = callingOnSecondLine();
  around(script, 'cut off', testRules, (on) => on.unbridge('b1', 'b').unbridge('b1', 'a').end('d').end('b'));
  const { before, found, after } = around(
    script,
    'down',
    testRules,
    () => {},
    (on) => endAll(pickUp(on.dial('a', 'c'), 'a', 'c', 'b3').wait(1_000)),
  );
  const started = lastOf(before, 'transfer.started');
  const completed = lastOf([...found, ...after], 'transfer.completed');
  assert.notEqual(started.data['consultationCallId'], null);
  for (const name of ['transferId', 'consultationCallId', 'kind', 'by', 'target'] as const) {
    assert.equal(completed.data[name], started.data[name], name);
  }
});
