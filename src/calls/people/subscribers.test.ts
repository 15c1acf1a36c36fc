import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followPeople, only, told } from '../../../test/support/people-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { WatchFacts } from './index.ts';

const complete = true;
const devices = (...names: readonly string[]) =>
  ({ kind: 'devices.listed', complete, devices: names.map((device) => ({ device, line: 'idle' as const })) }) as const;
const watched = (number: string, serves: WatchFacts['serves'] = 'phone'): WatchFacts => ({
  number,
  context: 'hints',
  serves,
  line: 'idle',
  mixed: false,
  devices: [],
  statuses: [],
});
const watches = (...listed: readonly WatchFacts[]) => ({ kind: 'watches.listed', complete, watches: listed }) as const;
const mailboxes = (...owners: readonly (readonly [string, string | null])[]) =>
  ({
    kind: 'mailboxes.listed',
    complete,
    mailboxes: owners.map(([number, name]) => ({ mailbox: `${number}@default`, name, newCount: 0, oldCount: 0 })),
  }) as const;
const subscribers = (events: readonly NewEvent[]) => only(events, 'subscriber.updated');
const told3 = (events: readonly NewEvent[]) =>
  told(subscribers(events), 'change', 'type', 'name').map(([, extension, ...rest]) => [extension, ...rest]);

test('who shows on the PBX is there, once, with what is known of them', () => {
  const run = followPeople();
  run.say(mailboxes(['101', 'Bob Brown'], ['900', 'Nobody']));
  const events = run.say(watches(watched('101'), watched('300', 'conference')), devices('PJSIP/101', 'PJSIP/102'));
  assert.deepEqual(told3(events), [
    ['101', 'created', 'phone', 'Bob Brown'],
    ['300', 'created', 'conference', null],
    ['102', 'created', 'phone', null],
  ]);
  const [bob, , carol] = subscribers(events);
  assert.deepEqual([bob?.data['voicemail'], carol?.data['voicemail']], [true, false]);
  assert.deepEqual([bob?.data['extensions'], bob?.data['changed'], bob?.data['email']], [['101'], [], null]);
  assert.deepEqual(told3(run.say(devices('PJSIP/101', 'PJSIP/102'))), []);
});

test('a new phone, a new name, and a phone that is taken away', () => {
  const run = followPeople();
  run.say(mailboxes(['101', 'Bob']), devices('PJSIP/101', 'PJSIP/102'));
  assert.deepEqual(told3(run.say({ kind: 'device.changed', device: { device: 'PJSIP/103', line: 'idle' } })), [
    ['103', 'created', 'phone', null],
  ]);
  const renamed = run.say(mailboxes(['101', 'Robert']));
  assert.deepEqual(told(subscribers(renamed), 'change', 'changed', 'name'), [
    ['subscriber.updated', '101', 'updated', ['name'], 'Robert'],
  ]);
  assert.deepEqual(told3(run.say(devices('PJSIP/101', 'PJSIP/103'))), [['102', 'deleted', 'phone', null]]);
});

test('somebody is gone only when nothing shows them any more', () => {
  const run = followPeople();
  run.say(watches(watched('101')), devices('PJSIP/101'));
  assert.deepEqual(told3(run.say(devices())), []);
  assert.deepEqual(told3(run.say({ kind: 'watch.removed', number: '101', context: 'hints' })), [
    ['101', 'deleted', 'phone', null],
  ]);
});

test('queues are named by their numbers, agents by their queues', () => {
  const member = { queue: '600', agent: 'PJSIP/101', name: 'Bob', device: null, paused: false, reason: null } as const;
  const members = [{ ...member, line: 'idle', pool: null }] as const;
  const events = followPeople().say({ kind: 'members.listed', complete, queues: ['600', 'sales'], members });
  assert.deepEqual(told3(events), [
    ['101', 'created', 'phone', 'Bob'],
    ['600', 'created', 'queue', null],
  ]);
});

test('after a restart of Offhook those who are still there are not told again, the others are gone', () => {
  const known = followPeople().say(mailboxes(['101', 'Bob']), devices('PJSIP/101', 'PJSIP/102'));
  const run = followPeople(known);
  assert.deepEqual(subscribers(run.say(watches())), [], 'the devices are still to come');
  assert.deepEqual(told3(run.say(mailboxes(['101', 'Bob']), devices('PJSIP/101'))), [
    ['102', 'deleted', 'phone', null],
  ]);
});

test('a list of a PBX that is still starting takes nobody away', () => {
  const run = followPeople();
  run.say(devices('PJSIP/101'));
  assert.deepEqual(told3(run.say({ ...devices(), complete: false })), []);
});
