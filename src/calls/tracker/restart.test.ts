import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, openCallsOf, testRules, track } from '../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../model/event.ts';
import { createTracker } from './index.ts';

/** Follows `before`, stops, starts again with what its events say of open calls, and follows `after`. */
function acrossRestart(before: PbxScript, after: (script: PbxScript) => PbxScript): [NewEvent[], NewEvent[]] {
  const first = track(before.signals);
  const seen = before.signals.length;
  const tracker = createTracker(testRules);
  tracker.restore(openCallsOf(first));
  const second = after(before.wait(60_000))
    .signals.slice(seen)
    .flatMap((signal) => tracker.apply(signal));
  return [first, second];
}

const ringing = () => ring(inboundCall(), 'a', 'b', '101');
const talking = () => pickUp(ringing(), 'a', 'b');
const held = () => talking().say({ kind: 'channel.held', channelId: 'b' });
const inMenu = () => inboundCall().state('a', 'up').service('a', 'ivr');
const callIds = (events: readonly NewEvent[]) => [...new Set(events.map((event) => event.call?.id))];

test('restart in every state: nothing is told again, the call keeps its id and gets its end', () => {
  for (const [name, script, end] of [
    ['started', inboundCall, ['leg.ended - cancelled', 'call.ended cancelled']],
    ['ringing', ringing, ['leg.ended 101 cancelled', 'leg.ended - cancelled', 'call.ended cancelled']],
    ['talking', talking, ['leg.ended 101 answered', 'leg.ended - answered', 'call.ended answered']],
    // Of the menu, and of the caller; what the menu was to the call is told with its end.
    ['menu', inMenu, ['leg.ended - machine', 'leg.ended - machine', 'call.ended machine', 'leg.closed -']],
  ] as const) {
    const [first, second] = acrossRestart(script(), (after) => {
      after.resync().hangUp('a');
      if (name === 'ringing') after.dialEnd('a', 'b', 'cancelled');
      if (name === 'ringing' || name === 'talking') after.end('b');
      return after.end('a');
    });
    assert.deepEqual(inShort(second), [...end, 'call.closed'], name);
    assert.deepEqual(callIds(second), callIds(first), name);
    assert.equal(lastOf(second, 'call.ended').data.estimated, undefined, name);
  }
});

test('restart during a hold: the resume is told', () => {
  const [, second] = acrossRestart(held(), (after) =>
    partBy(after.resync().say({ kind: 'channel.resumed', channelId: 'b' }), 'a', 'b'),
  );
  assert.deepEqual(inShort(second).slice(0, 2), ['leg.resumed 101', 'call.updated']);
});

test('talk time goes on over a restart', () => {
  const [, second] = acrossRestart(talking(), (after) => partBy(after.resync(), 'a', 'b'));
  const talkMs = lastOf(second, 'call.ended').call?.talkMs ?? 0;
  assert.ok(talkMs > 60_000 && talkMs < 60_100, String(talkMs));
});

test('a call that rang before the restart and is answered after it', () => {
  const [first, second] = acrossRestart(ringing(), (after) => pickUp(after.resync(), 'a', 'b'));
  assert.deepEqual(inShort(second), ['leg.answered 101', 'leg.answered -', 'call.answered']);
  assert.deepEqual(callIds(second), callIds(first));
  const whole = track(talking().signals);
  const idOf = (events: readonly NewEvent[], type: NewEvent['type']) => lastOf(events, type).id;
  assert.equal(idOf(second, 'call.answered'), idOf(whole, 'call.answered'));
});

test('answered while away: told as estimated', () => {
  const [, second] = acrossRestart(ringing(), (after) => {
    const away = after.signals.length;
    pickUp(after, 'a', 'b');
    after.signals.splice(away);
    return after.resync();
  });
  assert.deepEqual(inShort(second), ['leg.answered 101', 'leg.answered -', 'call.answered']);
  assert.ok(second.every((event) => event.data.estimated === true));
});

test('gone while away: the outcome is what was known, else lost; the time away is no talk', () => {
  for (const [script, outcome] of [
    [ringing, 'lost'],
    [talking, 'answered'],
    [held, 'answered'],
    [inMenu, 'lost'],
  ] as const) {
    const [first, second] = acrossRestart(script(), (after) => {
      after.say({ kind: 'resync', channels: [], bridges: [], restarted: false });
      return after;
    });
    const ended = lastOf(second, 'call.ended');
    assert.equal(ended.call?.outcome, outcome);
    assert.equal(ended.data.estimated, true);
    assert.equal(ended.call?.hungUpBy, null);
    assert.ok((ended.call?.talkMs ?? 0) < 100);
    assert.deepEqual(callIds(second), callIds(first));
    const legs = second.filter((event) => event.type === 'leg.ended');
    assert.ok(legs.length > 0 && legs.every((event) => event.data.estimated === true));
  }
});

test('one leg gone while away: the other one stays', () => {
  const [first, second] = acrossRestart(ring(ringing(), 'a', 'c', '102'), (after) => {
    after.end('c').signals.pop();
    return pickUp(after.resync(), 'a', 'b');
  });
  assert.deepEqual(inShort(second), ['leg.ended 102 lost', 'leg.answered 101', 'leg.answered -', 'call.answered']);
  assert.deepEqual(callIds(second), callIds(first));
});

test('a PBX that was restarted has lost every call, and its new ones are partial', () => {
  const tracker = createTracker(testRules);
  const script = inboundCall(talking(), 'z').resync(true);
  const events = script.signals.flatMap((signal) => tracker.apply(signal));
  const ended = events.filter((event) => event.type === 'call.ended');
  assert.deepEqual(
    ended.map((event) => [event.call?.outcome, event.data.estimated]),
    [
      ['answered', true],
      ['lost', true],
    ],
  );
  assert.deepEqual(tracker.liveCalls(), []);
});

test('connected to in the middle of calls: each is told as it stands, and nothing of its past', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  ring(inboundCall(script, 'c'), 'c', 'd', '102').resync();
  const tracker = createTracker(testRules);
  const events = script.signals.slice(-1).flatMap((signal) => tracker.apply(signal));
  assert.deepEqual(inShort(events), ['call.started', 'call.started', 'leg.dial_in 102', 'leg.ringing 102']);
  const [answered, rings] = events;
  assert.deepEqual(answered?.data, { partial: true });
  assert.equal(answered?.call?.state, 'answered');
  assert.deepEqual(answered?.call?.answeredBy, { kind: 'person', extension: '101' });
  assert.equal(rings?.call?.state, 'ringing');
  const after = script.signals.length;
  partBy(script, 'b', 'a');
  const ends = script.signals.slice(after).flatMap((signal) => tracker.apply(signal));
  assert.deepEqual(inShort(ends), [
    'leg.ended - answered',
    'leg.ended 101 answered',
    'call.ended answered',
    'call.closed',
  ]);
});

test('who connects later names the call alike', () => {
  const script = ringing();
  const [whole] = track(script.signals);
  const [partial] = track(script.resync().signals.slice(-1));
  assert.equal(partial?.call?.id, whole?.call?.id);
  assert.equal(partial?.id, whole?.id);
});

test('through a pipe, connected stays connected over a reconnect', () => {
  const script = inboundCall()
    .channel('l1', { pipe: true, linkedId: 'a' })
    .channel('l2', { pipe: true, linkedId: 'a' });
  ring(script.pipe('l1', 'l2').dial('a', 'l1'), 'l2', 'b', '101');
  script.bridge('b2', 'b').bridge('b2', 'l2').bridge('b1', 'l1').bridge('b1', 'a');
  assert.deepEqual(inShort(track(script.resync().signals)).slice(-1), ['call.answered']);
  const [started] = track(script.signals.slice(-1));
  assert.equal(started?.call?.state, 'answered');
});

test('a short loss of the connection: what stayed stays, what is new is partial', () => {
  const script = talking();
  const away = script.signals.length;
  ring(inboundCall(script, 'c'), 'c', 'd', '102');
  script.signals.splice(away);
  const events = track(script.resync().signals).slice(6);
  assert.deepEqual(inShort(events), ['call.started', 'leg.dial_in 102', 'leg.ringing 102']);
  assert.deepEqual(events[0]?.data, { partial: true });
});

test('a late message about an ended channel revives nothing', () => {
  const script = partBy(talking(), 'a', 'b');
  const facts = ringing().facts('b');
  script.say({ kind: 'channel.seen', channel: facts }).dialEnd('a', 'b', 'answered').bridge('b1', 'b');
  const tracker = createTracker(testRules);
  const events = script.signals.flatMap((signal) => tracker.apply(signal));
  assert.equal(inShort(events).at(-1), 'call.closed');
  assert.deepEqual(tracker.liveCalls(), []);
  assert.equal(tracker.nextDeadline(), null);
});

test('restored calls that are never listed wait, and an unreadable one is left out', () => {
  const [open] = openCallsOf(track(talking().signals));
  assert.ok(open);
  const tracker = createTracker(testRules);
  tracker.restore([open, { ...open, call: { ...open.call, startedAt: 'never' } }]);
  assert.equal(tracker.liveCalls().length, 1);
  assert.equal(inShort(tracker.tick(Date.UTC(2027, 0, 1))).length, 0);
});

test('a later picture that lacks a channel does not end it: its end may be on its way', () => {
  const script = ringing();
  const tracker = createTracker(testRules);
  const apply = (steps: (on: PbxScript) => PbxScript): NewEvent[] => {
    const seen = script.signals.length;
    return steps(script)
      .signals.slice(seen)
      .flatMap((signal) => tracker.apply(signal));
  };
  for (const signal of script.signals) tracker.apply(signal);
  const without = (on: PbxScript): PbxScript =>
    on.say({ kind: 'resync', channels: [on.facts('a')], bridges: [], pipes: [], restarted: false, again: true });
  assert.deepEqual(inShort(apply(without)), []);
  assert.equal(tracker.hasMissing(), true);
  assert.deepEqual(inShort(apply((on) => on.dialEnd('a', 'b', 'busy').end('b', 17))), ['leg.ended 101 busy']);
  assert.equal(tracker.hasMissing(), false);
  apply((on) => ring(on, 'a', 'c', '102'));
  assert.deepEqual(inShort(apply(without)), []);
  assert.deepEqual(inShort(apply((on) => on.resync(false, true))), [], 'it is there again');
  assert.equal(tracker.hasMissing(), false);
  assert.deepEqual(inShort(apply(without)), []);
  assert.deepEqual(inShort(apply(without)), ['leg.ended 102 lost'], 'two pictures in a row lack it');
});

test('a channel that a later picture lacks stays connected with whom it talks to', () => {
  const script = talking();
  const tracker = createTracker(testRules);
  for (const signal of script.signals) tracker.apply(signal);
  const seen = script.signals.length;
  script.say({
    kind: 'resync',
    channels: [script.facts('a')],
    bridges: [{ id: 'b1', holding: false, channelIds: ['a'] }],
    restarted: false,
    again: true,
  });
  const at = script.at;
  const events = partBy(script.wait(2_000), 'a', 'b')
    .signals.slice(seen)
    .flatMap((signal) => tracker.apply(signal));
  const call = lastOf(events, 'call.ended').call;
  assert.ok((call?.talkMs ?? 0) >= script.at - at - 100, `${call?.talkMs}`);
  assert.equal(call?.outcome, 'answered');
});

/** Alice waited in a queue, where 101 rang, and left it by a key. */
function leftQueue(): PbxScript {
  const script = inboundCall().state('a', 'up', { dialledNumber: '700', queueStatus: null });
  script.say({ kind: 'queue.joined', channelId: 'a', queue: 'support', position: 1, waiting: 1 });
  ring(script, 'a', 'b', '101').wait(2_000).dialEnd('a', 'b', 'cancelled').end('b', 0);
  return script
    .say({ kind: 'queue.left', channelId: 'a', position: 1 })
    .state('a', 'up', { dialledNumber: '1' })
    .wait(10);
}

test('a queue that the call has left before the restart counts as it does without', () => {
  const end = (script: PbxScript): PbxScript => script.hangUp('a').end('a');
  const [, second] = acrossRestart(leftQueue(), (after) => end(after.resync()));
  const whole = track(end(leftQueue()).signals);
  const outcomeIn = (events: readonly NewEvent[]) => lastOf(events, 'call.ended').call?.outcome;
  assert.deepEqual([outcomeIn(second), outcomeIn(whole)], ['no_answer', 'no_answer']);
});

test('a menu that the call has left before the restart is not where it stands', () => {
  const script = ring(inMenu().wait(1_000), 'a', 'b', '101');
  const [, second] = acrossRestart(script, (after) => after.resync().dialEnd('a', 'b', 'no_answer').end('b').wait(10));
  assert.deepEqual([...new Set(second.map(({ call }) => call?.state))], ['ringing']);
});

test('who had left a transfer while the target rang has sent it on, also where Offhook was restarted meanwhile', () => {
  const script = held().channel('l1', { pipe: true }).channel('l2', { pipe: true, linkedId: 'l1' });
  ring(script.pipe('l1', 'l2').unbridge('b1', 'b').bridge('b2', 'l1').bridge('b2', 'b'), 'l2', 'c', '102');
  script.say({
    kind: 'transfer.joined',
    firstId: 'b',
    secondId: 'b',
    transfereeId: 'a',
    targetId: 'l1',
    into: 'bridge',
    byKeys: true,
  });
  script.hangUp('b').unbridge('b2', 'b').unbridge('b2', 'l1').bridge('b1', 'l1');
  const [first, second] = acrossRestart(script, (after) =>
    after.resync().state('c', 'up').dialEnd('l2', 'c', 'answered').bridge('b3', 'c').bridge('b3', 'l2').end('b'),
  );
  const whole = track(script.signals);
  const outcomeOf = (events: readonly NewEvent[]) =>
    events.find(({ type, extension }) => type === 'leg.ended' && extension === '101')?.leg?.outcome;
  assert.equal(lastOf(first, 'transfer.started').data['kind'], 'attended');
  assert.deepEqual([outcomeOf(second), outcomeOf(whole)], ['transferred', 'transferred']);
});

test('an agent who stopped ringing while nobody listened says nothing of how the caller’s end, which was seen, came', () => {
  const script = inboundCall().state('a', 'up', { dialledNumber: '700', queueStatus: null });
  script.say({ kind: 'queue.joined', channelId: 'a', queue: 'support', position: 1, waiting: 1 });
  ring(script, 'a', 'b', '101').wait(1_000);
  const [, second] = acrossRestart(script, (after) => {
    const waiting = [{ channelId: 'a', queue: 'support', position: 1, waiting: 1 }];
    const picture = { channels: [after.facts('a')], bridges: [], pipes: [], restarted: false, waiting };
    after.say({ kind: 'resync', ...picture });
    return after.wait(3_000).hangUp('a').end('a').wait(5_000);
  });
  const ended = lastOf(second, 'call.ended');
  assert.deepEqual([ended.call?.outcome, ended.data['estimated']], ['abandoned', undefined]);
});
