import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewEvent } from '../../model/event.ts';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules, track } from '../../../test/support/tracker-run.ts';
import type { DialStatus } from '../signal.ts';

const callOf = (event: NewEvent) => {
  assert.ok(event.call);
  return event.call;
};
const legOf = (event: NewEvent) => {
  assert.ok(event.leg);
  return event.leg;
};

/** 101 calls `to`; nothing is reached yet. */
const extensionCalls = (to: string, script = new PbxScript()) =>
  script.channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', name: 'Bob', to });

/** `caller` dials an outside number on the trunk, and it rings. */
const trunkRings = (script: PbxScript, caller: string, id = 'b') =>
  script
    .channel(id, { device: 'PJSIP/trunk-carrier', linkedId: caller, from: '12155551234' })
    .dial(caller, id, '12155551234@trunk-carrier')
    .state(id, 'ringing');

/** 101 rings for an outside caller, and the attempt ends without a connection. */
function failedInbound(status: DialStatus, cause: number, sipStatus: number | null = null): NewEvent[] {
  const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', status).end('b', cause, sipStatus);
  return track(script.end('a', cause).signals);
}

test('inbound, answered: told once each, in the order of a call', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').wait(3_000);
  pickUp(script, 'a', 'b').wait(5_000);
  const events = track(partBy(script, 'a', 'b').signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_in 101',
    'leg.ringing 101',
    'leg.answered 101',
    'leg.answered -',
    'call.answered',
    'leg.ended 101 answered',
    'leg.ended - answered',
    'call.ended answered',
    'call.closed',
  ]);
  const call = callOf(lastOf(events, 'call.ended'));
  assert.equal(call.direction, 'inbound');
  assert.equal(call.from.number, '+12157010680');
  assert.equal(call.from.raw, '12157010680');
  assert.equal(call.from.name, 'Alice');
  assert.equal(call.to.number, '+13125550100');
  assert.equal(call.did, '+13125550100');
  assert.equal(call.trunk, 'trunk-carrier');
  assert.deepEqual(call.answeredBy, { kind: 'person', extension: '101' });
  assert.equal(call.hungUpBy, 'caller');
  assert.equal(call.talkMs, 5_020);
  assert.deepEqual(call.origin.source, 'did');
  assert.deepEqual(lastOf(events, 'call.ended').extensions, ['101']);
  const leg = legOf(lastOf(events, 'leg.ringing'));
  assert.deepEqual(
    { id: leg.id, extension: leg.extension, role: leg.role, state: leg.state, number: leg.number, name: leg.name },
    { id: 'pbx1:b', extension: '101', role: 'callee', state: 'ringing', number: '101', name: 'User 101' },
  );
});

test('the first event of a call shows the leg it began with', () => {
  const [started] = track(inboundCall().signals);
  assert.equal(started?.type, 'call.started');
  assert.equal(started?.leg?.id, 'pbx1:a');
  assert.equal(started?.leg?.role, 'caller');
});

test('the called side hangs up', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  const events = track(partBy(script, 'b', 'a').signals);
  assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, 'callee');
});

test('who left the conversation first ended it where no device is known to have asked', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  const events = track(script.unbridge('b1', 'b').unbridge('b1', 'a').end('a').end('b').signals);
  assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, 'callee');
});

test('a PBX that says who hangs up, and said nothing, ended the call itself', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  script.unbridge('b1', 'b').unbridge('b1', 'a').end('b').end('a');
  const events = track(script.signals, { ...testRules, saysWhoHangsUp: true });
  assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, 'system');
});

test('outbound, answered: the direction is by the trunk that was reached', () => {
  const script = trunkRings(extensionCalls('12155551234'), 'a').wait(2_000);
  pickUp(script, 'a', 'b').wait(1_000);
  const events = track(partBy(script, 'a', 'b').signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_out 101',
    'leg.ringing -',
    'leg.answered -',
    'leg.answered 101',
    'call.answered',
    'leg.ended - answered',
    'leg.ended 101 answered',
    'call.ended answered',
    'call.closed',
  ]);
  const started = lastOf(events, 'call.started');
  assert.equal(callOf(started).direction, 'outbound');
  assert.equal(callOf(started).startedAt, started.time);
  assert.deepEqual(callOf(started).from, { number: '101', raw: '101', name: 'Bob', kind: 'internal' });
  assert.equal(callOf(started).to.number, '+12155551234');
  assert.equal(callOf(started).trunk, 'trunk-carrier');
  assert.equal(callOf(started).did, null);
  assert.deepEqual(callOf(lastOf(events, 'call.ended')).answeredBy, { kind: 'person', extension: null });
  assert.equal(legOf(lastOf(events, 'leg.ringing')).number, '+12155551234');
});

test('internal: both extensions take part, one dialling out, one dialled', () => {
  const script = ring(extensionCalls('102'), 'a', 'b', '102');
  pickUp(script, 'a', 'b');
  const events = track(partBy(script, 'b', 'a').signals);
  assert.deepEqual(inShort(events).slice(0, 4), [
    'call.started',
    'leg.dial_out 101',
    'leg.dial_in 102',
    'leg.ringing 102',
  ]);
  const call = callOf(lastOf(events, 'call.ended'));
  assert.equal(call.direction, 'internal');
  assert.deepEqual(call.to, { number: '102', raw: '102', name: 'User 102', kind: 'internal' });
  assert.equal(call.trunk, null);
  assert.deepEqual(lastOf(events, 'call.ended').extensions, ['101', '102']);
});

test('an internal number that is forwarded outside stays an internal call with an outside leg', () => {
  const script = trunkRings(extensionCalls('102'), 'a');
  const [started] = track(script.signals);
  assert.equal(started?.call?.direction, 'internal');
});

test('busy, rejected, unreachable, congested, invalid, no answer: by dial status and cause', () => {
  const cases = [
    ['busy', 17, null, 'busy', 'callee'],
    ['busy', 17, 603, 'rejected', 'callee'],
    ['no_answer', 21, null, 'rejected', 'callee'],
    ['no_answer', 16, null, 'no_answer', 'system'],
    ['no_answer', 16, 487, 'no_answer', 'system'],
    ['unreachable', 20, null, 'unreachable', 'system'],
    ['congested', 34, null, 'congested', 'system'],
    ['no_answer', 1, null, 'invalid', 'system'],
    ['no_answer', 0, null, 'no_answer', 'system'],
  ] as const;
  for (const [status, cause, sipStatus, outcome, by] of cases) {
    const events = failedInbound(status, cause, sipStatus);
    const shown = `${status} ${cause} ${sipStatus}`;
    assert.equal(legOf(events.find((event) => event.type === 'leg.ended') as NewEvent).outcome, outcome, shown);
    assert.equal(callOf(lastOf(events, 'call.ended')).outcome, outcome, shown);
    assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, by, shown);
    assert.equal(callOf(lastOf(events, 'call.ended')).answeredAt, null, shown);
    assert.equal(callOf(lastOf(events, 'call.ended')).talkMs, 0, shown);
  }
});

test('the SIP status of a refusal is told', () => {
  const ended = failedInbound('busy', 17, 486).find((event) => event.type === 'leg.ended');
  assert.deepEqual(ended?.data, { sipStatus: 486 });
});

test('without any dial status the cause decides', () => {
  for (const [cause, outcome] of [
    [17, 'busy'],
    [19, 'no_answer'],
    [20, 'unreachable'],
    [34, 'congested'],
    [28, 'invalid'],
    [21, 'rejected'],
    [27, 'failed'],
  ] as const) {
    const events = track(ring(inboundCall(), 'a', 'b', '101').end('b', cause).end('a', cause).signals);
    assert.equal(callOf(lastOf(events, 'call.ended')).outcome, outcome);
  }
});

test('the caller gives up while it rings', () => {
  const script = ring(inboundCall(), 'a', 'b', '101')
    .hangUp('a')
    .dialEnd('a', 'b', 'cancelled')
    .end('b', 0)
    .end('a', 0);
  const events = track(script.signals);
  assert.deepEqual(inShort(events).slice(-4), [
    'leg.ended 101 cancelled',
    'leg.ended - cancelled',
    'call.ended cancelled',
    'call.closed',
  ]);
  assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, 'caller');
});

test('the caller gives up, seen only by its channel ending first', () => {
  const events = track(ring(inboundCall(), 'a', 'b', '101').end('a', 16).end('b', 16).signals);
  assert.equal(callOf(lastOf(events, 'call.ended')).outcome, 'cancelled');
  assert.equal(
    legOf(events.find((one) => one.leg?.id === 'pbx1:b' && one.type === 'leg.ended') as NewEvent).outcome,
    'cancelled',
  );
});

test('the caller is let go before the line it reached for: its outcome is that of the dial', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', 'congested').end('a', 34).end('b', 34);
  assert.deepEqual(inShort(track(script.signals)).slice(-4), [
    'leg.ended - congested',
    'leg.ended 101 congested',
    'call.ended congested',
    'call.closed',
  ]);
});

test('the best of several attempts decides: busy over no answer over unreachable', () => {
  const script = inboundCall();
  ring(script, 'a', 'b', '101').dialEnd('a', 'b', 'unreachable').end('b', 20);
  ring(script, 'a', 'c', '102').dialEnd('a', 'c', 'busy').end('c', 17);
  ring(script, 'a', 'd', '103').dialEnd('a', 'd', 'no_answer').end('d', 16);
  const events = track(script.end('a', 17).signals);
  assert.equal(callOf(lastOf(events, 'call.ended')).outcome, 'busy');
});

test('the caller leaves before anybody is called', () => {
  const events = track(inboundCall().hangUp('a').end('a', 0).signals);
  assert.deepEqual(inShort(events), ['call.started', 'leg.ended - cancelled', 'call.ended cancelled', 'call.closed']);
});

test('the PBX turns the caller away', () => {
  const events = track(inboundCall().end('a', 16).signals);
  assert.equal(callOf(lastOf(events, 'call.ended')).outcome, 'rejected');
  assert.equal(callOf(lastOf(events, 'call.ended')).hungUpBy, 'system');
});

test('the order of dial and ringing does not matter', () => {
  const before = ring(inboundCall(), 'a', 'b', '101').signals;
  const swapped = inboundCall().channel('b', { device: 'PJSIP/101', linkedId: 'a', from: '101', name: 'User 101' });
  swapped.state('b', 'ringing').dial('a', 'b', '101');
  const told = (events: readonly NewEvent[]) => events.map(({ id, type }) => [id, type]);
  assert.deepEqual(told(track(swapped.signals)), told(track(before)));
});

test('ringing without a known caller is not told', () => {
  const script = inboundCall().channel('b', { device: 'PJSIP/101', linkedId: 'a', from: '101' }).state('b', 'ringing');
  assert.deepEqual(inShort(track(script.signals)), ['call.started']);
});

test('a caller that the PBX picked up early is not answered by that', () => {
  const script = ring(inboundCall().state('a', 'up'), 'a', 'b', '101');
  assert.ok(!inShort(track(script.signals)).includes('call.answered'));
});

test('a bridge that only holds connects nobody', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').state('b', 'up');
  script.bridge('moh', 'a', null, true).bridge('moh', 'b', null, true);
  assert.ok(!inShort(track(script.signals)).includes('call.answered'));
});

test('every order of connecting gives one answer per leg', () => {
  const steps = [
    (script: PbxScript) => script.state('b', 'up'),
    (script: PbxScript) => script.dialEnd('a', 'b', 'answered'),
    (script: PbxScript) => script.bridge('b1', 'b'),
    (script: PbxScript) => script.bridge('b1', 'a'),
    (script: PbxScript) => script.state('a', 'up'),
  ];
  for (const order of permutations(steps)) {
    const script = ring(inboundCall(), 'a', 'b', '101');
    for (const step of order) step(script);
    const told = inShort(track(script.signals)).slice(3);
    assert.deepEqual(told.toSorted(), ['call.answered', 'leg.answered -', 'leg.answered 101']);
  }
});

test('hold and resume, told once each; talk time goes on', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  for (const kind of ['channel.held', 'channel.held', 'channel.resumed', 'channel.held'] as const) {
    script.wait(1_000).say({ kind, channelId: 'b' });
  }
  const events = track(partBy(script, 'a', 'b').signals);
  assert.deepEqual(inShort(events).slice(6), [
    'leg.held 101',
    'call.updated',
    'leg.resumed 101',
    'call.updated',
    'leg.held 101',
    'call.updated',
    'leg.ended 101 answered',
    'call.updated',
    'leg.ended - answered',
    'call.ended answered',
    'call.closed',
  ]);
  const held = lastOf(events, 'leg.held');
  assert.equal(callOf(held).state, 'held');
  assert.equal(legOf(held).state, 'held');
  assert.equal(callOf(lastOf(events, 'call.ended')).talkMs, 4_060);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length);
});

test('hold and resume within one millisecond still have ids of their own', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  const at = script.at + 10;
  const held = { at, kind: 'channel.held', channelId: 'b' } as const;
  const resumed = { at, kind: 'channel.resumed', channelId: 'b' } as const;
  const events = track([...script.signals, held, resumed, held, resumed]);
  assert.equal(new Set(events.map((event) => event.id)).size, events.length);
});

test('names that come later are told', () => {
  const script = new PbxScript().channel('a', {
    device: 'PJSIP/trunk-x',
    state: 'ring',
    from: '12157010680',
    to: '13125550100',
  });
  const updated = lastOf(track(script.state('a', 'ring', { callerName: 'Alice' }).signals), 'call.updated');
  assert.deepEqual(updated.data, { changed: ['call.from.name'] });
  assert.equal(callOf(updated).from.name, 'Alice');
});

test('an anonymous caller has no number', () => {
  const script = new PbxScript().channel('a', {
    device: 'PJSIP/trunk-x',
    state: 'ring',
    from: 'anonymous',
    to: '13125550100',
  });
  const [started] = track(script.signals);
  assert.deepEqual(started?.call?.from, { number: null, raw: 'anonymous', name: null, kind: 'anonymous' });
});

test('click to call: the extension is called first, and dials out when it picks up', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', from: '101', name: 'Bob' });
  script.dial(null, 'a', '101').state('a', 'ringing').wait(1_500).state('a', 'up', { dialledNumber: '12155551234' });
  trunkRings(script.dialEnd(null, 'a', 'answered'), 'a');
  pickUp(script, 'a', 'b');
  const events = track(partBy(script, 'b', 'a').signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_out 101',
    'leg.ringing 101',
    'call.updated',
    'call.updated',
    'leg.ringing -',
    'leg.answered -',
    'leg.answered 101',
    'call.answered',
    'leg.ended 101 answered',
    'leg.ended - answered',
    'call.ended answered',
    'call.closed',
  ]);
  const call = callOf(lastOf(events, 'call.ended'));
  assert.equal(call.direction, 'outbound');
  assert.equal(call.origin.source, 'click_to_call');
  assert.equal(call.to.number, '+12155551234');
  assert.equal(call.from.number, '101');
});

test('click to call that the extension does not take', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', from: '101' }).dial(null, 'a', '101');
  const events = track(script.state('a', 'ringing').dialEnd(null, 'a', 'no_answer').end('a', 16).signals);
  assert.deepEqual(inShort(events).slice(-3), ['leg.ended 101 no_answer', 'call.ended no_answer', 'call.closed']);
});

test('a forward by the phone: the leg ends forwarded, the new one is outside', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', 'cancelled', '12155551234').end('b', 16);
  const events = track(trunkRings(script, 'a', 'c').signals);
  assert.deepEqual(inShort(events).slice(-3), ['leg.ended 101 forwarded', 'leg.dial_out 101', 'leg.ringing -']);
  const ended = lastOf(events, 'leg.ended');
  assert.equal(legOf(ended).outcome, 'forwarded');
  assert.deepEqual(ended.data, { forwardedTo: '12155551234' });
});

test('a phone that sent the call on was redirected, whichever end hung up first; a cause that says more stands', () => {
  for (const [cause, told] of [
    [0, 23],
    [23, 23],
    [16, 16],
  ] as const) {
    const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', 'forwarded', '102').end('b', cause);
    assert.equal(legOf(lastOf(track(script.signals), 'leg.ended')).cause, told);
  }
});

test('a call that goes nowhere is told after a while, and corrected when it does', () => {
  const script = extensionCalls('12155551234').state('a', 'up').wait(2_000);
  trunkRings(script, 'a');
  const events = track(script.signals);
  assert.deepEqual(inShort(events).slice(0, 2), ['call.started', 'leg.dial_out 101']);
  assert.equal(callOf(lastOf(events, 'call.started')).direction, 'outbound');
  assert.equal(callOf(lastOf(events, 'leg.ringing')).trunk, 'trunk-carrier');
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
