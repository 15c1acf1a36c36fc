import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { headerRecord } from '../sender/headers.ts';
import { newSigningSecret, secretProblem } from '../../kit/signing-secret.ts';
import { createSigner, type Signer, signingProblem } from './signer.ts';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;

type Signed = Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>;
const signed = (secrets: readonly string[], ...what: Parameters<Signer['sign']>): Signed =>
  headerRecord(createSigner(secrets).sign(...what)) as Signed;

describe('signing', () => {
  it('makes what the standardwebhooks package verifies, for any text and bytes', () => {
    const secret = newSigningSecret();
    const webhook = new Webhook(secret);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.uuid(), (text, bytes, id) => {
        const body = text.toWellFormed();
        webhook.verify(body, signed([secret], id, Date.now(), body), { jsonParse: false });
        const buffer = Buffer.from(bytes.filter((byte) => byte < 128));
        webhook.verify(buffer, signed([secret], id, Date.now(), buffer), { jsonParse: false });
      }),
      { numRuns: 100 },
    );
  });

  it('signs raw bytes as they are', () => {
    const key = randomBytes(32);
    const body = Uint8Array.from([0, 255, 128, 10]);
    const { 'webhook-signature': signature } = signed([`whsec_${key.toString('base64')}`], 'a', 5_000, body);
    assert.equal(signature, `v1,${createHmac('sha256', key).update('a.5.').update(body).digest('base64')}`);
  });

  it('signs with both secrets during rotation, newest first', () => {
    const [newer, older] = [secretOf(32), secretOf(24)];
    const headers = signed([newer, older], 'dlv_1', Date.now(), '{}');
    for (const secret of [newer, older]) new Webhook(secret).verify('{}', { ...headers });
    const alone = signed([newer], 'dlv_1', Number(headers['webhook-timestamp']) * 1000, '{}');
    assert.equal(headers['webhook-signature'].split(' ')[0], alone['webhook-signature']);
    assert.throws(() => new Webhook(secretOf(32)).verify('{}', { ...headers }));
  });

  it('covers id, time and body', () => {
    const secret = secretOf(32);
    const headers = signed([secret], 'dlv_1', Date.now(), '{"a":1}');
    const verify = (body: string, changed: object): unknown =>
      new Webhook(secret).verify(body, { ...headers, ...changed });
    verify('{"a":1}', {});
    assert.throws(() => verify('{"a":2}', {}));
    assert.throws(() => verify('{"a":1}', { 'webhook-id': 'dlv_2' }));
    assert.throws(() => verify('{"a":1}', { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) }));
  });

  it('signs no body as an empty one', () => {
    const signer = createSigner([secretOf(24)]);
    assert.deepEqual(signer.sign('x', 0, null), signer.sign('x', 0, ''));
  });

  it('takes secrets of 24 to 64 bytes in strict base64, and never repeats a bad one', () => {
    for (const bytes of [24, 32, 64]) assert.equal(secretProblem(secretOf(bytes)), null);
    const bad = [
      secretOf(23),
      secretOf(65),
      'whsec_',
      'secret',
      `whsec_${'a'.repeat(33)}`,
      `${secretOf(32)} `,
      'whsec_-_-_',
    ];
    for (const secret of bad) {
      const problem = secretProblem(secret);
      assert.ok(problem, secret);
      assert.ok(!problem.includes(secret.slice(6, 20) || 'nothing'), problem);
      assert.throws(() => createSigner([secret]));
    }
  });

  it('says which secret is at fault, and how many there may be', () => {
    assert.equal(signingProblem([secretOf(32), 'whsec_x'])?.index, 1);
    assert.match(signingProblem([])?.message ?? '', /one secret, or two/);
    assert.match(signingProblem([1, 2, 3].map(() => secretOf(32)))?.message ?? '', /one secret, or two/);
  });

  it('makes new secrets that it takes, each another one', () => {
    const secrets = Array.from({ length: 20 }, newSigningSecret);
    assert.equal(new Set(secrets).size, 20);
    assert.deepEqual(
      secrets.map(secretProblem),
      secrets.map(() => null),
    );
  });
});
