/** Callers whose queue changes while nobody listens: nothing is claimed that the next picture does not show. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { across, hows, picture } from '../../../../test/support/across-loss.ts';
import { inboundCall, partBy, type PbxScript, pickUp, ring } from '../../../../test/support/pbx-script.ts';
import { inShort, lastOf, testRules } from '../../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../../model/event.ts';
import type { QueueAgent, Waiting } from '../../signal.ts';

const place: Waiting = { channelId: 'a', queue: 'support', position: 1, waiting: 1 };
const agents: readonly QueueAgent[] = [
  { queue: 'support', agent: 'PJSIP/101', agentName: 'Bob', device: null },
  { queue: 'support', agent: '102', agentName: 'Carol', device: 'PJSIP/102' },
  { queue: 'sales', agent: 'PJSIP/103', agentName: 'Dan', device: null },
];

/** Alice waits in the queue that she dialled as 700. */
const waiting = (): PbxScript =>
  inboundCall()
    .state('a', 'up', { dialledNumber: '700', queueStatus: null })
    .say({ kind: 'queue.joined', ...place });
/** The phone of the first agent rings, as the queue told. */
const ringing = (): PbxScript => {
  const names = { agent: 'PJSIP/101', agentName: 'Bob' };
  return ring(waiting(), 'a', 'b', '101').say({ kind: 'queue.agent_called', channelId: 'a', memberId: 'b', ...names });
};
const goesOn = (script: PbxScript, queueStatus: string | null, dialledNumber = 's'): PbxScript =>
  script.state('a', 'up', { dialledNumber, queueStatus });
const endOf = (events: readonly NewEvent[], role: string): NewEvent | undefined =>
  events.find(({ type, leg }) => type === 'leg.ended' && leg?.role === role);
/** How the queue was left, by its event and by its leg, and how the call ended. */
function told(events: readonly NewEvent[]) {
  const left = lastOf(events, 'queue.left').data;
  const leg = endOf(events, 'queue');
  const ended = lastOf(events, 'call.ended');
  return {
    left: [left['reason'], left['estimated']],
    leg: [leg?.leg?.outcome, leg?.data['estimated']],
    call: [ended.call?.outcome, ended.data['estimated']],
  };
}
const bridgedIn = (events: readonly NewEvent[]): unknown =>
  events.find(({ type, leg }) => type === 'leg.closed' && leg?.role === 'queue')?.data['bridged'];
const hangsUp = (script: PbxScript): PbxScript => script.wait(5_000).hangUp('a').end('a');

for (const how of hows) {
  describe(`left unseen, ${how} lost`, () => {
    const whoIsFound = (away: (script: PbxScript) => unknown, before = ringing()) =>
      across(
        how,
        before,
        (script) => away(script.dialEnd('a', 'b', 'cancelled').end('b', 0)),
        (script) => hangsUp(picture(script, { agents })),
      ).second;

    test('the call is over: it is not known how the queue was left, and nobody abandoned or missed anything', () => {
      const { second } = across(
        how,
        ringing(),
        (script) => script.dialEnd('a', 'b', 'cancelled').end('b', 0).end('a'),
        (script) => picture(script, { agents }),
      );
      assert.deepEqual(told(second), { left: [null, true], leg: ['lost', true], call: ['lost', true] });
      assert.equal(bridgedIn(second), null);
      assert.ok(!inShort(second).includes('queue.agent_missed'));
    });

    test('the PBX still says that its time was up: so it was, and nobody took the call', () => {
      const second = whoIsFound((script) => goesOn(script, 'TIMEOUT'));
      assert.deepEqual(told(second), {
        left: ['timeout', true],
        leg: ['no_answer', true],
        call: ['no_answer', undefined],
      });
      assert.equal(bridgedIn(second), false);
      assert.ok(!inShort(second).includes('queue.agent_missed'));
    });

    test('an agent had the call and hung up: answered, by whom is not known', () => {
      const second = whoIsFound((script) => goesOn(script, 'CONTINUE'));
      assert.deepEqual(told(second), { left: ['answered', true], leg: ['answered', true], call: ['lost', true] });
      assert.equal(bridgedIn(second), null);
    });

    for (const [name, status, number] of [
      ['the PBX does not say why', null, 's'],
      ['it stands at one key', null, '1'],
      ['another queue did not let it in', 'JOINEMPTY', 's'],
    ] as const) {
      test(`it is elsewhere, and ${name}: not known`, () => {
        const second = whoIsFound((script) => goesOn(script, status, number));
        assert.deepEqual(told(second), { left: [null, true], leg: ['lost', true], call: ['lost', true] });
        assert.equal(endOf(second, 'caller')?.data['estimated'], true);
      });
    }

    test('what the PBX said of an earlier queue is not about this one', () => {
      const before = goesOn(waiting().say({ kind: 'queue.left', channelId: 'a', position: 1 }), 'TIMEOUT');
      before.wait(2_000).say({ kind: 'queue.joined', ...place, queue: 'sales' });
      const second = whoIsFound((script) => goesOn(script, 'TIMEOUT'), ring(before, 'a', 'b', '101'));
      assert.deepEqual(told(second).left, [null, true]);
    });

    test('it waits in another queue', () => {
      const sales = { ...place, queue: 'sales' };
      const { second } = across(
        how,
        waiting(),
        (script) => goesOn(script, 'TIMEOUT').say({ kind: 'queue.joined', ...sales }),
        (script) => {
          const found = picture(script, { waiting: [sales], agents })
            .wait(3_000)
            .hangUp('a');
          found.say({ kind: 'queue.abandoned', channelId: 'a', position: 1 });
          return found.say({ kind: 'queue.left', channelId: 'a', position: 1 }).end('a');
        },
      );
      const left = second.filter(({ type }) => type === 'queue.left').map(({ data }) => data);
      assert.deepEqual(
        left.map(({ queue, reason, estimated }) => [queue, reason, estimated]),
        [
          ['support', 'timeout', true],
          ['sales', 'abandoned', undefined],
        ],
      );
      assert.equal(lastOf(second, 'call.ended').call?.outcome, 'abandoned');
    });

    for (const [status, number, reason] of [
      ['TIMEOUT', 's', 'timeout'],
      [null, '1', 'key'],
      [null, '7', null],
    ] as const) {
      test(`it waits still, and leaves later: ${reason} is seen`, () => {
        const before = inboundCall().state('a', 'up', { dialledNumber: '7', queueStatus: null });
        const { second } = across(
          how,
          before.say({ kind: 'queue.joined', ...place }),
          () => {},
          (script) => {
            picture(script, { waiting: [place], agents }).wait(3_000);
            script.say({ kind: 'queue.left', channelId: 'a', position: 1 });
            return hangsUp(goesOn(script, status, number));
          },
        );
        const no_answer = ['no_answer', undefined];
        assert.deepEqual(told(second), { left: [reason, undefined], leg: no_answer, call: no_answer });
      });
    }

    test('it leaves at the moment of the picture: seen', () => {
      const { second } = across(
        how,
        waiting(),
        () => {},
        (script) => {
          picture(script, { agents }).say({ kind: 'queue.left', channelId: 'a', position: 1 });
          return hangsUp(goesOn(script, 'TIMEOUT'));
        },
      );
      assert.deepEqual(told(second).left, ['timeout', undefined]);
    });
  });

  describe(`answered unseen, ${how} lost`, () => {
    const names = ({ data }: NewEvent) => [data['agent'], data['agentExtension'], data['agentName']];
    /** Meanwhile `away`; when Offhook is back she talks with that channel, and hangs up. */
    const talking = (withWhom: string, away: (script: PbxScript) => unknown, listed = agents) =>
      across(how, ringing(), away, (script) => partBy(picture(script, { agents: listed }), 'a', withWhom)).second;

    test('by the agent who rang: named as told, with times that are not exact', () => {
      // As the queue names them now is no news.
      const second = talking('b', (script) => pickUp(script, 'a', 'b'), []);
      const answered = lastOf(second, 'queue.answered');
      assert.deepEqual(names(answered), ['PJSIP/101', '101', 'Bob']);
      assert.equal(answered.data['estimated'], true);
      const found = Date.parse(answered.time);
      assert.equal(answered.data['ringMs'], found - Date.parse(answered.leg?.ringingAt ?? ''));
      assert.deepEqual(told(second), {
        left: ['answered', true],
        leg: ['answered', true],
        call: ['answered', undefined],
      });
      assert.equal(bridgedIn(second), true);
    });

    for (const [extension, agent, name] of [
      ['102', '102', 'Carol'],
      ['101', 'PJSIP/101', 'Bob'],
    ] as const) {
      test(`by an agent whom nobody heard ring (${extension}): named as the queue lists them`, () => {
        const second = talking('c', (script) => {
          ring(script.dialEnd('a', 'b', 'no_answer').end('b', 0).wait(2_000), 'a', 'c', extension);
          pickUp(script, 'a', 'c');
        });
        const answered = lastOf(second, 'queue.answered');
        assert.deepEqual(names(answered), [agent, extension, name]);
        assert.deepEqual([answered.data['estimated'], answered.data['ringMs']], [true, null]);
        assert.deepEqual(told(second).leg, ['answered', true]);
        assert.ok(!inShort(second).includes('queue.agent_missed'));
        assert.ok(!inShort(second).includes('queue.agent_ringing'));
      });
    }

    for (const [name, extension, status] of [
      ['somebody who is no agent of the queue', '103', null],
      ['an agent, after the queue had let it go', '102', 'TIMEOUT'],
    ] as const) {
      test(`it talks with ${name}: not from the queue`, () => {
        const second = talking('c', (script) => {
          goesOn(script.dialEnd('a', 'b', 'cancelled').end('b', 0), status);
          pickUp(ring(script, 'a', 'c', extension), 'a', 'c');
        });
        assert.ok(!inShort(second).includes('queue.answered'));
        const reason = status === null ? null : 'timeout';
        assert.deepEqual(told(second).left, [reason, true]);
        assert.deepEqual(told(second).leg, [status === null ? 'lost' : 'no_answer', true]);
        assert.deepEqual(told(second).call, ['answered', undefined]);
      });
    }

    test('by an agent who is reached through a pipe, and lets it ring after that', () => {
      const names = { agent: '101', agentName: 'Bob' };
      const before = waiting()
        .channel('l1', { pipe: true, linkedId: 'a' })
        .channel('l2', { pipe: true, linkedId: 'a' });
      ring(before.pipe('l1', 'l2').dial('a', 'l1', '101'), 'l2', 'b', '101');
      before.say({ kind: 'queue.agent_called', channelId: 'a', memberId: 'l1', ...names });
      const { first, second } = across(
        how,
        before,
        () => {},
        (script) => {
          picture(script, { waiting: [place], agents }).wait(5_000);
          script.say({ kind: 'queue.agent_missed', channelId: 'a', memberId: 'l1', ...names, ringMs: 7_000 });
          script.dialEnd('l2', 'b', 'no_answer').end('b', 0).end('l2', 0).end('l1', 0);
          return hangsUp(script);
        },
        { ...testRules, saysWhoHangsUp: true },
      );
      const rang = lastOf(first, 'queue.agent_ringing');
      const missed = lastOf(second, 'queue.agent_missed');
      assert.equal(missed.leg?.id, rang.leg?.id);
      assert.deepEqual([missed.data['agentExtension'], missed.data['ringMs']], ['101', 7_000]);
      assert.equal(missed.data['estimated'], undefined);
    });
  });
}

test('a menu that the call was in when the connection was lost, and that is over since, led it nowhere that was seen', () => {
  const { second } = across(
    'connection',
    inboundCall().state('a', 'up').service('a', 'ivr'),
    (script) => script.end('a'),
    (script) => picture(script, {}),
  );
  const leg = endOf(second, 'ivr');
  assert.deepEqual([leg?.leg?.outcome, leg?.data['estimated']], ['lost', true]);
});

test('a connection that breaks between the key and the end of the wait: left by that key', () => {
  const { second } = across(
    'connection',
    waiting().state('a', 'up', { dialledNumber: '1' }),
    () => {},
    (script) => {
      picture(script, { waiting: [place], agents }).say({ kind: 'queue.left', channelId: 'a', position: 1 });
      return hangsUp(goesOn(script, null, '1'));
    },
  );
  assert.deepEqual(told(second).left, ['key', undefined]);
});
