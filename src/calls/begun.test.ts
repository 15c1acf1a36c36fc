import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../test/support/builders.ts';
import type { Call, Leg } from '../model/call.ts';
import type { NewEvent } from '../model/event.ts';
import { begunAfter } from './begun.ts';

const told = (type: NewEvent['type'], data: NewEvent['data'] = {}, legId: string | null = null): NewEvent =>
  eventOf({ type, data, leg: legId === null ? null : ({ id: legId } as Leg) });
const after = (...events: readonly NewEvent[]): readonly NewEvent[] =>
  events.reduce((begun: readonly NewEvent[], event) => begunAfter(begun, event), []);

test('what began is there until it ends', () => {
  const joined = told('queue.joined', { queue: 'support' }, 'pbx1:a/queue/1');
  const ringing = told('queue.agent_ringing', { queue: 'support' }, 'pbx1:b');
  assert.deepEqual(after(joined, ringing), [joined, ringing]);
  assert.deepEqual(after(joined, ringing, told('queue.left', { queue: 'support' }, 'pbx1:a/queue/1')), []);
});

test('an agent rings until the phone does no more, missed the call or took it', () => {
  const joined = told('queue.joined', { queue: 'support' }, 'pbx1:a/queue/1');
  const ringing = told('queue.agent_ringing', { queue: 'support' }, 'pbx1:b');
  for (const type of ['queue.agent_missed', 'queue.answered', 'leg.ended'] as const) {
    assert.deepEqual(after(joined, ringing, told(type, { queue: 'support' }, 'pbx1:b')), [joined], type);
    assert.deepEqual(after(joined, ringing, told(type, { queue: 'support' }, 'pbx1:c')), [joined, ringing], type);
  }
});

test('who sent the call on to a phone is told once, and needed until its leg has ended', () => {
  const plain = told('leg.dial_in', {}, 'pbx1:a');
  const forwarded = told('leg.dial_in', { forwardedFrom: '169' }, 'pbx1:b');
  const ringing = told('queue.agent_ringing', { queue: 'support' }, 'pbx1:b');
  assert.deepEqual(after(plain, forwarded, ringing, told('leg.ended', {}, 'pbx1:a')), [forwarded, ringing]);
  assert.deepEqual(after(plain, forwarded, ringing, told('leg.ended', {}, 'pbx1:b')), []);
});

test('however many agents ring, where the caller waits is not forgotten', () => {
  const joined = told('queue.joined', { queue: 'support' }, 'pbx1:a/queue/1');
  const ringing = Array.from({ length: 150 }, (_, at) =>
    told('queue.agent_ringing', { queue: 'support' }, `pbx1:${at}`),
  );
  assert.deepEqual(after(joined, ...ringing), [joined, ...ringing.slice(50)]);
});

test('a call in two places: the end of one leaves the other', () => {
  const first = told('park.parked', { lot: 'default', slot: '401' });
  const second = told('park.parked', { lot: 'default', slot: '402' });
  assert.deepEqual(after(first, second, told('park.timed_out', { lot: 'default', slot: '401' })), [second]);
  const bob = told('conference.joined', { conferenceId: 'm1' }, 'pbx1:b');
  const carol = told('conference.joined', { conferenceId: 'm1' }, 'pbx1:c');
  assert.deepEqual(after(bob, carol, told('conference.left', { conferenceId: 'm1' }, 'pbx1:c')), [bob]);
});

test('one transfer ends, another of the call goes on', () => {
  const first = told('transfer.started', { transferId: 't1' });
  const second = told('transfer.started', { transferId: 't2' });
  assert.deepEqual(after(first, second, told('transfer.completed', { transferId: 't1' })), [second]);
  assert.deepEqual(after(first, told('transfer.failed', { transferId: 't1' })), []);
});

test('the end of what never began changes nothing, and is the same list', () => {
  const begun = after(told('park.parked', { slot: '401' }));
  assert.equal(begunAfter(begun, told('queue.left', {}, 'pbx1:a')), begun);
  assert.equal(begunAfter(begun, told('call.updated')), begun);
});

const inMenu = (type: NewEvent['type'], extension: string | null, changed: readonly string[] = []): NewEvent => {
  const event = eventOf({ type, data: { changed } });
  return { ...event, call: { ...(event.call as Call), state: 'answered', answeredBy: { kind: 'ivr', extension } } };
};
const menuEnded = (extension: string | null): NewEvent =>
  eventOf({ type: 'leg.ended', leg: { id: 'pbx1:a/ivr/1', role: 'ivr', extension } as Leg });

test('a menu begins with what first shows the call in it, and ends with its leg', () => {
  const entered = inMenu('call.updated', '621', ['call.state', 'call.answeredBy']);
  const again = inMenu('call.updated', '621', ['call.state']);
  const other = inMenu('call.updated', '622', ['call.answeredBy']);
  assert.deepEqual(after(entered, again), [entered]);
  assert.deepEqual(after(entered, menuEnded('621')), []);
  assert.deepEqual(after(entered, menuEnded('621'), again), [again], 'back from a phone that did not answer');
  assert.deepEqual(after(entered, other, menuEnded('621')), [other]);
  const found = inMenu('call.started', null);
  assert.deepEqual(after(found), [found]);
  const named = inMenu('call.updated', '621', ['call.from.name']);
  assert.deepEqual(after(named), [], 'who left a menu is still shown as answered by it');
});
