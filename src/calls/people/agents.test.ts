import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { followPeople, only, told } from '../../../test/support/people-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { MemberFacts } from './index.ts';

const bob: MemberFacts = {
  queue: 'support',
  agent: 'PJSIP/101',
  name: 'Bob',
  device: null,
  paused: false,
  reason: null,
  line: 'idle',
  pool: null,
};
const changed = (changes: Partial<MemberFacts> = {}) =>
  ({ kind: 'member.changed', member: { ...bob, ...changes } }) as const;
const removed = (queue: string) => ({ kind: 'member.removed', queue, agent: bob.agent }) as const;
const listed = (...members: readonly MemberFacts[]) =>
  ({ kind: 'members.listed', queues: ['support', 'sales'], members, complete: true }) as const;
const agents = (events: readonly NewEvent[]) => only(events, 'agent.state_changed');
const states = (events: readonly NewEvent[]) => told(agents(events), 'previousState', 'state', 'queues');

test('an agent who joins a queue is available, who leaves the last one is logged out', () => {
  const run = followPeople();
  run.say(listed());
  const [joined] = agents(run.say(changed()));
  assert.deepEqual(joined?.data, {
    agent: 'PJSIP/101',
    agentName: 'Bob',
    extension: '101',
    number: null,
    kind: 'local',
    state: 'available',
    reason: null,
    queues: ['support'],
    previousState: 'logged_out',
    by: null,
  });
  assert.deepEqual([joined?.extension, joined?.extensions, joined?.call], ['101', ['101'], null]);
  assert.deepEqual(states(run.say(removed('support'))), [
    ['agent.state_changed', '101', 'available', 'logged_out', []],
  ]);
  assert.deepEqual(states(run.say(changed())), [
    ['agent.state_changed', '101', 'logged_out', 'available', ['support']],
  ]);
});

test('another queue, and one less, are told though the state stays', () => {
  const run = followPeople();
  run.say(listed(bob));
  assert.deepEqual(states(run.say(changed({ queue: 'sales' }), removed('support'))), [
    ['agent.state_changed', '101', 'available', 'available', ['sales', 'support']],
    ['agent.state_changed', '101', 'available', 'available', ['sales']],
  ]);
});

test('paused only when every queue has paused the agent, with the last reason; available with the first that may call', () => {
  const run = followPeople();
  run.say(listed(bob, { ...bob, queue: 'sales' }));
  const events = run.say(
    changed({ paused: true, reason: 'lunch' }),
    changed({ queue: 'sales', paused: true, reason: 'late lunch' }),
    changed({ queue: 'sales', paused: true, reason: 'training' }),
    changed(),
    changed({ queue: 'sales' }),
  );
  assert.deepEqual(told(agents(events), 'state', 'reason'), [
    ['agent.state_changed', '101', 'paused', 'late lunch'],
    ['agent.state_changed', '101', 'paused', 'training'],
    ['agent.state_changed', '101', 'available', null],
  ]);
});

test('ringing and busy are those of the phone, told once, and a pause counts for more', () => {
  const run = followPeople();
  run.say(listed(bob));
  const events = run.say(
    changed({ line: 'ringing' }),
    changed({ line: 'ringing' }),
    changed({ line: 'in_use' }),
    changed({ line: 'held' }),
    changed({ line: 'in_use', paused: true }),
    changed({ line: 'idle', paused: true }),
    changed({ line: 'unavailable' }),
  );
  assert.deepEqual(
    agents(events).map(({ data }) => data['state']),
    ['ringing', 'busy', 'paused', 'unavailable'],
  );
});

const pooled = { ...bob, agent: '7', name: 'Ann', device: 'Agent:7', pool: 'Agent:7' };
const signed = (on: boolean) =>
  ({ kind: 'agent.signed', pool: 'Agent:7', on, device: on ? 'PJSIP/105' : null }) as const;

test('an agent of a pool is logged out until the sign-on, though the queue has the agent', () => {
  const run = followPeople();
  assert.deepEqual(agents(run.say(listed({ ...pooled, line: 'unavailable' }))), []);
  const line = (line: MemberFacts['line']) => ({ kind: 'member.changed', member: { ...pooled, line } }) as const;
  for (const events of [
    run.say(signed(true), line('idle'), line('ringing'), line('in_use'), line('unavailable'), signed(false)),
    // The queue may hear of it before we do.
    run.say(line('idle'), signed(true), line('ringing'), line('in_use'), signed(false), line('unavailable')),
  ]) {
    assert.deepEqual(states(events), [
      ['agent.state_changed', '105', 'logged_out', 'available', ['support']],
      ['agent.state_changed', '105', 'available', 'ringing', ['support']],
      ['agent.state_changed', '105', 'ringing', 'busy', ['support']],
      ['agent.state_changed', '105', 'busy', 'logged_out', ['support']],
    ]);
  }
});

test('who signed on is still there after a restart of Offhook, at the same phone', () => {
  const before = followPeople();
  before.say(listed({ ...pooled, line: 'unavailable' }));
  const run = followPeople(before.say(signed(true)));
  assert.deepEqual(agents(run.say(listed(pooled))), []);
  assert.deepEqual(states(run.say(signed(false))), [
    ['agent.state_changed', '105', 'available', 'logged_out', ['support']],
  ]);
});

test('an agent who signs on and is in no queue', () => {
  const run = followPeople();
  run.say(listed());
  assert.deepEqual(states(run.say(signed(true), signed(false))), [
    ['agent.state_changed', '105', 'logged_out', 'available', []],
    ['agent.state_changed', '105', 'available', 'logged_out', []],
  ]);
});

test('an outside number takes calls for a remote agent', () => {
  const remote = { ...bob, agent: '12125550100', name: 'Ray', line: 'unknown' } as const;
  const [event] = agents(followPeople().say(listed(remote)));
  assert.deepEqual(
    [event?.extension, event?.data['kind'], event?.data['number'], event?.data['state']],
    [null, 'remote', '12125550100', 'available'],
  );
});

test('the state interface names the phone of an agent behind the dialplan', () => {
  const [event] = agents(followPeople().say(listed({ ...bob, agent: '9', device: '101@phones' })));
  assert.equal(event?.extension, '101');
});

test('after a lost connection only what changed meanwhile is told, as found', () => {
  const run = followPeople();
  const ann = { ...bob, agent: 'PJSIP/102', name: 'Ann' };
  run.say(listed(bob, ann));
  assert.deepEqual(run.say(listed(bob, ann)), []);
  const events = agents(run.say(listed({ ...bob, paused: true, reason: 'lunch' })));
  assert.deepEqual(told(events, 'previousState', 'state', 'estimated'), [
    ['agent.state_changed', '101', 'available', 'paused', true],
    ['agent.state_changed', '102', 'available', 'logged_out', true],
  ]);
});

test('a list of a PBX that is still starting takes nobody out, and makes nobody free', () => {
  const run = followPeople();
  const known = run.say(listed({ ...bob, line: 'unavailable' }));
  assert.deepEqual(agents(run.say({ ...listed(), complete: false })), []);
  const starting = { ...listed({ ...bob, line: 'unknown' }), complete: false };
  assert.deepEqual(agents(run.say(starting)), []);
  assert.deepEqual(agents(followPeople(known).say(starting)), []);
});

test('after a restart of Offhook nothing is told that was told before it', () => {
  const before = followPeople();
  const known = before.say(listed({ ...bob, paused: true, reason: 'lunch' }));
  assert.deepEqual(followPeople(known).say(listed({ ...bob, paused: true, reason: 'lunch' })), []);
  const events = agents(followPeople(known).say(listed(bob)));
  assert.deepEqual(told(events, 'previousState', 'state'), [['agent.state_changed', '101', 'paused', 'available']]);
});

const someMember = fc.record({
  queue: fc.constantFrom('support', 'sales'),
  agent: fc.constantFrom('PJSIP/101', 'PJSIP/102'),
  name: fc.constant(null),
  device: fc.constant(null),
  paused: fc.boolean(),
  reason: fc.constantFrom(null, 'lunch'),
  line: fc.constantFrom('idle', 'ringing', 'in_use', 'unavailable'),
  pool: fc.constant(null),
} as const);
const someSignal = fc.oneof(
  someMember.map((member) => ({ kind: 'member.changed', member }) as const),
  someMember.map(({ queue, agent }) => ({ kind: 'member.removed', queue, agent }) as const),
  fc
    .uniqueArray(someMember, { selector: ({ queue, agent }) => `${queue} ${agent}` })
    .map((members) => ({ kind: 'members.listed', queues: [], members, complete: true }) as const),
);

test('whatever happens, each event says something new, follows from the one before, and has its own id', () => {
  fc.assert(
    fc.property(fc.array(someSignal, { maxLength: 30 }), (signals) => {
      const events = agents(followPeople().say(listed(), ...signals));
      const last = new Map<string, NewEvent>();
      for (const event of events) {
        const { agent, state, reason, queues, previousState } = event.data;
        const before = last.get(String(agent));
        const now = JSON.stringify([state, reason, queues]);
        if (before) {
          assert.notEqual(now, JSON.stringify([before.data['state'], before.data['reason'], before.data['queues']]));
          assert.equal(previousState, before.data['state']);
        }
        last.set(String(agent), event);
      }
      assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
    }),
  );
});
