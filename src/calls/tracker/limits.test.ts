import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, pickUp, ring, scriptStart } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules, track } from '../../../test/support/tracker-run.ts';
import type { Signal } from '../signal.ts';
import { createTracker } from './index.ts';

const follow = (signals: readonly Signal[], rules = testRules) => {
  const tracker = createTracker(rules);
  return { tracker, events: signals.flatMap((signal) => tracker.apply(signal)) };
};
const outsideNumber = '12155551234';

test('a call that goes nowhere is told by a tick at its deadline', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: outsideNumber });
  const { tracker, events } = follow(script.signals);
  assert.deepEqual(events, []);
  const deadline = tracker.nextDeadline();
  assert.equal(deadline, (tracker.now() ?? 0) + 1_000);
  assert.deepEqual(tracker.tick((deadline ?? 0) - 1), []);
  const told = tracker.tick(deadline ?? 0);
  assert.deepEqual(inShort(told), ['call.started', 'leg.dial_out 101']);
  assert.equal(told[0]?.call?.direction, 'outbound');
  assert.equal(Date.parse(told[0]?.time ?? ''), script.at);
});

test('a tick and the next signal tell the same', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: outsideNumber });
  const late = script.wait(5_000).state('a', 'up').signals.at(-1) as Signal;
  const ticked = createTracker(testRules);
  const first = script.signals.slice(0, 1).flatMap((signal) => ticked.apply(signal));
  const told = [...first, ...ticked.tick(ticked.nextDeadline() ?? 0), ...ticked.apply(late)];
  assert.deepEqual(told, track(script.signals));
});

test('a call silent for half a day is lost, and one that speaks is not', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  inboundCall(script, 'z')
    .wait(11 * 3_600_000)
    .state('z', 'up')
    .wait(2 * 3_600_000);
  const { tracker, events } = follow(inboundCall(script, 'y').signals);
  const ended = events.filter((event) => event.type === 'call.ended');
  assert.deepEqual(
    ended.map((event) => [event.call?.outcome, event.data.estimated]),
    [['answered', true]],
  );
  assert.equal(tracker.liveCalls().length, 2);
});

test('past the limit of calls the most silent is lost', () => {
  const script = new PbxScript();
  for (let index = 0; index < 8; index++) inboundCall(script, `c${index}`);
  const { tracker, events } = follow(script.signals, { ...testRules, limits: { mostCalls: 5 } });
  assert.equal(tracker.liveCalls().length, 5);
  assert.equal(events.filter((event) => event.type === 'call.ended').length, 3);
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'lost');
});

test('nothing of a finished call is kept', () => {
  const script = new PbxScript();
  for (let index = 0; index < 300; index++) {
    inboundCall(script, `a${index}`);
    pickUp(ring(script, `a${index}`, `b${index}`, '101'), `a${index}`, `b${index}`, `x${index}`);
    partBy(script, `a${index}`, `b${index}`, `x${index}`);
  }
  const { tracker } = follow(script.signals);
  assert.deepEqual(tracker.liveCalls(), []);
  assert.equal(tracker.nextDeadline(), null);
});

test('a queue that rings the same agents for hours keeps few of their legs', () => {
  const script = inboundCall().state('a', 'up').service('a', 'queue', 'support');
  for (let index = 0; index < 1_000; index++) {
    ring(script, 'a', `b${index}`, '101').dialEnd('a', `b${index}`, 'no_answer').end(`b${index}`);
  }
  const { tracker } = follow(script.signals);
  const [call] = tracker.liveCalls();
  assert.ok(call && call.legs.length <= 201);
  assert.deepEqual(call.extensions, ['101']);
});

test('trunks by globs, by the name alone, or by not being an extension', () => {
  const direction = (device: string, trunks: readonly string[]) => {
    const script = new PbxScript().channel('a', { device, state: 'ring', from: '12157010680', to: '13125550100' });
    return track(script.wait(2_000).state('a', 'ring').signals, { ...testRules, trunks })[0]?.call?.direction;
  };
  assert.equal(direction('PJSIP/trunk-a', ['PJSIP/trunk-*']), 'inbound');
  assert.equal(direction('pjsip/TRUNK-a', ['PJSIP/trunk-?']), 'inbound');
  assert.equal(direction('PJSIP/carrier', ['carrier']), 'inbound');
  assert.equal(direction('PJSIP/101', ['PJSIP/trunk-*']), 'outbound');
  assert.equal(direction('PJSIP/carrier', []), 'inbound');
  assert.equal(direction('PJSIP/101', []), 'outbound');
  assert.equal(direction('PJSIP/a.b', ['PJSIP/a?b']), 'inbound');
  assert.equal(direction('PJSIP/axb', ['PJSIP/a.b']), 'outbound');
});

test('a device that is named otherwise is known by its number', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/bob-desk', state: 'ring', from: '101', to: '102' });
  assert.deepEqual(track(ring(script, 'a', 'b', '102').signals)[0]?.extensions, ['101']);
  const nameless = new PbxScript().channel('a', { device: 'PJSIP/lobby', state: 'ring', from: null, to: '102' });
  assert.deepEqual(track(ring(nameless, 'a', 'b', '102').signals)[0]?.extensions, ['lobby']);
});

test('a pattern for extensions that is none is refused at once', () => {
  assert.throws(() => createTracker({ ...testRules, extensions: '[' }), SyntaxError);
});

test('ids are the same whenever the signals were received, and differ between connectors', () => {
  const signals = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b').signals;
  const later = signals.map((signal) => ({ ...signal, at: signal.at + 3 }));
  const ids = (of: readonly Signal[], connector = 'pbx1') =>
    track(of, { ...testRules, connector }).map((event) => event.id);
  assert.deepEqual(ids(later), ids(signals));
  const other = new Set(ids(signals, 'pbx2'));
  assert.ok(ids(signals).every((id) => !other.has(id)));
});

test('a clock set back by an hour stops nothing', () => {
  const script = ring(inboundCall(), 'a', 'b', '101');
  script.at = scriptStart - 3_600_000;
  const events = track(partBy(pickUp(script, 'a', 'b').wait(5_000), 'a', 'b').signals);
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.outcome, 'answered');
  assert.ok(call?.endedAt && call.answeredAt && call.endedAt >= call.answeredAt);
});
