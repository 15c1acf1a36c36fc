import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbxScript, pickUp, ring, scriptStart } from '../../../../test/support/pbx-script.ts';
import { checkAllOver, checkInvariants } from '../../../../test/support/call-invariants.ts';
import { inShort, lastOf, openCallsOf, testRules, track } from '../../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../../model/event.ts';
import type { ChannelFacts, Signal } from '../../signal.ts';
import { createTracker } from '../index.ts';

const origin = {
  source: 'click_to_call',
  requestId: 'req-1',
  billingCode: 'B7',
  buttonId: 'contact-page',
  onBehalfOf: '105',
} as const;

const outside = '+13125550100';
const dialStrings = { phone: 'PJSIP/101', trunk: `PJSIP/${outside}@trunk-carrier` };

function expected(id: string, device: string): ChannelFacts {
  return {
    ...{ id, linkedId: id, device, kind: 'device', state: 'down', callerNumber: null, callerName: null },
    ...{ connectedNumber: null, connectedName: null, dialledNumber: null, context: null, accountCode: null },
    createdAt: scriptStart,
  };
}

type Order = Extract<Signal, { readonly kind: 'call.ordered' }>;

/** 101 is to talk to somebody outside; `first` is called first. */
function ordered(first: 'phone' | 'trunk', changes: Partial<Order> = {}, script = new PbxScript()): PbxScript {
  const channel = expected('a', first === 'phone' ? 'PJSIP/101' : 'PJSIP/trunk-carrier');
  const dialString = dialStrings[first];
  return script.say({ kind: 'call.ordered', channel, dialString, from: '101', to: outside, origin, ...changes });
}

/** The PBX makes the channel that was ordered, and it rings. */
function reached(script: PbxScript, device = 'PJSIP/101'): PbxScript {
  return script
    .channel('a', { device, from: '101', to: outside })
    .dial(null, 'a', dialStrings.phone)
    .state('a', 'ringing');
}

const originsIn = (events: readonly NewEvent[]): string[] => [
  ...new Set(events.map(({ call }) => JSON.stringify(call?.origin))),
];

test('an ordered call begins before the PBX shows anything, and says what was said of it from its first event on', () => {
  const events = track(ordered('phone').signals);
  assert.deepEqual(inShort(events), ['call.started']);
  const [started] = events;
  assert.deepEqual(started?.call?.origin, origin);
  assert.deepEqual([started?.call?.direction, started?.call?.from.number], ['outbound', '101']);
  assert.deepEqual([started?.call?.to.number, started?.call?.to.kind], [outside, 'external']);
  assert.deepEqual([started?.leg?.state, started?.leg?.extension], ['created', '101']);
  assert.deepEqual(started?.extensions.toSorted(), ['101', '105'], 'whom it is for may follow it');
});

test('the phone first, then outside: one call from the order to its end, and every event has the origin', () => {
  const script = reached(ordered('phone')).state('a', 'up').dialEnd(null, 'a', 'answered');
  script
    .channel('b', { device: 'PJSIP/trunk-carrier', linkedId: 'a', from: outside })
    .dial('a', 'b', dialStrings.trunk);
  pickUp(script.state('b', 'ringing'), 'a', 'b').hangUp('b').end('b').end('a');
  const events = track(script.signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_out 101',
    'leg.ringing 101',
    'call.updated',
    'leg.ringing -',
    'leg.answered -',
    'leg.answered 101',
    'call.answered',
    'leg.ended - answered',
    'leg.ended 101 answered',
    'call.ended answered',
    'call.closed',
  ]);
  assert.equal(originsIn(events).length, 1);
  assert.deepEqual(lastOf(events, 'call.closed').call?.origin, origin);
  checkAllOver(checkInvariants(events));
});

test('outside first, then the phone: who calls whom stays as it was ordered', () => {
  const trunk = { device: 'PJSIP/trunk-carrier', from: outside, to: '101' };
  const script = ordered('trunk').channel('a', trunk).dial(null, 'a', dialStrings.trunk).state('a', 'ringing');
  script.state('a', 'up').dialEnd(null, 'a', 'answered');
  pickUp(ring(script, 'a', 'b', '101'), 'a', 'b')
    .hangUp('a')
    .end('b')
    .end('a');
  const events = track(script.signals);
  const last = lastOf(events, 'call.closed').call;
  assert.deepEqual([last?.from.number, last?.from.name, last?.to.number], ['101', 'User 101', outside]);
  assert.deepEqual([last?.direction, last?.outcome, last?.trunk], ['outbound', 'answered', 'trunk-carrier']);
  assert.equal(originsIn(events).length, 1);
  checkAllOver(checkInvariants(events));
});

test('two extensions: internal, even where one of them has an outside number at the other end of the order', () => {
  const inside = track(ordered('phone', { to: '102' }).signals);
  assert.equal(inside[0]?.call?.direction, 'internal');
  const fromOutside = track(ordered('phone', { from: outside, to: '101' }).signals);
  assert.equal(fromOutside[0]?.call?.direction, 'outbound');
});

test('what the PBX will not make ends with the reason, without a ring', () => {
  for (const status of ['unreachable', 'failed', 'busy'] as const) {
    const script = ordered('phone').say({ kind: 'call.order_failed', channelId: 'a', status });
    const events = track(script.signals);
    assert.deepEqual(inShort(events), [
      'call.started',
      `leg.ended 101 ${status}`,
      `call.ended ${status}`,
      'call.closed',
    ]);
    assert.equal(originsIn(events).length, 1);
    checkAllOver(checkInvariants(events));
  }
});

test('the second end can’t be reached at all: the first one’s line, which its user picked up, ends with the reason', () => {
  const picked = () => reached(ordered('phone')).state('a', 'up').dialEnd(null, 'a', 'answered');
  for (const [cause, outcome] of [
    [20, 'unreachable'],
    [1, 'invalid'],
    [16, 'machine'],
  ] as const) {
    assert.equal(lastOf(track(picked().end('a', cause).signals), 'call.ended').call?.outcome, outcome);
  }
});

test('of a channel that was made its own end tells, whatever the PBX says of the order', () => {
  const script = reached(ordered('phone')).say({ kind: 'call.order_failed', channelId: 'a', status: 'unreachable' });
  assert.ok(!inShort(track(script.signals)).some((line) => line.includes('ended')));
  const events = track(script.dialEnd(null, 'a', 'no_answer').end('a', 19).signals);
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'no_answer');
});

test('an order that is refused twice, or of which nothing is known, changes nothing', () => {
  const refused: Signal = { kind: 'call.order_failed', at: scriptStart, channelId: 'a', status: 'failed' };
  assert.deepEqual(track([refused]), []);
  const script = ordered('phone');
  const events = track([...script.signals, { ...refused, at: script.at }, { ...refused, at: script.at }]);
  assert.equal(events.filter(({ type }) => type === 'call.ended').length, 1);
  assert.deepEqual(inShort(track([...script.signals, ...script.signals])), ['call.started'], 'its id is used once');
});

test('the connection is lost before the PBX shows it: the picture says whether it was made', () => {
  const made = ordered('phone').wait(120_000).channel('a', { device: 'PJSIP/101', from: '101', to: outside });
  const created = made.signals.pop();
  assert.equal(created?.kind, 'channel.created');
  const goesOn = track(made.resync().signals);
  assert.deepEqual(inShort(goesOn), ['call.started', 'leg.dial_out 101']);
  assert.deepEqual(lastOf(goesOn, 'leg.dial_out').call?.origin, origin);

  const lost = track(ordered('phone').wait(120_000).resync().signals);
  assert.deepEqual(inShort(lost), ['call.started', 'leg.ended 101 lost', 'call.ended lost', 'call.closed']);
  assert.equal(lastOf(lost, 'call.ended').data.estimated, true);
});

test('other calls go on for an hour meanwhile, and it still waits for a word of the PBX', () => {
  const script = ordered('phone');
  const other = ring(
    script.channel('x', { device: 'PJSIP/103', state: 'ring', from: '103', to: '104' }),
    'x',
    'y',
    '104',
  );
  const events = track(pickUp(other, 'x', 'y').wait(3_600_000).hangUp('x').end('y').end('x').signals);
  const own = events.filter(({ call }) => call?.origin.requestId === 'req-1');
  assert.deepEqual(inShort(own), ['call.started']);
});

test('a restart before the PBX shows it keeps id, ends and origin, and tells nothing twice', () => {
  const first = track(ordered('phone').signals);
  const script = new PbxScript(scriptStart + 60_000);
  script.channel('a', { device: 'PJSIP/101', from: '101', to: outside, state: 'ringing' });
  script.signals.pop();
  script.resync().state('a', 'up');
  script
    .channel('b', { device: 'PJSIP/trunk-carrier', linkedId: 'a', from: outside })
    .dial('a', 'b', dialStrings.trunk);
  pickUp(script, 'a', 'b').hangUp('b').end('b').end('a');
  const tracker = createTracker(testRules);
  tracker.restore(openCallsOf(first));
  const second = script.signals.flatMap((signal) => tracker.apply(signal));
  assert.ok(!inShort(second).includes('call.started'));
  assert.deepEqual(new Set(second.map(({ call }) => call?.id)), new Set([first[0]?.call?.id]));
  assert.deepEqual(originsIn([...first, ...second]).length, 1);
  assert.equal(second.filter(({ type }) => type === 'leg.dial_out').length, 1);
  const last = lastOf(second, 'call.closed').call;
  assert.deepEqual([last?.from.number, last?.to.number, last?.direction], ['101', outside, 'outbound']);
});

test('a call that software ends while it rings is cancelled, by nobody in it; one that was answered stays so', () => {
  const given = { kind: 'call.given_up', channelId: 'a' } as const;
  const rings = track(reached(ordered('phone')).say(given).dialEnd(null, 'a', 'no_answer').end('a', 16).signals);
  assert.deepEqual(inShort(rings).slice(-3), ['leg.ended 101 cancelled', 'call.ended cancelled', 'call.closed']);
  assert.equal(lastOf(rings, 'call.ended').call?.hungUpBy, 'system');
  const script = reached(ordered('phone')).state('a', 'up').dialEnd(null, 'a', 'answered');
  const talks = pickUp(ring(script, 'a', 'b', '102'), 'a', 'b')
    .say(given)
    .end('a')
    .end('b');
  const ended = lastOf(track(talks.signals), 'call.ended').call;
  assert.deepEqual([ended?.outcome, ended?.hungUpBy], ['answered', 'system']);
  assert.deepEqual(track([{ ...given, at: scriptStart }]), []);
});

test('whoever listens without having ordered it gives it the same id', () => {
  const ours = track(reached(ordered('phone')).signals);
  const theirs = track(reached(new PbxScript()).wait(2_000).state('a', 'up').signals);
  const idOf = (events: readonly NewEvent[]) => events.find(({ type }) => type === 'call.started')?.call?.id;
  assert.ok(idOf(theirs));
  assert.equal(idOf(ours), idOf(theirs));
});

test('its devices can be commanded once the PBX shows them, and no more when it is over', () => {
  const tracker = createTracker(testRules);
  const script = ordered('phone');
  const apply = (): NewEvent[] => script.signals.splice(0).flatMap((signal) => tracker.apply(signal));
  const id = apply()[0]?.call?.id ?? '';
  assert.deepEqual(tracker.devicesOf(id), []);
  assert.equal(tracker.devicesOf('another'), null);
  reached(script).state('a', 'up').dialEnd(null, 'a', 'answered');
  apply();
  assert.deepEqual(tracker.devicesOf(id), [{ channelId: 'a', extension: '101', talks: false }]);
  pickUp(ring(script, 'a', 'b', '102'), 'a', 'b');
  apply();
  assert.deepEqual(tracker.devicesOf(id), [
    { channelId: 'a', extension: '101', talks: true },
    { channelId: 'b', extension: '102', talks: true },
  ]);
  script.hangUp('a').end('a').end('b');
  apply();
  assert.equal(tracker.devicesOf(id), null);
});
