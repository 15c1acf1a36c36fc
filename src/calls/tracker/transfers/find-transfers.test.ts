import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAllOver, checkInvariants } from '../../../../test/support/call-invariants.ts';
import { askingOnSecondLine, callingOnSecondLine, endAll, talking } from '../../../../test/support/consultations.ts';
import { pickUp, type PbxScript, ring } from '../../../../test/support/pbx-script.ts';
import { type Around, around, waysToBeAway } from '../../../../test/support/tracker-away.ts';
import { inShort, lastOf, testRules, track } from '../../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../../model/event.ts';

const rules = { ...testRules, saysWhoHangsUp: true };
const of = (events: readonly NewEvent[], pattern: RegExp): string[] =>
  inShort(events).filter((line) => pattern.test(line));
const transfersIn = (events: readonly NewEvent[]): string[] => of(events, /^transfer/);
const allEstimated = (events: readonly NewEvent[], pattern: RegExp): void => {
  for (const { type, data } of events) if (pattern.test(type)) assert.equal(data.estimated, true, type);
};
const assertWhole = ({ before, found, after }: Around): void =>
  checkAllOver(checkInvariants([...before, ...found, ...after]));

/** 101's phone joins Alice and 102. */
function join(script: PbxScript): PbxScript {
  script.bridge('b2', 'a', 'd').state('c', 'up', { linkedId: 'a' }).unbridge('b1', 'b');
  return script.end('d').end('b');
}

/** 101's phone lets Alice have its place while 102 rings: nothing says so but that it is gone. */
const give = (script: PbxScript): PbxScript => script.unbridge('b1', 'b').unbridge('b1', 'a').end('d').end('b');

/** 101 sends Alice on to a number, where `id` is called. */
function send(script: PbxScript, to: string, id: string, extension: string): PbxScript {
  script.unbridge('b1', 'b').unbridge('b1', 'a').end('b').state('a', 'up', { dialledNumber: to });
  return ring(script, 'a', id, extension);
}

for (const how of waysToBeAway) {
  const meanwhile = (script: PbxScript, steps: (on: PbxScript) => unknown): Around =>
    around(script, how, rules, steps, (on) => endAll(on.wait(1_000)));

  test(`two calls joined by a phone while Offhook was ${how}: a transfer, as if it had been seen, but estimated`, () => {
    const told = meanwhile(askingOnSecondLine(), join);
    const seen = askingOnSecondLine().bridge('b2', 'a', 'd');
    const ids = { firstId: 'b', secondId: 'd', transfereeId: 'a', targetId: 'c' };
    seen.say({ kind: 'transfer.joined', ...ids, into: 'bridge', byKeys: false }).unbridge('b1', 'b');
    const live = track(seen.end('d').end('b').signals, rules).slice(told.before.length);
    const important = /^(transfer|leg|call\.ended|call\.closed)/;
    assert.deepEqual(of(told.found, important), of(live, important));
    allEstimated(told.found, important);
    const { kind, by, target, consultationCallId } = lastOf(told.found, 'transfer.completed').data;
    const merged = lastOf(told.found, 'call.ended');
    assert.deepEqual({ kind, by, target }, { kind: 'attended', by: '101', target: '102' });
    assert.equal(consultationCallId, merged.call?.id);
    assert.equal(merged.data.mergedInto, lastOf(told.found, 'transfer.completed').call?.id);
    assert.ok((merged.call?.talkMs ?? 0) < 4_000, 'the time away is no talk');
    assertWhole(told);
  });

  test(`nobody knows whether who was asked had answered when Offhook was ${how}: a transfer of no known kind`, () => {
    const told = meanwhile(callingOnSecondLine(), (on) => join(pickUp(on, 'd', 'c', 'b2')));
    assert.deepEqual(transfersIn(told.found), ['transfer.started', 'transfer.completed']);
    assert.equal(lastOf(told.found, 'transfer.completed').data['kind'], null);
    const after = lastOf(told.after, 'call.ended').call?.transfers[0];
    assert.deepEqual([after?.kind, after?.state], [null, 'completed']);
    assertWhole(told);
  });

  test(`joined while Offhook was ${how}, and one of the transferer's lines is there still: the merge is told, and no transfer`, () => {
    const told = meanwhile(askingOnSecondLine(), (on) =>
      on.bridge('b2', 'a').state('c', 'up', { linkedId: 'a' }).end('b'),
    );
    assert.deepEqual(transfersIn(told.found), []);
    assert.equal(lastOf(told.found, 'call.ended').data.estimated, true);
    assert.deepEqual(of(told.found, /^leg/), ['leg.ended 101 answered']);
    assertWhole(told);
  });

  test(`who was asked hung up while Offhook was ${how}: no transfer`, () => {
    const told = meanwhile(askingOnSecondLine(), (on) => on.end('c').end('d'));
    assert.deepEqual(transfersIn([...told.found, ...told.after]), []);
    assertWhole(told);
  });

  test(`left for who was asked to ring for Alice while Offhook was ${how}: semi-attended, and completed by the answer`, () => {
    const told = around(callingOnSecondLine(), how, rules, give, (on) =>
      endAll(pickUp(on.dial('a', 'c'), 'a', 'c', 'b3').wait(1_000)),
    );
    assert.deepEqual(of(told.found, /^(transfer|leg)/), [
      'transfer.started',
      'leg.ended 101 transferred',
      'leg.ended 101 transferred',
    ]);
    const { kind, by, target, consultationCallId } = lastOf(told.found, 'transfer.started').data;
    const merged = lastOf(told.found, 'call.ended').call;
    assert.deepEqual({ kind, by, target }, { kind: 'semi_attended', by: '101', target: '102' });
    assert.equal(consultationCallId, merged?.id);
    assert.equal(merged?.outcome, 'cancelled');
    assert.deepEqual(of(told.after, /^(transfer|leg.answered)/), ['leg.answered 102', 'transfer.completed']);
    assert.equal(lastOf(told.after, 'transfer.completed').data.estimated, undefined);
    assertWhole(told);
  });

  test(`of two who could be the one that 102 rings for, neither is, after Offhook was ${how}`, () => {
    const script = talking();
    script.channel('e', { device: 'PJSIP/trunk-carrier', state: 'ring', from: '12157010681', to: '13125550101' });
    pickUp(ring(script, 'e', 'f', '101'), 'e', 'f', 'b5');
    const told = around(callingOnSecondLine(script), how, rules, (on) => give(on.unbridge('b5', 'e').end('f')));
    assert.deepEqual(transfersIn(told.found), []);
    assert.equal(of(told.found, /^call.ended/).length, 0);
  });

  test(`sent on without asking while Offhook was ${how}: completed where the target was found to have answered, whether asked before or not`, () => {
    const told = meanwhile(talking(), (on) => pickUp(send(on, '102', 'c', '102'), 'a', 'c', 'b2'));
    assert.deepEqual(of(told.found, /^(transfer|leg)/), [
      'transfer.started',
      'leg.dial_in 102',
      'leg.answered 102',
      'transfer.completed',
      'leg.ended 101 transferred',
    ]);
    allEstimated(told.found, /^(transfer|leg\.(answered|ended))/);
    const { kind, by, target } = lastOf(told.found, 'transfer.completed').data;
    assert.deepEqual({ kind, by, target }, { kind: null, by: '101', target: '102' });
    assert.equal(lastOf(told.found, 'leg.answered').data['transferredBy'], '101');
    assertWhole(told);
  });

  test(`sent on without asking while Offhook was ${how}, and the target rings: blind, and under way`, () => {
    const told = meanwhile(talking(), (on) => send(on, '102', 'c', '102'));
    assert.equal(lastOf(told.found, 'transfer.started').data['kind'], 'blind');
    assert.deepEqual(transfersIn(told.found), ['transfer.started']);
    assert.deepEqual(transfersIn(told.after), ['transfer.failed']);
    assertWhole(told);
  });

  test(`after Offhook was ${how}, Alice has somebody else, but stands at no number of theirs: no transfer that is certain`, () => {
    for (const number of ['500', '13125550100']) {
      const told = meanwhile(talking(), (on) => pickUp(send(on, number, 'c', '102'), 'a', 'c', 'b2'));
      assert.deepEqual(transfersIn(told.found), [], number);
      assert.deepEqual(of(told.found, /^leg.ended/), ['leg.ended 101 answered'], number);
      assertWhole(told);
    }
  });

  test(`after Offhook was ${how}, Alice has 101 again on another line: nobody was transferred`, () => {
    const told = meanwhile(talking(), (on) => pickUp(send(on, '101', 'c', '101'), 'a', 'c', 'b2'));
    assert.deepEqual(transfersIn(told.found), []);
    assertWhole(told);
  });
}
