/** Calls whose line is answered while nobody listens, and that are with nobody any more when somebody does again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAllOver, checkInvariants } from '../../../test/support/call-invariants.ts';
import { inboundCall, type PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { around, waysToBeAway } from '../../../test/support/tracker-away.ts';
import { lastOf, testRules } from '../../../test/support/tracker-run.ts';

const ringing = (): PbxScript => ring(inboundCall(), 'a', 'b', '101');
const givesUp = (on: PbxScript): PbxScript => on.hangUp('a').end('a').wait(1_000);
const talks = (on: PbxScript): PbxScript => pickUp(on, 'a', 'b');
const alone = (on: PbxScript): PbxScript => talks(on).unbridge('b1', 'b').end('b').unbridge('b1', 'a');

for (const how of waysToBeAway) {
  const endOf = (script: PbxScript, meanwhile: (on: PbxScript) => unknown, after = givesUp) => {
    const { before, found, after: then } = around(script, how, testRules, meanwhile, after);
    const events = [...before, ...found, ...then];
    checkAllOver(checkInvariants(events));
    const { call, data } = lastOf(events, 'call.ended');
    return [call?.outcome, data['estimated']];
  };

  test(`Offhook was ${how} while a phone answered that rang, and sent the caller on: nobody says it was missed`, () => {
    assert.deepEqual(endOf(ringing(), alone), ['lost', true]);
    const sentOn = (on: PbxScript) => ring(alone(on), 'a', 'c', '102');
    assert.deepEqual(
      endOf(ringing(), sentOn, (on) => givesUp(on.dialEnd('a', 'c', 'cancelled').end('c', 26))),
      ['lost', true],
    );
  });

  test(`Offhook was ${how} while a call was answered by nobody that was seen`, () => {
    assert.deepEqual(
      endOf(inboundCall(), (on) => on.state('a', 'up')),
      ['lost', true],
    );
  });

  test(`Offhook was ${how} while a menu answered: a menu had it`, () => {
    assert.deepEqual(
      endOf(
        inboundCall(),
        (on) => on.state('a', 'up'),
        (on) => givesUp(on.service('a', 'ivr', 'main')),
      ),
      ['machine', undefined],
    );
  });

  test(`Offhook was ${how} while a phone that rang was given up: nobody answered`, () => {
    const [outcome] = endOf(ringing(), (on) => on.dialEnd('a', 'b', 'no_answer').end('b', 19));
    assert.notEqual(outcome, 'answered');
    assert.notEqual(outcome, 'machine');
  });
}
