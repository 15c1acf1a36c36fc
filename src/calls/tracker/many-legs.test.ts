import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, track } from '../../../test/support/tracker-run.ts';

/** a dials a pipe whose other end dials the extension as `b`: caller, l1 ~ l2, 101. */
function throughPipe(): PbxScript {
  const script = inboundCall();
  script.channel('l1', { pipe: true, linkedId: 'a', device: 'Local/101@ext' });
  script.channel('l2', { pipe: true, linkedId: 'a', device: 'Local/101@ext' });
  script.pipe('l1', 'l2').dial('a', 'l1', '101@ext').state('l2', 'ring');
  return ring(script, 'l2', 'b', '101').state('l1', 'ringing');
}

/** b picks up, and both ends of the pipe are bridged. */
function connectedThroughPipe(): PbxScript {
  const script = throughPipe().state('b', 'up').dialEnd('l2', 'b', 'answered').state('l2', 'up');
  script.bridge('b2', 'b').bridge('b2', 'l2').state('l1', 'up').dialEnd('a', 'l1', 'answered');
  return script.state('a', 'up').bridge('b1', 'l1').bridge('b1', 'a');
}

const answeredCall = [
  'call.started',
  'leg.dial_in 101',
  'leg.ringing 101',
  'leg.answered 101',
  'leg.answered -',
  'call.answered',
];
const endedCall = ['leg.ended 101 answered', 'leg.ended - answered', 'call.ended answered', 'call.closed'];

test('a ring group: the losers end answered elsewhere, by name', () => {
  const script = inboundCall();
  ring(ring(ring(script, 'a', 'b', '101'), 'a', 'c', '102'), 'a', 'd', '103');
  script.state('c', 'up').dialEnd('a', 'c', 'answered');
  for (const loser of ['b', 'd']) script.dialEnd('a', loser, 'cancelled').end(loser, 26);
  script.state('a', 'up').bridge('b1', 'c').bridge('b1', 'a');
  const events = track(partBy(script, 'a', 'c').signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_in 101',
    'leg.ringing 101',
    'leg.dial_in 102',
    'leg.ringing 102',
    'leg.dial_in 103',
    'leg.ringing 103',
    'leg.ended 101 answered_elsewhere',
    'leg.ended 103 answered_elsewhere',
    'leg.answered 102',
    'leg.answered -',
    'call.answered',
    'leg.ended 102 answered',
    'leg.ended - answered',
    'call.ended answered',
    'call.closed',
  ]);
  assert.deepEqual(events.find((event) => event.type === 'leg.ended')?.data, { answeredElsewhereBy: '102' });
  assert.deepEqual(lastOf(events, 'call.ended').extensions, ['101', '102', '103']);
});

test('a ring group nobody answers, one of them busy: busy, and each leg by itself', () => {
  const script = ring(ring(inboundCall(), 'a', 'b', '101'), 'a', 'c', '102');
  script.dialEnd('a', 'b', 'busy').end('b', 17).dialEnd('a', 'c', 'no_answer').end('c', 16);
  const events = track(script.end('a', 17).signals);
  assert.deepEqual(
    inShort(events).filter((line) => line.includes('ended')),
    ['leg.ended 101 busy', 'leg.ended 102 no_answer', 'leg.ended - busy', 'call.ended busy'],
  );
});

test('a dial cancelled twice, as queues do, ends the leg once', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').hangUp('a').dialEnd('a', 'b', 'cancelled');
  const events = track(
    script.dialEnd('a', 'b', 'cancelled').end('b', 0).dialEnd('a', 'b', 'cancelled').end('a').signals,
  );
  assert.equal(events.filter((event) => event.type === 'leg.ended').length, 2);
});

test('a pipe in the path is never shown; the device behind it is', () => {
  const script = connectedThroughPipe().wait(2_000).hangUp('a');
  script.end('l1').end('b').end('l2').end('a');
  assert.deepEqual(inShort(track(script.signals)), [...answeredCall, ...endedCall]);
});

test('the device behind a pipe rings only once the path to the caller is known', () => {
  const script = inboundCall()
    .channel('l1', { pipe: true, linkedId: 'a' })
    .channel('l2', { pipe: true, linkedId: 'a' });
  ring(script, 'l2', 'b', '101').dial('a', 'l1');
  assert.deepEqual(inShort(track(script.signals)), ['call.started']);
  assert.deepEqual(inShort(track(script.pipe('l1', 'l2').signals)), [
    'call.started',
    'leg.dial_in 101',
    'leg.ringing 101',
  ]);
});

test('optimising the pipe away is no second answer, no end and no hang-up', () => {
  const script = connectedThroughPipe().wait(500);
  script.bridge('b1', 'b', 'l1').unbridge('b2', 'b').unbridge('b1', 'l1').unbridge('b2', 'l2').end('l1').end('l2');
  script.wait(3_000);
  const events = track(partBy(script, 'b', 'a').signals);
  assert.deepEqual(inShort(events).slice(0, -4), answeredCall);
  assert.deepEqual(inShort(events).slice(-2), ['call.ended answered', 'call.closed']);
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.hungUpBy, 'callee');
  assert.ok((call?.talkMs ?? 0) > 3_500);
});

test('optimising with a moment without connection neither', () => {
  const script = connectedThroughPipe();
  script.unbridge('b2', 'b').bridge('b1', 'b', 'l1').unbridge('b2', 'l2').end('l1').end('l2').wait(1_000);
  const events = track(partBy(script, 'a', 'b').signals);
  assert.deepEqual(inShort(events), [...answeredCall, ...endedCall]);
  assert.equal(lastOf(events, 'call.ended').call?.hungUpBy, 'caller');
});

test('click to call through a pipe: the device behind it initiates, and what it then reaches is its call', () => {
  const script = new PbxScript().channel('l1', { pipe: true }).channel('l2', { pipe: true, linkedId: 'l1' });
  script.pipe('l1', 'l2').dial(null, 'l1').channel('a', { device: 'PJSIP/101', linkedId: 'l1', from: '101' });
  script.dial('l2', 'a').state('a', 'ringing').state('a', 'up').dialEnd('l2', 'a', 'answered');
  script.bridge('b2', 'a').bridge('b2', 'l2').state('l1', 'up');
  script.channel('b', { device: 'PJSIP/trunk-x', linkedId: 'l1', from: '12155551234' });
  script.dial('l1', 'b', '12155551234@trunk-x').state('b', 'ringing').state('b', 'up').dialEnd('l1', 'b', 'answered');
  script.bridge('b1', 'b').bridge('b1', 'l1');
  const events = track(script.signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_out 101',
    'leg.ringing 101',
    'leg.ringing -',
    'leg.answered -',
    'leg.answered 101',
    'call.answered',
  ]);
  assert.equal(events[0]?.call?.origin.source, 'click_to_call');
  assert.equal(lastOf(events, 'call.answered').call?.direction, 'outbound');
});

test('a call in pipes alone ends after a while, at the time its last device did', () => {
  const script = connectedThroughPipe().end('b').end('a');
  const devicesGoneAt = script.at;
  const events = track(script.wait(60_000).channel('x', { pipe: true }).signals);
  assert.deepEqual(inShort(events).slice(-2), ['call.ended answered', 'call.closed']);
  assert.equal(Date.parse(lastOf(events, 'call.ended').call?.endedAt ?? ''), devicesGoneAt);
});

test('a consultation that is joined to the first call ends there, and its legs go on', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
  script.say({ kind: 'channel.held', channelId: 'b' });
  script.channel('c', { device: 'PJSIP/101', state: 'ring', from: '101', to: '102' });
  pickUp(ring(script, 'c', 'd', '102'), 'c', 'd', 'b2');
  script.bridge('b2', 'a', 'c').unbridge('b1', 'b').end('c').end('b').wait(1_000);
  const events = track(partBy(script, 'a', 'd', 'b2').signals);
  const ids = new Set(events.filter((event) => event.type === 'call.started').map((event) => event.call?.id));
  assert.equal(ids.size, 2);
  const [merged, whole] = events.filter((event) => event.type === 'call.ended');
  assert.equal(merged?.data.mergedInto, whole?.call?.id);
  assert.equal(whole?.call?.direction, 'inbound');
  assert.deepEqual(whole?.call?.relatedCallIds, [merged?.call?.id]);
  assert.equal(events.filter((event) => event.type === 'leg.ended').length, 4);
  assert.equal(events.filter((event) => event.type === 'leg.answered').length, 4);
  assert.deepEqual(whole?.extensions, ['101', '102']);
});

test('a linked id that changes without a word joins two calls', () => {
  const script = inboundCall().channel('b', { device: 'PJSIP/101', linkedId: 'b', from: '101' });
  script.state('b', 'ringing', { linkedId: 'a' }).dial('a', 'b');
  assert.deepEqual(inShort(track(script.signals)), ['call.started', 'leg.dial_in 101', 'leg.ringing 101']);
});
