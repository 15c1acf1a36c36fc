import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules, track } from '../../../test/support/tracker-run.ts';
import { createTracker } from './index.ts';

const answeredInMenu = () => inboundCall().state('a', 'up').service('a', 'ivr', 'main-menu');

test('a menu only: a machine, never an answer', () => {
  const events = track(answeredInMenu().wait(8_000).hangUp('a').end('a').signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'call.updated',
    // The caller, and the menu.
    'leg.ended - machine',
    'leg.ended - machine',
    'call.ended machine',
    'leg.closed -',
    'call.closed',
  ]);
  const call = lastOf(events, 'call.ended').call;
  assert.deepEqual(call?.answeredBy, { kind: 'ivr', extension: null });
  assert.equal(call?.answeredAt, null);
  assert.equal(call?.talkMs, 0);
  assert.equal(call?.hungUpBy, 'caller');
});

test('a menu that nobody announced: the PBX picked up and called nobody', () => {
  const events = track(inboundCall().state('a', 'up').wait(5_000).end('a').signals);
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'machine');
  assert.equal(lastOf(events, 'call.ended').call?.hungUpBy, 'system');
});

test('a menu known by its dialplan context', () => {
  const events = track(inboundCall().state('a', 'up', { context: 'ivr-7' }).signals, {
    ...testRules,
    ivrContexts: ['ivr-*'],
  });
  assert.deepEqual(lastOf(events, 'call.updated').call?.answeredBy, { kind: 'ivr', extension: null });
});

test('a menu, then a person: answered by the person', () => {
  const script = ring(answeredInMenu(), 'a', 'b', '101');
  const events = track(partBy(pickUp(script, 'a', 'b'), 'a', 'b').signals);
  assert.equal(inShort(events).filter((line) => line === 'call.answered').length, 1);
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.outcome, 'answered');
  assert.deepEqual(call?.answeredBy, { kind: 'person', extension: '101' });
});

test('a menu, then nobody: no answer, not a machine', () => {
  const script = ring(answeredInMenu(), 'a', 'b', '101').dialEnd('a', 'b', 'no_answer').end('b').end('a');
  assert.equal(lastOf(track(script.signals), 'call.ended').call?.outcome, 'no_answer');
});

test('voicemail counts as an answer by voicemail, and as talk, but no leg was answered', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', 'no_answer').end('b', 16);
  script.service('a', 'voicemail', '101').state('a', 'up').wait(10_000).hangUp('a').end('a');
  const events = track(script.signals);
  assert.deepEqual(inShort(events), [
    'call.started',
    'leg.dial_in 101',
    'leg.ringing 101',
    'leg.ended 101 no_answer',
    'call.answered',
    'leg.ended - voicemail',
    'call.ended voicemail',
    'call.closed',
  ]);
  const call = lastOf(events, 'call.ended').call;
  assert.deepEqual(call?.answeredBy, { kind: 'voicemail', extension: null });
  assert.equal(call?.talkMs, 10_020);
});

test('voicemail has the caller before the line of who did not answer is gone: answered, not ringing', () => {
  const script = ring(inboundCall(), 'a', 'b', '101').dialEnd('a', 'b', 'no_answer').state('a', 'up');
  script.service('a', 'voicemail', '101').wait(5).end('b', 16).wait(10_000).hangUp('a').end('a');
  const events = track(script.signals);
  assert.equal(lastOf(events, 'call.answered').call?.state, 'answered');
  assert.equal(lastOf(events, 'leg.ended').call?.state, 'answered');
  assert.deepEqual(
    inShort(events).filter((line) => line === 'call.updated'),
    [],
  );
});

test('voicemail behind a pipe', () => {
  const script = inboundCall();
  script.channel('l1', { pipe: true, linkedId: 'a' }).channel('l2', { pipe: true, linkedId: 'a' });
  script
    .pipe('l1', 'l2')
    .dial('a', 'l1')
    .service('l2', 'voicemail')
    .state('l2', 'up')
    .bridge('b1', 'l1')
    .bridge('b1', 'a');
  const events = track(script.end('l1').end('l2').end('a').signals);
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'voicemail');
});

test('a queue: waiting is no answer; leaving it is abandoning', () => {
  const script = inboundCall().state('a', 'up').service('a', 'queue', 'support');
  ring(script, 'a', 'b', '101').dialEnd('a', 'b', 'no_answer').end('b');
  const events = track(script.hangUp('a').end('a', 0).signals);
  const updated = lastOf(events, 'call.updated').call;
  assert.equal(updated?.state, 'queued');
  assert.equal(updated?.queue, 'support');
  assert.deepEqual(updated?.answeredBy, { kind: 'queue', extension: null });
  assert.ok(!inShort(events).includes('call.answered'));
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'abandoned');
});

test('a queue whose agent answers', () => {
  const script = ring(inboundCall().state('a', 'up').service('a', 'queue', 'support'), 'a', 'b', '101');
  const events = track(pickUp(script, 'a', 'b').signals);
  const answered = lastOf(events, 'call.answered').call;
  assert.equal(answered?.state, 'answered');
  assert.equal(answered?.queue, 'support');
  assert.deepEqual(answered?.answeredBy, { kind: 'person', extension: '101' });
});

test('a conference answers by itself, and its guests are no people who picked up', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: '800' });
  script.state('a', 'up').service('a', 'conference', '800');
  const events = track(script.bridge('room', 'a').unbridge('room', 'a').hangUp('a').end('a').signals);
  assert.deepEqual(inShort(events).slice(0, 4), [
    'call.started',
    'leg.dial_out 101',
    'leg.answered 101',
    'call.answered',
  ]);
  assert.deepEqual(lastOf(events, 'call.answered').call?.answeredBy, { kind: 'conference', extension: null });
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'answered');
});

test('a room that is never empty does not keep all who were in it, and is answered at its end', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: '800' });
  script.state('a', 'up').service('a', 'conference', '800').bridge('room', 'a');
  for (let index = 0; index < 1_000; index++) {
    const id = `b${index}`;
    script.channel(id, { device: 'PJSIP/102', state: 'ring', from: '102', to: '800' });
    script.state(id, 'up').service(id, 'conference', '800').bridge('room', id).hangUp(id).end(id);
  }
  const tracker = createTracker(testRules);
  for (const signal of script.signals) tracker.apply(signal);
  const [room, ...others] = tracker.liveCalls();
  assert.deepEqual(others, []);
  const legs = room?.legs ?? [];
  assert.ok(legs.length <= 201, `it remembers ${legs.length} legs`);
  assert.ok(legs.some((leg) => leg.id.endsWith(':a')));
  assert.ok(legs.some((leg) => leg.id.endsWith(':b999')));
  const seen = script.signals.length;
  const events = script
    .hangUp('a')
    .end('a')
    .signals.slice(seen)
    .flatMap((signal) => tracker.apply(signal));
  const call = lastOf(events, 'call.ended').call;
  assert.equal(call?.outcome, 'answered');
  assert.equal(Date.parse(call?.endedAt ?? ''), script.at);
});

test('of ended legs those go first that nobody answered', () => {
  const script = pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b')
    .unbridge('b1', 'b')
    .end('b');
  for (let index = 0; index < 300; index++) {
    const id = `c${index}`;
    ring(script, 'a', id, '102').dialEnd('a', id, 'no_answer').end(id);
  }
  const tracker = createTracker(testRules);
  for (const signal of script.signals) tracker.apply(signal);
  const ids = tracker.liveCalls()[0]?.legs.map((leg) => leg.id.split(':')[1]) ?? [];
  assert.deepEqual(ids.slice(0, 2), ['a', 'b']);
  assert.ok(ids.length <= 201);
});

test('a call ends with the last of its legs, also where that one is not remembered', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: '800' });
  script.state('a', 'up').service('a', 'conference', '800').bridge('room', 'a');
  for (let index = 0; index < 250; index++) {
    const id = `b${index}`;
    script.channel(id, { device: 'PJSIP/102', state: 'ring', from: '102', to: '800' });
    script.state(id, 'up').service(id, 'conference', '800').bridge('room', id).end(id);
  }
  const events = track(ring(script, 'a', 'u', '103').end('a').wait(500).end('u').signals);
  const call = lastOf(events, 'call.ended').call;
  assert.equal(Date.parse(call?.endedAt ?? ''), script.at);
});

test('two callers in one conference become one call; the other id is kept as related', () => {
  const script = new PbxScript().channel('a', { device: 'PJSIP/101', state: 'ring', from: '101', to: '800' });
  script.state('a', 'up').service('a', 'conference', '800').bridge('room', 'a');
  script.channel('b', { device: 'PJSIP/trunk-x', state: 'ring', from: '12157010680', to: '13125550100' });
  script.state('b', 'up').service('b', 'conference', '800').bridge('room', 'b');
  const events = track(script.end('a').end('b').signals);
  const [first, second] = events.filter((event) => event.type === 'call.ended');
  assert.equal(first?.call?.direction, 'internal');
  assert.deepEqual(first?.data, { mergedInto: second?.call?.id });
  assert.deepEqual(second?.call?.relatedCallIds, [first?.call?.id]);
  assert.equal(events.filter((event) => event.type === 'call.closed').length, 2);
  assert.deepEqual(
    events.filter((event) => event.type === 'leg.ended').map((event) => event.call?.id),
    [second?.call?.id, second?.call?.id],
  );
});

test('who owns the mailbox takes part in the call that left a message there, to its end', () => {
  const tracker = createTracker(testRules);
  const script = inboundCall().service('a', 'voicemail', '101').state('a', 'up').wait(5_000);
  for (const signal of script.signals.splice(0)) tracker.apply(signal);
  assert.deepEqual(tracker.callWith('a', null)?.extensions, []);
  assert.deepEqual(tracker.callWith('a', '101')?.extensions, ['101']);
  assert.equal(tracker.callWith('b', '101'), null);
  const ended = script
    .hangUp('a')
    .end('a')
    .signals.flatMap((signal) => tracker.apply(signal));
  assert.deepEqual(lastOf(ended, 'call.ended').extensions, ['101']);
  assert.equal(tracker.callWith('a', '101'), null, 'it is over');
});
