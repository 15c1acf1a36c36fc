import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, openCallsOf, testRules, track } from '../../../../test/support/tracker-run.ts';
import { createTracker } from '../index.ts';

/** Alice talks to 101 (`b`). */
const talking = (): PbxScript => pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b').wait(5_000);

/** 101 sends her on, and leaves. */
function sendOn(script: PbxScript, target = '102', byKeys = false): PbxScript {
  script.say({ kind: 'transfer.sent', transfererId: 'b', transfereeId: 'a', target, byKeys });
  return script.unbridge('b1', 'b').unbridge('b1', 'a').hangUp('b').end('b');
}

const upToTransfer = [
  'call.started',
  'leg.dial_in 101',
  'leg.ringing 101',
  'leg.answered 101',
  'leg.answered -',
  'call.answered',
  'transfer.started',
  'leg.ended 101 transferred',
];
const saysWho = { ...testRules, saysWhoHangsUp: true };

test('blind, answered: completed by the answer, the transferer has not hung up the call', () => {
  const script = ring(sendOn(talking()), 'a', 'c', '102');
  const events = track(partBy(pickUp(script, 'a', 'c', 'b2').wait(3_000), 'a', 'c', 'b2').signals, saysWho);
  assert.deepEqual(
    inShort(events).filter((line) => line !== 'call.updated'),
    [
      ...upToTransfer,
      'leg.dial_in 102',
      'leg.ringing 102',
      'leg.answered 102',
      'transfer.completed',
      'leg.ended 102 answered',
      'leg.ended - answered',
      'call.ended answered',
      'call.closed',
    ],
  );
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.hungUpBy, 'caller');
  assert.deepEqual(call?.answeredBy, { kind: 'person', extension: '101' });
  const [transfer] = call?.transfers ?? [];
  assert.deepEqual(
    { ...transfer, at: null },
    { kind: 'blind', by: '101', target: '102', state: 'completed', at: null },
  );
  assert.equal(lastOf(events, 'leg.dial_in').data['transferred'], true);
  assert.equal(
    lastOf(events, 'transfer.completed').data['transferId'],
    lastOf(events, 'transfer.started').data['transferId'],
  );
});

test('blind, nobody answers: failed, with how the attempt went', () => {
  const script = ring(sendOn(talking()), 'a', 'c', '102').wait(9_000);
  const events = track(script.dialEnd('a', 'c', 'no_answer').end('c', 19).end('a', 19).signals, saysWho);
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'no_answer');
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.outcome, 'answered');
  assert.equal(call?.hungUpBy, 'system');
  assert.equal(call?.transfers[0]?.state, 'failed');
});

test('blind to somebody who is not there: failed as unreachable', () => {
  const events = track(sendOn(talking(), '199').end('a', 20).signals, saysWho);
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'unreachable');
});

test('blind, the caller gives up: cancelled, and the target was not somebody who lost to another', () => {
  const script = ring(sendOn(talking()), 'a', 'c', '102').hangUp('a').dialEnd('a', 'c', 'cancelled');
  const events = track(script.end('c', 26).end('a').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'cancelled');
  assert.equal(lastOf(events, 'call.ended').call?.transfers[0]?.state, 'cancelled');
  const target = events.find((event) => event.type === 'leg.ended' && event.extension === '102');
  assert.notEqual(target?.leg?.outcome, 'answered');
});

test('blind to an announcement, which the caller hears and hangs up: it got there', () => {
  const events = track(sendOn(talking(), '602').wait(2_000).hangUp('a').end('a').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.completed').data['reason'], undefined);
  assert.equal(lastOf(events, 'call.ended').call?.transfers[0]?.state, 'completed');
  assert.deepEqual(
    events.filter(({ type }) => type === 'transfer.failed'),
    [],
  );
});

test('blind, the call comes back to the transferer: failed', () => {
  const script = ring(sendOn(talking()), 'a', 'c', '102').dialEnd('a', 'c', 'busy').end('c', 17);
  const events = track(partBy(pickUp(ring(script, 'a', 'd', '101'), 'a', 'd', 'b2'), 'a', 'd', 'b2').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'busy');
});

test('blind to a queue: completed by joining it', () => {
  const script = sendOn(talking(), '700').say({
    kind: 'queue.joined',
    channelId: 'a',
    queue: 'support',
    position: 1,
    waiting: 1,
  });
  const events = track(script.hangUp('a').end('a').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.completed').data['targetQueue'], 'support');
  assert.equal(lastOf(events, 'queue.left').data['reason'], 'abandoned');
});

/** 101 talks to Alice on `b` and to 102 on `d`, in two calls. */
function consulting(): PbxScript {
  const script = talking().wait(1_000);
  script.channel('d', { device: 'PJSIP/101', state: 'ring', from: '101', to: '102' });
  return pickUp(ring(script, 'd', 'c', '102'), 'd', 'c', 'b2').wait(4_000);
}

const join = { kind: 'transfer.joined', firstId: 'b', secondId: 'd', transfereeId: 'a', targetId: 'c' } as const;

test('attended: two calls become one, nobody is answered again, both legs of the transferer were sent on', () => {
  const script = consulting()
    .bridge('b2', 'a', 'd')
    .say({ ...join, into: 'bridge', byKeys: false });
  script.unbridge('b1', 'b').hangUp('b').hangUp('d').end('d').end('b').wait(2_000);
  const events = track(partBy(script, 'c', 'a', 'b2').signals, saysWho);
  const started = events.filter((event) => event.type === 'call.started');
  assert.equal(started.length, 2);
  const merged = events.find((event) => event.type === 'call.ended');
  assert.equal(merged?.data['mergedInto'], started[0]?.call?.id);
  const completed = lastOf(events, 'transfer.completed');
  assert.equal(completed.data['kind'], 'attended');
  assert.equal(completed.data['target'], '102');
  assert.equal(completed.data['consultationCallId'], started[1]?.call?.id);
  assert.equal(inShort(events).filter((line) => line === 'leg.ended 101 transferred').length, 2);
  assert.equal(inShort(events).filter((line) => line.startsWith('leg.answered')).length, 4);
  const last = lastOf(events, 'call.ended').call;
  assert.equal(last?.id, started[0]?.call?.id);
  assert.equal(last?.hungUpBy, 'callee');
  assert.deepEqual(last?.relatedCallIds, [started[1]?.call?.id]);
});

test('attended before the target answers: its leg rings on, and is answered by who was sent', () => {
  const script = talking();
  script.channel('d', { device: 'PJSIP/101', state: 'ring', from: '101', to: '102' });
  ring(script, 'd', 'c', '102').wait(500);
  script.say({ ...join, targetId: null, into: 'application', byKeys: false });
  script.dialEnd('d', 'c', 'cancelled').dial('a', 'c', '102').unbridge('b1', 'b').unbridge('b1', 'a').end('d').end('b');
  const events = track(partBy(pickUp(script, 'a', 'c', 'b2'), 'a', 'c', 'b2').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.started').data['kind'], 'semi_attended');
  assert.equal(lastOf(events, 'transfer.started').data['target'], '102');
  assert.equal(inShort(events).filter((line) => line === 'transfer.completed').length, 1);
  assert.equal(inShort(events).filter((line) => line === 'leg.ringing 102').length, 1);
  assert.equal(lastOf(events, 'leg.ended').leg?.outcome, 'answered');
});

test('three talk: a transfer only when the transferer leaves the others', () => {
  const script = consulting()
    .bridge('b2', 'a')
    .bridge('b2', 'b')
    .say({ ...join, into: 'three_way', byKeys: true });
  const before = inShort(track(script.signals, saysWho));
  assert.ok(!before.some((line) => line.startsWith('transfer')));
  script.wait(3_000).hangUp('b').unbridge('b2', 'b').end('b').unbridge('b2', 'd').end('d');
  const events = track(partBy(script, 'a', 'c', 'b2').signals, saysWho);
  assert.ok(inShort(events).includes('transfer.completed'));
  assert.equal(lastOf(events, 'call.ended').call?.hungUpBy, 'caller');
});

test('three talk, and another leaves first: no transfer', () => {
  const script = consulting()
    .bridge('b2', 'a')
    .bridge('b2', 'b')
    .say({ ...join, into: 'three_way', byKeys: true });
  script.hangUp('a').unbridge('b2', 'a').end('a').hangUp('c').unbridge('b2', 'c').end('c').end('d').end('b');
  assert.ok(!inShort(track(script.signals, saysWho)).some((line) => line.startsWith('transfer')));
});

test('told twice, it is one transfer', () => {
  const script = talking();
  for (let times = 0; times < 2; times++) {
    script.say({ kind: 'transfer.sent', transfererId: 'b', transfereeId: 'a', target: '102', byKeys: false });
  }
  const events = track(script.end('b').end('a').signals, saysWho);
  assert.equal(inShort(events).filter((line) => line === 'transfer.started').length, 1);
});

test('restarted while the target rings: the transfer gets its end, once', () => {
  const script = ring(sendOn(talking()), 'a', 'c', '102');
  const before = createTracker(saysWho);
  const first = script.signals.flatMap((signal) => before.apply(signal));
  const told = script.signals.length;
  const again = createTracker(saysWho);
  again.restore(openCallsOf(first));
  partBy(pickUp(script.resync(), 'a', 'c', 'b2'), 'a', 'c', 'b2');
  const second = script.signals.slice(told).flatMap((signal) => again.apply(signal));
  assert.equal(inShort(second).filter((line) => line === 'transfer.completed').length, 1);
  assert.equal(inShort(second).filter((line) => line === 'transfer.started').length, 0);
  const { transferred, transferredBy } = lastOf(second, 'leg.answered').data;
  assert.deepEqual([transferred, transferredBy], [true, '101']);
});

/** 101 has Alice wait and calls 102 by keys, in the same call. */
function asking(): PbxScript {
  const script = talking().say({ kind: 'channel.held', channelId: 'b' });
  for (const half of ['l1', 'l2']) script.channel(half, { pipe: true, linkedId: 'a', device: 'Local/102@x' });
  script.pipe('l1', 'l2').bridge('b2', 'l1').unbridge('b1', 'b').bridge('b2', 'b');
  return ring(script, 'l2', 'c', '102').wait(1_000);
}

test('asked by keys, and not taken: a transfer that failed, and the caller is back', () => {
  const script = asking().dialEnd('l2', 'c', 'no_answer').end('c', 19).end('l1').end('l2');
  script.unbridge('b2', 'b').bridge('b1', 'b').say({ kind: 'channel.unheld', channelId: 'a' }).wait(1_000);
  const events = track(partBy(script, 'a', 'b').signals, saysWho);
  assert.deepEqual(
    inShort(events).filter((line) => /transfer|held|resumed/.test(line)),
    ['leg.held 101', 'transfer.started', 'transfer.failed', 'leg.resumed 101'],
  );
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'no_answer');
  assert.equal(lastOf(events, 'transfer.failed').data['target'], '102');
});

test('asked by keys, and joined without a word of it: completed all the same', () => {
  const script = asking().state('c', 'up').dialEnd('l2', 'c', 'answered').bridge('b3', 'c').bridge('b3', 'l2');
  script.wait(2_000).hangUp('b').unbridge('b2', 'b').bridge('b1', 'l1').end('b').wait(1_000);
  const events = track(script.hangUp('a').end('a').end('c').end('l1').end('l2').signals, saysWho);
  assert.equal(
    inShort(events)
      .filter((line) => line.startsWith('transfer'))
      .join(' '),
    'transfer.started transfer.completed',
  );
  assert.ok(inShort(events).includes('leg.ended 101 transferred'));
});

/** 101 has Alice wait and asks a queue by keys, in the same call; the queue calls 103. */
function askingQueue(): PbxScript {
  const script = talking().say({ kind: 'channel.held', channelId: 'b' });
  for (const half of ['l1', 'l2'])
    script.channel(half, { pipe: true, linkedId: 'a', device: 'Local/700@x', to: '700', state: 'up' });
  script.pipe('l1', 'l2').bridge('b2', 'l1').dialEnd(null, 'l1', 'answered').unbridge('b1', 'b').bridge('b2', 'b');
  script.say({ kind: 'queue.joined', channelId: 'l2', queue: 'support', position: 1, waiting: 1 });
  return ring(script, 'l2', 'c', '103').wait(1_000);
}

for (const targetId of ['l1', null]) {
  test(`a queue asked by keys, the target ${targetId === null ? 'not named' : 'named'}: the transferee has it, not the agent that rings`, () => {
    const script = askingQueue().hangUp('b').unbridge('b2', 'b').bridge('b1', 'l1');
    const ids = { firstId: 'b', secondId: 'b', transfereeId: 'a', targetId };
    script
      .say({ kind: 'transfer.joined', ...ids, into: 'bridge', byKeys: true })
      .end('b')
      .wait(1_000);
    const events = track(script.end('c').hangUp('a').end('a').end('l1').end('l2').signals, saysWho);
    assert.deepEqual(
      inShort(events).filter((line) => /transfer/.test(line)),
      ['transfer.started', 'transfer.completed', 'leg.ended 101 transferred'],
    );
    const { kind, target, targetQueue } = lastOf(events, 'transfer.completed').data;
    assert.deepEqual({ kind, target, targetQueue }, { kind: 'semi_attended', target: '700', targetQueue: 'support' });
  });
}

test('a queue at the end of a pipe is left when the last device leaves, though the pipe is seen to end later', () => {
  const script = askingQueue().hangUp('b').unbridge('b2', 'b').bridge('b1', 'l1').end('b').wait(1_000);
  const events = track(script.end('c').hangUp('a').end('a').wait(40).end('l1').end('l2').signals, saysWho);
  const queue = events.find(({ type, leg }) => type === 'leg.ended' && leg?.role === 'queue')?.leg;
  assert.equal(queue?.endedAt, lastOf(events, 'call.ended').call?.endedAt);
});

/** The transferer who asks 102 hangs up while it rings. */
function leaveRinging(): PbxScript {
  const script = asking().hangUp('b').unbridge('b2', 'b').bridge('b1', 'l1');
  const ids = { firstId: 'b', secondId: 'b', transfereeId: 'a', targetId: 'l1' };
  return script.say({ kind: 'transfer.joined', ...ids, into: 'bridge', byKeys: true }).wait(1_000);
}

test('asked by keys, and left while it rings: semi-attended, completed by the answer', () => {
  const script = leaveRinging().state('c', 'up').dialEnd('l2', 'c', 'answered').bridge('b3', 'c').bridge('b3', 'l2');
  const events = track(script.end('b').wait(2_000).hangUp('a').end('a').end('c').end('l1').end('l2').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.completed').data['kind'], 'semi_attended');
});

test('asked by keys, left while it rings, and called back: failed, as nobody answered', () => {
  const script = leaveRinging().dialEnd('l2', 'c', 'cancelled').end('c').end('l1').end('l2');
  script.channel('d', { device: 'PJSIP/101', linkedId: 'a', from: '101' }).dial(null, 'd').state('d', 'ringing');
  script.state('d', 'up').dialEnd(null, 'd', 'answered').bridge('b1', 'd').end('b').wait(1_000);
  const events = track(partBy(script, 'a', 'd').signals, saysWho);
  assert.equal(lastOf(events, 'transfer.failed').data['reason'], 'no_answer');
});

test('a line outside is not called by the name it was told to show, though that is said before the call to it', () => {
  const script = sendOn(talking(), '12157010699');
  script.channel('c', { device: 'PJSIP/trunk-carrier', linkedId: 'a', from: '12157010699', name: 'User 101' });
  script.dial('a', 'c', 'trunk-carrier/sip:12157010699@host').state('c', 'ringing');
  const events = track(partBy(pickUp(script, 'a', 'c', 'b2'), 'a', 'c', 'b2').signals, saysWho);
  const names = events.flatMap(({ leg }) => (leg?.number === '+12157010699' ? [leg.name] : []));
  assert.deepEqual([...new Set(names)], [null]);
});

test('picked up by a neighbour: the phone that rang is no missed call, whatever its cause', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').wait(2_000);
  script.channel('p', { device: 'PJSIP/102', state: 'ring', from: '102', to: '*8' });
  script.say({ kind: 'call.picked_up', pickerId: 'p', targetId: 'b' }).end('b', 16);
  script.dialEnd('a', 'p', 'answered').state('a', 'up').bridge('b1', 'p').bridge('b1', 'a').wait(1_000);
  const events = track(partBy(script, 'a', 'p').signals, saysWho);
  const lost = events.find((event) => event.type === 'leg.ended' && event.extension === '101');
  assert.equal(lost?.leg?.outcome, 'answered_elsewhere');
  assert.equal(lost?.data['answeredElsewhereBy'], '102');
  assert.equal(events.filter(({ type }) => type === 'call.started').length, 1);
});
