import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { Leg } from '../../model/call.ts';
import { callView } from './call-view.ts';

const endedAt = '2026-01-01T00:00:09.000Z';

const legOf = (id: string, changes: Partial<Leg>): Leg => ({
  id,
  extension: '101',
  role: 'callee',
  state: 'answered',
  outcome: null,
  number: '101',
  name: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  cause: null,
  ...changes,
});

const recordOf = (state: 'answered' | 'ended', legs: readonly Leg[]): CallRecord => ({
  reseller: 'r1',
  domain: 'acme',
  connector: 'pbx1',
  extensions: ['101'],
  users: [],
  call: callOf('a', { state, endedAt: state === 'ended' ? endedAt : null }),
  legs,
  ringMs: null,
  final: state === 'ended',
  firstSeq: 1,
  seq: 2,
  seqs: [1, 2],
});

test('an ended call shows no leg as live: those that went on in another call have ended here with it', () => {
  const over = legOf('l1', { state: 'ended', outcome: 'transferred', endedAt: '2026-01-01T00:00:05.000Z', cause: 16 });
  const { legs } = callView(
    recordOf('ended', [over, legOf('l2', { state: 'held' }), legOf('l3', { state: 'ringing' })]),
  );
  assert.deepEqual(
    legs.map((leg) => [leg.id, leg.state, leg.endedAt, leg.outcome]),
    [
      ['l1', 'ended', over.endedAt, 'transferred'],
      ['l2', 'ended', endedAt, null],
      ['l3', 'ended', endedAt, null],
    ],
  );
});

test('a call in progress shows its legs as they are', () => {
  const live = [legOf('l1', {}), legOf('l2', { state: 'ringing' })];
  assert.deepEqual(callView(recordOf('answered', live)).legs, live);
});
