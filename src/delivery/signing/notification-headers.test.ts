import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import { headerRecord } from '../sender/headers.ts';
import { isHeaderValue } from '../../model/header-rules.ts';
import { authHeaders } from './auth-headers.ts';
import { type Notification, notificationHeaders, prepareHeaders } from './notification-headers.ts';
import { newSigningSecret } from '../../kit/signing-secret.ts';
import { createSigner } from './signer.ts';

const none: EndpointAuth = { kind: 'none' };
const notification = (change: Partial<Notification> = {}): Notification => ({
  encoded: { 'content-type': 'application/json' },
  body: '{}',
  eventId: 'event-1',
  count: 1,
  deliveryId: 'delivery-1',
  replay: 0,
  attempt: 1,
  nowMs: 1_000_000,
  ...change,
});

const plain = prepareHeaders({ headers: {}, auth: none }, 'sub-id', null);

/** As they arrive: a name that comes twice would be two headers. */
function headersOf(change: Partial<Notification> = {}, prepared = plain): Record<string, string> {
  const list = notificationHeaders(notification(change), prepared);
  const record = headerRecord(list);
  assert.equal(list.length, Object.keys(record).length * 2, list.join(' '));
  return record;
}

describe('notification headers', () => {
  it('name event, delivery, attempt and subscription', () => {
    assert.deepEqual(headersOf({ attempt: 3 }), {
      'user-agent': 'Offhook',
      'x-correlation-id': 'sub-id',
      'content-type': 'application/json',
      'x-offhook-event': 'event-1',
      'x-offhook-delivery': 'delivery-1',
      'x-offhook-attempt': '3',
    });
  });

  it('say how many events a batch has', () => {
    assert.equal(headersOf({ count: 7 })['x-offhook-count'], '7');
  });

  it('carry the signature of the delivery where there is a secret', () => {
    const signer = createSigner([newSigningSecret()]);
    const headers = headersOf({}, prepareHeaders({ headers: {}, auth: none }, 'sub-id', signer));
    assert.deepEqual(headerRecord(signer.sign('delivery-1', 1_000_000, '{}')), {
      'webhook-id': headers['webhook-id'],
      'webhook-timestamp': '1000',
      'webhook-signature': headers['webhook-signature'],
    });
  });

  it('let a later source win, and none forge what Offhook or HTTP says', () => {
    const prepared = prepareHeaders(
      {
        headers: { 'X-A': 'custom', Authorization: 'custom', 'User-Agent': 'mine', 'X-Offhook-Attempt': '8' },
        auth: { kind: 'bearer', token: 't' },
      },
      'sub-id',
      null,
    );
    const encoded = {
      'x-a': 'dialect',
      host: 'evil',
      'content-length': '1',
      'x-offhook-attempt': '9',
      'webhook-id': 'x',
      'x-correlation-id': 'x',
    };
    const headers = headersOf({ encoded }, prepared);
    assert.equal(headers['x-a'], 'dialect');
    assert.equal(headers['user-agent'], 'mine');
    assert.equal(headers['authorization'], 'Bearer t');
    assert.equal(headers['x-offhook-attempt'], '1');
    assert.equal(headers['x-correlation-id'], 'sub-id');
    for (const name of ['host', 'content-length', 'webhook-id']) assert.ok(!(name in headers), name);
  });

  it('name the replay they are a part of, and no other', () => {
    assert.equal(headersOf({ replay: 12 })['x-offhook-replay'], '12');
    assert.ok(!('x-offhook-replay' in headersOf({})));
  });

  it('percent-encode ids a header cannot carry', () => {
    const headers = headersOf({ eventId: 'ü\r\nx: y\ud800', deliveryId: 'a b' });
    assert.ok(isHeaderValue(headers['x-offhook-event'] ?? '\n'));
    assert.equal(headers['x-offhook-event'], '%C3%BC%0D%0Ax%3A%20y%EF%BF%BD');
    assert.equal(headers['x-offhook-delivery'], 'a%20b');
  });

  it('authenticate as the endpoint asks', () => {
    assert.deepEqual(authHeaders({ kind: 'basic', username: 'ü', password: 'p:w' }), {
      authorization: 'Basic w7w6cDp3',
    });
    assert.deepEqual(authHeaders({ kind: 'headers', headers: { 'X-Key': 'k' } }), { 'x-key': 'k' });
    assert.deepEqual(authHeaders(none), {});
  });
});
