import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { causeOfSipStatus, describeCause, outcomeOfCause, outcomeOfLegEnd } from './cause.ts';
import { legOutcomes } from './outcome.ts';

const ring = { sipStatus: null, connected: false, callerEndedFirst: false };

describe('causes', () => {
  it('say how an unanswered leg went', () => {
    const expected = {
      17: 'busy',
      19: 'no_answer',
      20: 'unreachable',
      21: 'rejected',
      26: 'answered_elsewhere',
      28: 'invalid',
      34: 'congested',
      23: 'forwarded',
      58: 'failed',
      806: 'unreachable',
      702: 'answered_elsewhere',
      487: 'cancelled',
    };
    for (const [cause, outcome] of Object.entries(expected)) {
      assert.equal(outcomeOfLegEnd({ ...ring, cause: Number(cause) }), outcome, cause);
    }
  });

  it('say nothing by themselves where they only mean that it is over', () => {
    for (const cause of [0, 16, 31, 127, null]) {
      assert.equal(outcomeOfCause(cause, null), null);
      assert.equal(outcomeOfLegEnd({ ...ring, cause }), 'no_answer');
      assert.equal(outcomeOfLegEnd({ ...ring, cause, callerEndedFirst: true }), 'cancelled');
      assert.equal(outcomeOfLegEnd({ ...ring, cause, connected: true }), 'answered');
    }
  });

  it('believe the device before the phone system', () => {
    assert.equal(outcomeOfCause(17, 603), 'rejected');
    assert.equal(outcomeOfCause(21, 486), 'busy');
    assert.equal(outcomeOfCause(127, 487), 'cancelled');
    assert.equal(outcomeOfCause(19, 499), 'no_answer');
    assert.equal(outcomeOfCause(19, 200), 'no_answer');
    assert.equal(causeOfSipStatus(599), 34);
    assert.equal(causeOfSipStatus(499), 127);
    assert.equal(causeOfSipStatus(180), null);
  });

  it('leave a connected leg answered unless it was transferred', () => {
    assert.equal(outcomeOfLegEnd({ ...ring, cause: 804, connected: true }), 'answered');
    assert.equal(outcomeOfLegEnd({ ...ring, cause: 800, connected: true }), 'transferred');
  });

  it('give one outcome and some words for anything', () => {
    const code = fc.option(fc.integer({ min: -10, max: 1100 }));
    fc.assert(
      fc.property(code, code, fc.boolean(), fc.boolean(), (cause, sipStatus, connected, callerEndedFirst) => {
        assert.ok(legOutcomes.includes(outcomeOfLegEnd({ cause, sipStatus, connected, callerEndedFirst })));
        assert.ok(describeCause(cause ?? 0).length > 3);
      }),
    );
  });
});
