import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { followPeople, only, peopleStart, told } from '../../../test/support/people-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { OpenCall } from '../open-call.ts';

const counted = (newCount: number, oldCount: number, channelId: string | null = null) =>
  ({
    kind: 'mailbox.counted',
    mailbox: '101@default',
    newCount,
    oldCount,
    channelId,
    callerNumber: channelId && '12157010680',
    callerName: channelId && 'Alice',
  }) as const;
const listed = (newCount: number, oldCount: number) =>
  ({
    kind: 'mailboxes.listed',
    complete: true,
    mailboxes: [{ mailbox: '101@default', name: null, newCount, oldCount }],
  }) as const;
const inShort = (events: readonly NewEvent[]) =>
  told(events, 'newCount', 'oldCount').map(([type, , ...counts]) => [type, ...counts]);

test('a message that a caller left: with its call and who left it, and how many there are now', () => {
  const open: OpenCall = { call: callOf('c1', { state: 'answered' }), legs: [], extensions: ['102'] };
  const run = followPeople([], (channelId) => (channelId === 'a' ? open : null));
  const events = run.say(listed(0, 2), counted(1, 2, 'a'));
  assert.deepEqual(inShort(events), [
    ['mailbox.changed', 0, 2],
    ['voicemail.left', 1, 2],
    ['mailbox.changed', 1, 2],
  ]);
  const left = only(events, 'voicemail.left')[0];
  assert.equal(left?.call?.id, 'c1');
  assert.deepEqual([left?.extension, left?.extensions], ['101', ['101', '102']]);
  assert.deepEqual(
    [left?.data['mailbox'], left?.data['from'], left?.data['fromName']],
    ['101@default', open.call.from.number, 'Alice'],
  );
});

test('the call is not known: who left it is said all the same', () => {
  const [left] = followPeople().say(counted(1, 0, 'gone'));
  assert.deepEqual([left?.type, left?.call, left?.data['from']], ['voicemail.left', null, '+12157010680']);
});

test('the message is no earlier than what was told of its call', () => {
  const seenAt = new Date(peopleStart + 60_000).toISOString();
  const open: OpenCall = { call: callOf('c1'), legs: [], extensions: [], seenAt };
  assert.equal(followPeople([], () => open).say(counted(1, 0, 'a'))[0]?.time, seenAt);
});

test('messages that were heard, deleted, or marked unheard again are no new ones', () => {
  const run = followPeople();
  const events = run.say(listed(2, 1), counted(0, 3), counted(0, 3), counted(1, 2), counted(1, 0));
  assert.deepEqual(inShort(events), [
    ['mailbox.changed', 2, 1],
    ['mailbox.changed', 0, 3],
    ['mailbox.changed', 1, 2],
    ['mailbox.changed', 1, 0],
  ]);
});

test('a first count without a caller says nothing of a new message; a higher one then does', () => {
  assert.deepEqual(inShort(followPeople().say(counted(3, 0), counted(4, 0))), [
    ['mailbox.changed', 3, 0],
    ['voicemail.left', 4, 0],
    ['mailbox.changed', 4, 0],
  ]);
});

test('a first count with the owner there says nothing of a new message either', () => {
  const owner = { ...counted(2, 1, 'a'), callerNumber: '101' };
  assert.deepEqual(inShort(followPeople().say(owner)), [['mailbox.changed', 2, 1]]);
  const shown = { ...counted(2, 1, 'a'), file: null };
  assert.deepEqual(inShort(followPeople().say(shown)), [['mailbox.changed', 2, 1]]);
});

test('the file of the message, where the PBX shows it', () => {
  const [left] = followPeople().say({ ...counted(1, 0, 'a'), file: '/spool/default/101/INBOX/msg0000' });
  assert.deepEqual([left?.data['voicemailId'], left?.data['file']], ['msg0000', '/spool/default/101/INBOX/msg0000']);
});

test('after a lost connection, and after a restart, only what changed meanwhile is told', () => {
  const run = followPeople();
  const known = run.say(listed(1, 0));
  assert.deepEqual(run.say(listed(1, 0)), []);
  const found = run.say(listed(2, 0));
  assert.deepEqual(inShort(found), [
    ['voicemail.left', 2, 0],
    ['mailbox.changed', 2, 0],
  ]);
  assert.ok(found.every(({ data }) => data['estimated'] === true));
  assert.deepEqual(followPeople(known).say(listed(1, 0)), []);
});
