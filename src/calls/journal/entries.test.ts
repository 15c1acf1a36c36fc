import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { eraseRecord } from '../../model/erasure/erase-event.ts';
import { erasedNumber } from '../../model/erasure/erased-number.ts';
import type { JournalLeg } from '../../model/leg-facts.ts';
import { type CallEntry, entriesOf } from './entries.ts';

const start = Date.parse('2026-01-01T00:00:00.000Z');
const time = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();

function legOf(id: string, [from, until]: readonly [number, number], changes: Partial<JournalLeg> = {}): JournalLeg {
  return {
    id,
    extension: '101',
    role: 'callee',
    state: 'ended',
    outcome: 'no_answer',
    number: null,
    name: null,
    startedAt: time(from),
    ringingAt: null,
    answeredAt: null,
    endedAt: time(until),
    cause: null,
    ...changes,
  };
}
const answered = (seconds: number) => ({ outcome: 'answered', answeredAt: time(seconds) }) as const;
const machine = (id: string, until: number, bridged: boolean | null): JournalLeg =>
  legOf(id, [0, until], { role: 'queue', extension: id, bridged });
const shown = (legs: readonly JournalLeg[]): string[] =>
  entriesOf({ call: callOf('c1'), legs }).map(
    ({ extension, flow, status, missed }: CallEntry) => `${extension} ${flow} ${status}${missed ? ' missed' : ''}`,
  );

test('whoever lost to a quicker phone has no entry, nobody missed the call', () => {
  const winner = legOf('a', [0, 30], { extension: '102', ...answered(5) });
  assert.deepEqual(shown([legOf('b', [0, 5]), winner]), ['102 in answered']);
});

test('who was called in vain before the call went on has an unsuccessful one, and nobody missed the call', () => {
  const later = legOf('b', [20, 60], { extension: '102', ...answered(25) });
  assert.deepEqual(shown([legOf('a', [0, 19]), later]), ['101 in no_answer', '102 in answered']);
});

test('a call that rang at several and reached nobody is missed once', () => {
  const legs = [legOf('a', [0, 20]), legOf('b', [0, 20], { extension: '102', outcome: 'busy' })];
  assert.deepEqual(shown(legs), ['101 in no_answer missed', '102 in busy']);
});

test('queues and menus that reached nobody are one missed call, however many say no', () => {
  const legs = [legOf('a', [5, 9]), machine('500', 30, false), machine('600', 30, false)];
  assert.deepEqual(shown(legs), ['500 in no_answer missed']);
});

test('a queue or a menu that reached somebody has no entry; neither has one that does not say, where somebody answered', () => {
  const talk = legOf('a', [5, 30], answered(9));
  assert.deepEqual(shown([talk, machine('500', 30, true), machine('600', 30, false)]), ['101 in answered']);
  assert.deepEqual(shown([talk, machine('500', 30, null)]), ['101 in answered']);
  assert.deepEqual(shown([legOf('a', [5, 9]), machine('500', 30, null)]), ['500 in no_answer missed']);
});

test('calls within the house are missed by nobody, and calls to the outside have their status', () => {
  const remoteParty = { number: '102', raw: '102', name: null, kind: 'internal' } as const;
  assert.deepEqual(shown([legOf('a', [0, 9], { remoteParty })]), ['101 in no_answer']);
  assert.deepEqual(shown([legOf('a', [0, 9], { role: 'caller', outcome: 'congested' })]), ['101 out congested']);
  const sentOn = legOf('a', [0, 9], { role: 'caller', internal: true });
  assert.deepEqual(
    entriesOf({ call: callOf('c1'), legs: [sentOn] }).map(({ internal }) => internal),
    [true],
  );
});

test('what went on in another call is told there', () => {
  assert.deepEqual(shown([legOf('a', [0, 9], { outcome: null }), legOf('b', [0, 9], { endedAt: null })]), []);
});

test('a number that is erased from a call is in none of its entries', () => {
  const remoteParty = { number: '+12157010680', raw: '2157010680', name: 'Annabel', kind: 'external' } as const;
  const legs = [
    legOf('a', [0, 9], { remoteParty, ...answered(1) }),
    legOf('b', [9, 12], {
      remoteNumber: '+12157010680',
      transferredBy: '101',
      transferredWith: 'keys',
      ...answered(10),
    }),
  ];
  const erased = eraseRecord({ call: callOf('c1'), legs }, erasedNumber(['+12157010680', '2157010680']));
  const text = JSON.stringify([erased, entriesOf(erased)]);
  assert.ok(!text.includes('2157010680') && !text.includes('Annabel'), text);
});
