import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../../test/support/builders.ts';
import { followPeople } from '../../../test/support/people-run.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import { type Access, everything } from '../../model/scope.ts';
import type { PeopleSignal } from '../people/index.ts';
import { LivePeople, loadLivePeople } from './index.ts';

const logged = (events: readonly NewEvent[], first = 1): Event[] =>
  events.map((event, index) => ({ ...event, seq: first + index, acceptedAt: event.time }));
const about = (type: NewEvent['type'], changes: Partial<NewEvent>): NewEvent =>
  eventOf({ type, call: null, connector: 'pbx1', ...changes });
const agent = (name: string, state: string, changes: Partial<NewEvent> = {}): NewEvent =>
  about('agent.state_changed', { data: { agent: `PJSIP/${name}`, agentName: name, state, queues: ['q'] }, ...changes });
const presence = (extension: string, state: string, changes: Partial<NewEvent> = {}): NewEvent =>
  about('presence.changed', { extension, extensions: [extension], data: { state }, ...changes });
const subscriber = (extension: string, change: string, changes: Partial<NewEvent> = {}): NewEvent =>
  about('subscriber.updated', {
    extension,
    extensions: [extension],
    data: { change, type: 'phone', name: `User ${extension}` },
    ...changes,
  });

function viewOf(events: readonly NewEvent[]): LivePeople {
  const view = new LivePeople('log-1');
  view.apply(logged(events));
  return view;
}
const only = (scope: Partial<Access>): Access => ({ ...everything, ...scope });

test('agents who are logged in, by name, each as it was told last', () => {
  const view = viewOf([
    agent('zoe', 'available'),
    agent('bob', 'paused'),
    agent('ann', 'busy'),
    agent('ann', 'logged_out'),
  ]);
  assert.deepEqual(
    view.agents(everything).map(({ data }) => [data['agentName'], data['state']]),
    [
      ['bob', 'paused'],
      ['zoe', 'available'],
    ],
  );
});

test('extensions that were found, and how they are, until they are gone', () => {
  const view = viewOf([subscriber('101', 'created'), subscriber('102', 'created'), presence('101', 'on_call')]);
  assert.deepEqual(
    view.extensions(everything).map(({ number, type, name, connector }) => [number, type, name, connector]),
    [
      ['101', 'phone', 'User 101', 'pbx1'],
      ['102', 'phone', 'User 102', 'pbx1'],
    ],
  );
  assert.deepEqual([view.stateOf('acme', '101'), view.stateOf('acme', '102')], ['on_call', null]);
  view.apply(logged([subscriber('101', 'deleted')], 4));
  assert.deepEqual(
    view.extensions(everything).map(({ number }) => number),
    ['102'],
  );
  assert.equal(view.stateOf('acme', '101'), null);
});

test('an extension that two phone systems show is one, as the last of them says', () => {
  const view = viewOf([subscriber('101', 'created'), subscriber('101', 'created', { connector: 'pbx2' })]);
  assert.deepEqual(
    view.extensions(everything).map(({ connector }) => connector),
    ['pbx2'],
  );
});

test('nobody sees those of another domain, reseller or extension', () => {
  const view = viewOf([subscriber('101', 'created'), subscriber('102', 'created', { domain: 'globex' })]);
  const numbers = (access: Access) => view.extensions(access).map(({ number }) => number);
  assert.deepEqual(numbers(only({ domain: 'acme' })), ['101']);
  assert.deepEqual(numbers(only({ reseller: 'other' })), []);
  assert.deepEqual(numbers(only({ domain: 'acme', extension: '104' })), []);
});

test('a connector gets back what it told last, and a tracker goes on from there', () => {
  const members = [
    { queue: 'q', agent: 'PJSIP/101', name: 'Bob', device: null, paused: true, reason: 'lunch' } as const,
  ];
  const list = [
    { kind: 'members.listed', queues: [], members: members.map((one) => ({ ...one, line: 'idle', pool: null })) },
    { kind: 'devices.listed', devices: [{ device: 'PJSIP/101', line: 'ringing' }] },
  ].map((one) => ({ ...one, complete: true })) as unknown as PeopleSignal[];
  const view = viewOf(followPeople().say(...list));
  assert.deepEqual(view.known('pbx2'), []);
  const again = followPeople(view.known('pbx1') as NewEvent[]).say(...list);
  assert.deepEqual(again, []);
});

test('a restart finds the same from the marks and the log, and from the log alone', async () => {
  const events = logged([
    agent('bob', 'paused'),
    presence('101', 'ringing'),
    subscriber('101', 'created'),
    presence('101', 'busy'),
  ]);
  const log = {
    id: 'log-1',
    head: () => events.length,
    floor: () => 0,
    holes: () => [],
    get: async (seqs: readonly number[]) => seqs.map((seq) => events[seq - 1] ?? null),
    read: async ({ after, limit }: { after: number; limit: number }) => {
      const page = events.filter(({ seq }) => seq > after).slice(0, limit);
      return { events: page, scannedTo: page.at(-1)?.seq ?? after };
    },
  };
  const before = new LivePeople('log-1');
  before.apply(events.slice(0, 3));
  const whole = viewOf(events).marks();
  assert.deepEqual((await loadLivePeople(log, before.marks())).marks(), whole);
  assert.deepEqual((await loadLivePeople(log, null)).marks(), whole);
  const other = { ...before.marks(), log: 'log-0' };
  assert.deepEqual((await loadLivePeople(log, other)).marks(), whole);
});

test('all that is held is looked through for what it says, also how a phone is that was not heard of for longest', () => {
  const view = new LivePeople('log-1', 0, 2);
  view.apply(logged([presence('101', 'away'), agent('a', 'available'), agent('b', 'available')]));
  assert.deepEqual(view.holding([1, 2, 3]), [1, 2, 3]);
  const texts = [...view.texts(everything)];
  assert.equal(texts.length, 3);
  assert.ok(texts.some((text) => text.includes('away')));
});

test('its memory is bounded: who was not heard of for longest is forgotten', () => {
  const view = new LivePeople('log-1', 0, 2);
  view.apply(logged(['101', '102', '101', '103'].map((extension) => presence(extension, 'busy'))));
  assert.deepEqual(
    ['101', '102', '103'].map((extension) => view.stateOf('acme', extension)),
    ['busy', null, 'busy'],
  );
  assert.deepEqual(view.marks().seqs, [3, 4]);
});

test('what an erasure takes from an event is gone here too', () => {
  const view = viewOf([agent('bob', 'paused')]);
  assert.deepEqual(view.holding([1, 2]), [1]);
  const [erased] = logged([agent('x', 'paused')]);
  assert.ok(erased);
  view.replace([erased]);
  assert.deepEqual(
    [...view.texts(everything)].map((text) => text.includes('bob')),
    [false],
  );
});
