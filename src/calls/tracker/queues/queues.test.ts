import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inboundCall, partBy, PbxScript, ring } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, openCallsOf, testRules, track } from '../../../../test/support/tracker-run.ts';
import { createTracker } from '../index.ts';

const rules = { ...testRules, saysWhoHangsUp: true };

/** Alice waits in the queue that she dialled as 700. */
function waiting(): PbxScript {
  const script = inboundCall().state('a', 'up', { dialledNumber: '700', queueStatus: null });
  return script.say({ kind: 'queue.joined', channelId: 'a', queue: 'support', position: 2, waiting: 2 }).wait(1_000);
}

const agent = (extension: string) => ({ agent: `PJSIP/${extension}`, agentName: `Agent ${extension}` });

/** The queue calls an agent, whose phone rings. */
function offer(script: PbxScript, id: string, extension: string): PbxScript {
  ring(script, 'a', id, extension);
  return script.say({ kind: 'queue.agent_called', channelId: 'a', memberId: id, ...agent(extension) });
}

const leave = (script: PbxScript): PbxScript => script.say({ kind: 'queue.left', channelId: 'a', position: 1 });

function take(script: PbxScript, id: string, extension: string): PbxScript {
  leave(script.wait(2_000).state(id, 'up').dialEnd('a', id, 'answered'));
  script.say({ kind: 'queue.agent_connected', channelId: 'a', memberId: id, ...agent(extension), ringMs: 2_000 });
  return script.bridge('b1', id).bridge('b1', 'a');
}

test('an agent takes the call: answered, then left, and the queue was a leg', () => {
  const events = track(partBy(take(offer(waiting(), 'b', '101'), 'b', '101').wait(5_000), 'a', 'b').signals, rules);
  assert.deepEqual(
    inShort(events).filter((line) => /^(queue|leg.ended|call.answered)/.test(line)),
    [
      'queue.joined',
      'queue.agent_ringing',
      'call.answered',
      'queue.answered',
      'queue.left',
      'leg.ended 700 answered',
      'leg.ended 101 answered',
      'leg.ended - answered',
    ],
  );
  const answered = lastOf(events, 'queue.answered');
  assert.deepEqual(
    { ...answered.data, waitMs: 0, ringMs: 0 },
    {
      queue: 'support',
      queueName: null,
      agent: 'PJSIP/101',
      agentExtension: '101',
      agentName: 'Agent 101',
      waitMs: 0,
      ringMs: 0,
    },
  );
  assert.equal(answered.extension, '101');
  assert.equal(lastOf(events, 'queue.left').data['reason'], 'answered');
  const leg = events.find((event) => event.type === 'leg.ended' && event.extension === '700')?.leg;
  assert.deepEqual([leg?.role, leg?.name, leg?.outcome], ['queue', 'support', 'answered']);
  assert.deepEqual(lastOf(events, 'call.ended').call?.answeredBy, { kind: 'person', extension: '101' });
});

test('the call waits, and nothing else, until the agent who took it is connected', () => {
  const script = take(offer(waiting(), 'b', '101'), 'b', '101');
  const states = track(script.signals, rules).flatMap(({ type, call }) =>
    type === 'call.updated' ? [call?.state] : [],
  );
  assert.deepEqual([...new Set(states)], ['queued']);
});

test('an agent lets it ring out, and is called again: two legs, one missed', () => {
  const script = offer(waiting(), 'b', '101').wait(15_000);
  script.say({ kind: 'queue.agent_missed', channelId: 'a', memberId: 'b', ...agent('101'), ringMs: 15_000 });
  offer(script.dialEnd('a', 'b', 'no_answer').end('b', 0).wait(1_000), 'c', '101');
  const events = track(partBy(take(script, 'c', '101'), 'a', 'c').signals, rules);
  const lines = inShort(events);
  assert.equal(lines.filter((line) => line === 'queue.agent_ringing').length, 2);
  assert.equal(lines.filter((line) => line === 'queue.agent_missed').length, 1);
  assert.equal(lastOf(events, 'queue.agent_missed').data['ringMs'], 15_000);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('leg.ended 101')),
    ['leg.ended 101 no_answer', 'leg.ended 101 answered'],
  );
});

test('an agent picks up and hangs up before it has the caller: refused, and missed', () => {
  const script = offer(waiting(), 'b', '101').wait(300).state('b', 'up').dialEnd('a', 'b', 'answered').hangUp('b');
  script.say({ kind: 'queue.agent_missed', channelId: 'a', memberId: 'b', ...agent('101'), ringMs: null });
  script.dialEnd('a', 'b', 'no_answer').end('b', 0).wait(1_000);
  const events = track(partBy(take(offer(script, 'c', '102'), 'c', '102'), 'a', 'c').signals, rules);
  const refused = events.find(({ type, extension }) => type === 'leg.ended' && extension === '101');
  assert.equal(refused?.leg?.outcome, 'rejected');
  assert.equal(refused?.leg?.answeredAt, null);
  assert.equal(lastOf(events, 'queue.agent_missed').data['agentExtension'], '101');
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'answered');
});

test('the caller hangs up: abandoned, and the agent did not miss it', () => {
  const script = offer(waiting(), 'b', '101').wait(3_000).hangUp('a');
  script.say({ kind: 'queue.abandoned', channelId: 'a', position: 1 });
  const events = track(leave(script.dialEnd('a', 'b', 'cancelled').end('b', 0)).end('a', 0).signals, rules);
  assert.equal(lastOf(events, 'queue.left').data['reason'], 'abandoned');
  assert.ok(!inShort(events).includes('queue.agent_missed'));
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'abandoned');
});

test('the caller hangs up: it waits until its end, and is never said to be answered', () => {
  const script = offer(waiting(), 'b', '101').wait(3_000).hangUp('a');
  script.say({ kind: 'queue.abandoned', channelId: 'a', position: 1 });
  const events = track(leave(script.dialEnd('a', 'b', 'cancelled').end('b', 0)).end('a', 0).signals, rules);
  const states = events.slice(events.findIndex(({ type }) => type === 'queue.joined')).map(({ call }) => call?.state);
  assert.deepEqual([...new Set(states)], ['queued', 'ended']);
});

for (const [status, reason] of [
  ['TIMEOUT', 'timeout'],
  ['LEAVEEMPTY', 'empty'],
  ['WITHDRAW', 'withdrawn'],
  ['SOMETHING', null],
] as const) {
  test(`let go as ${status}: ${reason}, although it is said that it was abandoned; the call is not`, () => {
    const script = waiting().say({ kind: 'queue.abandoned', channelId: 'a', position: 1 });
    leave(script).state('a', 'up', { queueStatus: status }).wait(20).end('a');
    const events = track(script.signals, rules);
    assert.equal(lastOf(events, 'queue.left').data['reason'], reason);
    assert.equal(lastOf(events, 'call.ended').call?.outcome, 'no_answer');
  });
}

test('by a key', () => {
  const script = leave(waiting()).state('a', 'up', { dialledNumber: '1' }).wait(20).end('a');
  assert.equal(lastOf(track(script.signals, rules), 'queue.left').data['reason'], 'key');
});

test('a PBX that does not say why: told after a second, without a reason', () => {
  const script = leave(waiting()).state('a', 'up', { queueStatus: null });
  const tracker = createTracker(rules);
  const before = script.signals.flatMap((signal) => tracker.apply(signal));
  assert.ok(!inShort(before).includes('queue.left'));
  const due = tracker.nextDeadline() ?? 0;
  assert.equal(due - (tracker.now() ?? 0), 990);
  const after = tracker.tick(due);
  assert.equal(lastOf(after, 'queue.left').data['reason'], null);
});

test('of a second queue it is not said again why the first was left', () => {
  const script = leave(waiting()).state('a', 'up', { queueStatus: 'TIMEOUT' }).wait(10);
  script.say({ kind: 'queue.joined', channelId: 'a', queue: 'sales', position: 1, waiting: 1 }).wait(500);
  leave(script).state('a', 'up', { queueStatus: 'TIMEOUT', dialledNumber: '2' });
  const left = track(script.signals, rules).filter(({ type }) => type === 'queue.left');
  assert.deepEqual(
    left.map(({ data }) => [data['queue'], data['reason']]),
    [
      ['support', 'timeout'],
      ['sales', 'key'],
    ],
  );
});

test('restarted while somebody waits: one leave, with the whole wait', () => {
  const script = waiting();
  const first = track(script.signals, rules);
  const told = script.signals.length;
  partBy(take(offer(script.resync(), 'b', '101'), 'b', '101'), 'a', 'b');
  const again = createTracker(rules);
  again.restore(openCallsOf(first));
  const second = script.signals.slice(told).flatMap((signal) => again.apply(signal));
  assert.ok(!inShort(second).includes('queue.joined'));
  assert.equal(inShort(second).filter((line) => line === 'queue.left').length, 1);
  assert.ok(Number(lastOf(second, 'queue.left').data['waitMs']) > 3_000);
  assert.equal(inShort(second).filter((line) => line === 'leg.ended 700 answered').length, 1);
});

test('without a word that an agent was called, who took it is told all the same', () => {
  const script = ring(waiting(), 'a', 'b', '101');
  const events = track(partBy(take(script, 'b', '101'), 'a', 'b').signals, rules);
  assert.equal(lastOf(events, 'queue.answered').data['agentExtension'], '101');
});

/** The caller leaves while 101 rings, whose phone is seen to stop before that or after. */
const leavesWhileRinging = (last: boolean, then: (script: PbxScript) => PbxScript): PbxScript => {
  const script = offer(waiting(), 'b', '101').wait(3_000).dialEnd('a', 'b', 'cancelled');
  if (!last) script.end('b', 0);
  then(leave(script));
  if (last) script.wait(20).end('b', 0);
  return script.wait(20).hangUp('a').end('a', 16);
};

for (const last of [false, true]) {
  for (const [how, then] of [
    ['by a key', (script: PbxScript) => script.state('a', 'up', { dialledNumber: '1' })],
    ['let go', (script: PbxScript) => script.state('a', 'up', { queueStatus: 'LEAVEEMPTY' })],
  ] as const) {
    test(`left ${how} while an agent rings: nobody answered, and nobody gave up or missed it (${last ? 'last' : 'first'})`, () => {
      const events = track(leavesWhileRinging(last, then).signals, rules);
      assert.equal(lastOf(events, 'call.ended').call?.outcome, 'no_answer');
      assert.equal(lastOf(events, 'call.ended').call?.hungUpBy, 'caller');
      const agentLeg = events.find(({ type, extension }) => type === 'leg.ended' && extension === '101');
      assert.deepEqual([agentLeg?.leg?.outcome, agentLeg?.data['queue']], ['cancelled', 'support']);
      assert.ok(!inShort(events).includes('queue.agent_missed'));
    });
  }
}

test('after a key somebody else is called, and the caller gives up there: cancelled, and no leg of the queue', () => {
  const script = leave(offer(waiting(), 'b', '101').dialEnd('a', 'b', 'cancelled').end('b', 0));
  ring(script.state('a', 'up', { dialledNumber: '1' }).wait(100), 'a', 'c', '102')
    .wait(3_000)
    .hangUp('a');
  const events = track(script.dialEnd('a', 'c', 'cancelled').end('c', 0).end('a', 0).signals, rules);
  assert.equal(lastOf(events, 'call.ended').call?.outcome, 'cancelled');
  const queues = events.flatMap(({ type, data }) => (type === 'leg.ended' ? [data['queue'] ?? null] : []));
  assert.deepEqual(queues, ['support', null, null, null]);
});

test('the caller gives up, and an agent’s phone is seen to stop after that: still queued', () => {
  const script = offer(waiting(), 'b', '101').wait(3_000).hangUp('a').dialEnd('a', 'b', 'cancelled');
  leave(script.say({ kind: 'queue.abandoned', channelId: 'a', position: 1 }));
  const events = track(script.wait(20).end('b', 0).end('a', 0).signals, rules);
  const since = events.findIndex(({ type }) => type === 'queue.left');
  assert.deepEqual([...new Set(events.slice(since).map(({ call }) => call?.state))], ['queued', 'ended']);
});
