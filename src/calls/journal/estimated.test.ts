import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, eventOf } from '../../../test/support/builders.ts';
import type { Leg } from '../../model/call.ts';
import type { Event } from '../../model/event.ts';
import { entriesOf } from './entries.ts';
import { foldCall } from './fold.ts';

const leg: Leg = {
  id: 'l1',
  extension: '101',
  role: 'callee',
  state: 'ended',
  outcome: 'answered',
  number: '101',
  name: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  ringingAt: null,
  answeredAt: '2026-01-01T00:00:05.000Z',
  endedAt: '2026-01-01T00:00:09.000Z',
  cause: null,
};
const told = (type: Event['type'], data: Event['data'] = {}): Event['data'] & { type: Event['type'] } => ({
  type,
  ...data,
});

/** Whether the call's only entry is estimated, by the events of its leg; however they are cut into pieces. */
function isEstimated(...steps: ReturnType<typeof told>[]): boolean {
  const events = steps.map(
    ({ type, ...data }, at) => ({ ...eventOf({ type, data, leg, call: callOf('c1') }), seq: at + 1 }) as Event,
  );
  const atOnce = foldCall(null, events);
  const oneByOne = events.reduce<ReturnType<typeof foldCall>>((record, event) => foldCall(record, [event]), null);
  assert.ok(atOnce);
  assert.deepEqual(atOnce.legs, oneByOne?.legs);
  return entriesOf(atOnce)[0]?.estimated === true;
}

const guessed = { estimated: true };

test('an entry is estimated where nobody said when its leg was answered, or when it ended', () => {
  assert.equal(isEstimated(told('leg.answered'), told('leg.ended')), false);
  assert.equal(isEstimated(told('leg.answered', guessed), told('leg.ended')), true);
  assert.equal(isEstimated(told('leg.answered'), told('leg.ended', guessed)), true);
});

test('… and no more where the phone system says in the end how long it was connected', () => {
  assert.equal(isEstimated(told('leg.answered', guessed), told('leg.ended', { talkUs: 4_000_000 })), false);
  assert.equal(isEstimated(told('leg.ended', { talkUs: 4_000_000, ...guessed })), true);
});

test('that something else of it was inferred, as that it was held, does not matter', () => {
  assert.equal(isEstimated(told('leg.held', guessed), told('leg.answered'), told('leg.ended')), false);
});
