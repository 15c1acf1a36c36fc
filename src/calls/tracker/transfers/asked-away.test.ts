import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAllOver, checkInvariants } from '../../../../test/support/call-invariants.ts';
import { callingByKeys, endAll, extension102, leave, takeUp } from '../../../../test/support/consultations.ts';
import type { PbxScript } from '../../../../test/support/pbx-script.ts';
import { type Around, around, waysToBeAway } from '../../../../test/support/tracker-away.ts';
import { inShort, lastOf, testRules, track } from '../../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../../model/event.ts';

const rules = { ...testRules, saysWhoHangsUp: true };
const important = (events: readonly NewEvent[]): string[] =>
  inShort(events).filter((line) => /^(transfer|leg|call\.ended)/.test(line));
const dataOf = (events: readonly NewEvent[]) => events.map(({ type, data }) => [type, data]);
const transferIn = (events: readonly NewEvent[]) => lastOf(events, 'call.ended').call?.transfers[0];
const nothing = (): void => {};
const assertWhole = ({ before, found, after }: Around): void =>
  checkAllOver(checkInvariants([...before, ...found, ...after]));

const targets = {
  'an extension': extension102,
  'a number outside': { device: 'PJSIP/trunk-carrier', from: '12157010699', dialled: 'trunk-carrier/12157010699' },
};
const [rings, talks] = [callingByKeys, (target: typeof extension102) => takeUp(callingByKeys(target))];
const goes = (script: PbxScript): PbxScript => endAll(leave(script).end('b').wait(1_000));
const back = (script: PbxScript): PbxScript => script.end('c').end('l1').end('l2').bridge('b1', 'b');

for (const how of waysToBeAway) {
  for (const [name, target] of Object.entries(targets)) {
    for (const [state, begin, go] of [
      ['rings', rings, (on: PbxScript) => goes(takeUp(on))],
      ['talks', talks, goes],
    ] as const) {
      test(`${name} that is asked by keys ${state}, and Offhook was ${how}: all goes on as if nothing had been`, () => {
        const told = around(begin(target), how, rules, nothing, go);
        const whole = track(go(begin(target)).signals, rules).slice(told.before.length);
        assert.deepEqual(told.found, []);
        assert.deepEqual(important(told.after), important(whole));
        assert.deepEqual(dataOf(told.after), dataOf(whole));
        assert.deepEqual(transferIn(told.after)?.state, 'completed');
        assertWhole(told);
      });
    }

    test(`${name} that was asked answered while Offhook was ${how}, and is joined afterwards`, () => {
      const told = around(rings(target), how, rules, takeUp, goes);
      assert.equal(important(told.found).length, 1);
      assert.match(important(told.found)[0] ?? '', /^leg.answered/);
      assert.match(important(told.after)[0] ?? '', /^transfer.completed/);
      assertWhole(told);
    });

    test(`${name} that was asked is gone, and Alice is back, since Offhook was ${how}: failed`, () => {
      for (const [begin, reason] of [
        [rings, 'lost'],
        [talks, 'cancelled'],
      ] as const) {
        const told = around(begin(target), how, rules, back, endAll);
        assert.deepEqual(lastOf(told.found, 'transfer.failed').data['reason'], reason);
        assert.deepEqual(lastOf(told.found, 'transfer.failed').data.estimated, true);
        assert.deepEqual(important(told.after).slice(0, 2).sort(), ['leg.ended - answered', 'leg.ended 101 answered']);
        assertWhole(told);
      }
    });

    test(`who asked ${name} has hung up and joined them while Offhook was ${how}: completed`, () => {
      for (const begin of [rings, talks]) {
        const told = around(
          begin(target),
          how,
          rules,
          (on) => leave(begin === rings ? takeUp(on) : on).end('b'),
          endAll,
        );
        const [completed, ended] = important(told.found).slice(-2);
        assert.deepEqual([completed, ended], ['transfer.completed', 'leg.ended 101 transferred']);
        const { kind, estimated } = lastOf(told.found, 'transfer.completed').data;
        assert.deepEqual([kind, estimated], ['attended', true], 'that it had another kind is not known');
        assertWhole(told);
      }
    });

    for (const [kept, isKept] of [
      ['has its channel still', true],
      ['has no channel', false],
    ] as const) {
      test(`who asked ${name} hung up while it rang and Offhook was ${how}, and ${kept}: semi-attended`, () => {
        const hangUp = (on: PbxScript): PbxScript => (isKept ? leave(on) : leave(on).end('b'));
        const told = around(rings(target), how, rules, hangUp, (on) => endAll(takeUp(on)));
        assert.deepEqual(important(told.found), [isKept ? 'leg.resumed 101' : 'leg.ended 101 transferred']);
        assert.equal(lastOf(told.found, isKept ? 'leg.resumed' : 'leg.ended').data.estimated, true);
        assert.equal(lastOf(told.found, 'call.updated').call?.transfers[0]?.kind, 'semi_attended');
        assert.ok(important(told.after).includes('transfer.completed'));
        assert.ok(important([...told.found, ...told.after]).includes('leg.ended 101 transferred'));
        assert.equal(transferIn(told.after)?.kind, 'semi_attended');
        assertWhole(told);
      });
    }

    test(`Alice hung up while ${name} was asked and Offhook was ${how}: not completed by the other two`, () => {
      const told = around(talks(target), how, rules, (on) => on.end('a'), endAll);
      assert.deepEqual(important(told.found), ['leg.ended - answered', 'transfer.failed']);
      assert.ok(!important(told.after).some((line) => line.startsWith('transfer')));
      assertWhole(told);
    });
  }
}
