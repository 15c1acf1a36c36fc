import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfSigned } from '../../../test/conformance/sender-certificate.ts';
import { draftOf } from '../../../test/support/builders.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { checkClientCertificates } from './client-certificates.ts';

const day = 86_400_000;

function subscriptionOf(number: number, days: number, enabled = true): Subscription {
  const { cert, key } = selfSigned([], [], days * day + 60_000);
  const auth = { kind: 'mtls', certificate: cert, privateKey: key, ca: null } as const;
  const draft = draftOf('https://crm.example/', { target: { auth }, selection: { enabled } });
  const rest = { id: 'f'.repeat(32), number, endpoint: 1, versions: [], createdBy: null, createdAt: '', updatedAt: '' };
  return { ...draft, ...rest };
}

const told = (...subscriptions: readonly Subscription[]): string[] =>
  checkClientCertificates(subscriptions, Date.now()).map(({ status, detail }) => `${status}: ${detail}`);

test('client certificates that expire or have expired are told by the number of their subscription', () => {
  const [expired, soon, well, off] = [
    subscriptionOf(1, -2),
    subscriptionOf(2, 5),
    subscriptionOf(3, 90),
    subscriptionOf(4, -2, false),
  ];
  const [first, second, ...more] = told(expired, soon, well, off);
  assert.match(first ?? '', /^failed: that of subscription 1 expired on \d{4}-\d\d-\d\d$/);
  assert.match(second ?? '', /^warning: that of subscription 2 expires on \d{4}-\d\d-\d\d$/);
  assert.deepEqual(more, []);
  assert.deepEqual(told(well), ['ok: all 1 are valid for 30 days or more']);
  assert.deepEqual(told(off), []);
});

test('hundreds of them are told as so many more', () => {
  const many = Array.from({ length: 25 }, (_, index) => subscriptionOf(index, 1));
  assert.equal(told(...many).length, 21);
  assert.equal(told(...many).at(-1), 'warning: and 5 more');
});
