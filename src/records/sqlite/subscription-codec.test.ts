import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscriptionOf } from '../../../test/conformance/subscription-store.ts';
import { noSeal } from './seal.ts';
import { decodeSubscription, encodeSubscription } from './subscription-codec.ts';

const reversing = {
  seal: (text: string) => text.split('').toReversed().join(''),
  open: (text: string) => text.split('').toReversed().join(''),
  isCurrent: () => true,
};

test('nothing a receiver keeps secret lies outside the sealed part', () => {
  const subscription = subscriptionOf(7, {
    target: {
      ...subscriptionOf(7).target,
      url: 'https://u:in-the-user-part@crm.example/hook?key=in-the-query',
      auth: { kind: 'bearer', token: 'in-the-token' },
      headers: { 'x-key': 'in-a-header' },
      signing: { secrets: ['whsec_in-the-signing'] },
    },
  });
  const row = encodeSubscription(subscription, reversing);
  for (const secret of ['in-the-user-part', 'in-the-query', 'in-the-token', 'in-a-header', 'whsec_in-the-signing']) {
    assert.ok(!row.body.includes(secret) && !row.secrets.includes(secret), secret);
  }
  assert.deepEqual(decodeSubscription(row, reversing), subscription);
});

test('of one that was stored before it was kept, nobody knows who made it', () => {
  const { createdBy: _createdBy, ...stored } = subscriptionOf(7);
  const row = encodeSubscription(stored as typeof stored & { createdBy: null }, noSeal);
  assert.equal(row.body.includes('createdBy'), false);
  assert.deepEqual(decodeSubscription(row, noSeal), { ...stored, createdBy: null });
});

test('without a seal the row reads the same', () => {
  const subscription = subscriptionOf(7);
  assert.deepEqual(decodeSubscription(encodeSubscription(subscription, noSeal), noSeal), subscription);
});
