/** Queues, parking and rooms over a lost connection, and over a restart of Offhook: the next picture says how they stand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { across, hows, picture } from '../../../test/support/across-loss.ts';
import { inboundCall, partBy, PbxScript, pickUp, ring } from '../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules } from '../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ParkedHere, Signal, Waiting } from '../signal.ts';
import { createTracker } from './index.ts';

const nothing = (): void => {};
const counted = (events: readonly NewEvent[], type: NewEvent['type']): number =>
  events.filter((event) => event.type === type).length;

const place: Waiting = { channelId: 'a', queue: 'support', position: 1, waiting: 1 };
const queued = (): PbxScript =>
  inboundCall()
    .state('a', 'up')
    .say({ kind: 'queue.joined', ...place });
const agentRings = (script: PbxScript): PbxScript =>
  ring(script, 'a', 'b', '101').say({
    kind: 'queue.agent_called',
    channelId: 'a',
    memberId: 'b',
    agent: 'PJSIP/101',
    agentName: 'Bob',
  });

for (const how of hows) {
  test(`${how}: who waited and still waits has joined once, and leaves with its end`, () => {
    const { first, second } = across(how, queued(), nothing, (script) =>
      picture(script, { waiting: [place] })
        .say({ kind: 'queue.abandoned', channelId: 'a', position: 1 })
        .end('a'),
    );
    assert.equal(counted(first, 'queue.joined'), 1);
    // The caller, and the queue.
    const ends = [
      'leg.ended - abandoned',
      'leg.ended - abandoned',
      'queue.left',
      'call.ended abandoned',
      'leg.closed -',
      'call.closed',
    ];
    assert.deepEqual(inShort(second), ends);
    const waitMs = Number(lastOf(second, 'queue.left').data['waitMs']);
    assert.ok(waitMs >= 2_000, String(waitMs));
  });

  test(`${how}: who was taken by an agent meanwhile has left for that`, () => {
    const { second } = across(
      how,
      agentRings(queued()),
      (script) => pickUp(script, 'a', 'b'),
      (script) => partBy(picture(script, {}), 'a', 'b'),
    );
    assert.equal(lastOf(second, 'queue.left').data['reason'], 'answered');
    assert.equal(lastOf(second, 'queue.answered').data['agentExtension'], '101');
    assert.equal(lastOf(second, 'call.ended').call?.outcome, 'answered');
  });

  test(`${how}: who waited and does no more, though nobody took the call, has left`, () => {
    const { second } = across(how, queued(), nothing, (script) =>
      picture(script, {}).wait(5_000).state('a', 'up').end('a'),
    );
    assert.equal(counted(second, 'queue.left'), 1);
    assert.equal(lastOf(second, 'queue.left').data['reason'], null);
  });

  test(`${how}: who is found waiting has joined`, () => {
    const { second } = across(how, inboundCall().state('a', 'up'), nothing, (script) =>
      picture(script, { waiting: [place] })
        .wait(3_000)
        .end('a'),
    );
    assert.deepEqual(lastOf(second, 'queue.joined').data, {
      ...{ queue: 'support', queueName: null },
      ...{ position: 1, waiting: 1 },
    });
  });

  test(`${how}: an agent who rang before and answers after has rung once`, () => {
    const { first, second } = across(how, agentRings(queued()), nothing, (script) => {
      picture(script, { waiting: [place] });
      pickUp(script, 'a', 'b').say({
        ...{ kind: 'queue.agent_connected', channelId: 'a', memberId: 'b' },
        ...{ agent: 'PJSIP/101', agentName: 'Bob', ringMs: 2_000 },
      });
      partBy(script.say({ kind: 'queue.left', channelId: 'a', position: 1 }), 'a', 'b');
    });
    assert.equal(counted([...first, ...second], 'queue.agent_ringing'), 1);
    assert.equal(counted(second, 'queue.answered'), 1);
    assert.equal(lastOf(second, 'queue.left').data['reason'], 'answered');
  });
}

const slot: ParkedHere = { channelId: 'a', lot: 'default', slot: '401', parkedBy: 'PJSIP/101', timeoutMs: 45_000 };
const talking = (): PbxScript => pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
const park = (script: PbxScript): PbxScript => {
  script
    .unbridge('b1', 'b')
    .unbridge('b1', 'a')
    .say({ kind: 'park.parked', ...slot })
    .bridge('lot', 'a', null, true);
  return script.end('b');
};
const fetch = (script: PbxScript): PbxScript => {
  script.channel('c', { device: 'PJSIP/102', state: 'ring', from: '102', to: '401' }).state('c', 'up');
  return script.bridge('b2', 'c').bridge('b2', 'a');
};

for (const how of hows) {
  test(`${how}: who is still parked is parked once, and its end is told`, () => {
    const { first, second } = across(how, park(talking()), nothing, (script) =>
      picture(script, { parked: [slot] })
        .say({ kind: 'park.abandoned', channelId: 'a' })
        .hangUp('a')
        .end('a'),
    );
    assert.equal(counted([...first, ...second], 'park.parked'), 1);
    const { data } = lastOf(second, 'park.abandoned');
    assert.deepEqual([data['lot'], data['slot'], data['by']], ['default', '401', '101']);
    assert.ok(Number(data['parkedMs']) >= 2_000);
  });

  test(`${how}: who was fetched meanwhile has been`, () => {
    const { second } = across(how, park(talking()), fetch, (script) => partBy(picture(script, {}), 'a', 'c', 'b2'));
    assert.equal(lastOf(second, 'park.retrieved').data['retrievedBy'], '102');
    assert.equal(lastOf(second, 'call.ended').call?.outcome, 'answered');
  });

  test(`${how}: who is parked no more and talks to nobody was given back`, () => {
    const { second } = across(
      how,
      park(talking()),
      (script) => script.unbridge('lot', 'a'),
      (script) => picture(script, {}).hangUp('a').end('a'),
    );
    assert.equal(counted(second, 'park.timed_out'), 1);
    assert.equal(counted(second, 'park.abandoned'), 0);
  });

  test(`${how}: who was parked meanwhile is parked`, () => {
    const { second } = across(how, talking(), park, (script) =>
      picture(script, { parked: [slot] })
        .say({ kind: 'park.abandoned', channelId: 'a' })
        .end('a'),
    );
    assert.deepEqual([counted(second, 'park.parked'), counted(second, 'park.abandoned')], [1, 1]);
  });
}

const meet = (script: PbxScript, id: string): PbxScript =>
  script
    .state(id, 'up')
    .say({ kind: 'bridge.entered', bridgeId: 'm1', channelId: id, holding: false, room: true, swapFor: null })
    .say({ kind: 'room.joined', channelId: id, room: '301', roomId: 'm1', moderator: false });
const inRoom = (): PbxScript => {
  const script = inboundCall();
  script.bridge('m1', 'a').signals.pop();
  inboundCall(meet(script, 'a'), 'z').bridge('m1', 'z').signals.pop();
  return meet(script, 'z');
};
const leaves = (script: PbxScript, id: string): PbxScript =>
  script.say({ kind: 'room.left', channelId: id }).unbridge('m1', id).hangUp(id).end(id);

for (const how of hows) {
  test(`${how}: a meeting goes on, and each who joined leaves once`, () => {
    const { first, second } = across(how, inRoom(), nothing, (script) =>
      leaves(leaves(picture(script, { rooms: { m1: '301' } }), 'a'), 'z'),
    );
    assert.equal(counted(first, 'conference.joined'), 2);
    for (const type of ['call.started', 'conference.started', 'conference.joined'] as const) {
      assert.equal(counted(second, type), 0, type);
    }
    assert.equal(counted(second, 'call.ended'), 2, 'each had a call of its own');
    assert.equal(lastOf(second, 'conference.ended').data['mostParticipants'], 2);
  });

  test(`${how}: who left a room meanwhile has left it, and goes on elsewhere`, () => {
    const { second } = across(
      how,
      inRoom(),
      (script) => script.unbridge('m1', 'a'),
      (script) =>
        leaves(
          picture(script, { rooms: { m1: '301' } })
            .hangUp('a')
            .end('a'),
          'z',
        ),
    );
    assert.equal(counted(second, 'conference.left'), 2);
    assert.ok(lastOf(second, 'conference.ended').time >= lastOf(second, 'conference.left').time);
  });
}

test('a meeting that was never heard of is taken up: its participants are calls of their own', () => {
  const script = picture(inRoom(), { rooms: { m1: '301' } });
  const facts = script.signals.at(-1) as Extract<Signal, { kind: 'resync' }>;
  // Asterisk groups all who meet in a room.
  const grouped = { ...facts, channels: facts.channels.map((channel) => ({ ...channel, linkedId: 'a' })) };
  const tracker = createTracker(testRules);
  const events = tracker.apply(grouped);
  assert.equal(counted(events, 'call.started'), 2);
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith('conference')).map(({ type, data }) => [type, data['conference']]),
    [
      ['conference.started', '301'],
      ['conference.joined', '301'],
      ['conference.joined', '301'],
    ],
  );
});

test('a later picture of a PBX that was listened to changes nobody’s place: what it shows may be on its way', () => {
  const script = queued();
  const tracker = createTracker(testRules);
  for (const signal of script.signals) tracker.apply(signal);
  const drawn = picture(script, {}).signals.at(-1) as Extract<Signal, { kind: 'resync' }>;
  assert.deepEqual(tracker.apply({ ...drawn, again: true }), []);
  assert.equal(tracker.liveCalls()[0]?.call.state, 'queued');
});
