import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { headerRecord } from '../delivery/sender/headers.ts';
import { createSigner } from '../delivery/signing/signer.ts';
import { newSigningSecret } from '../kit/signing-secret.ts';
import { ReceiverProblem, type ReceiverProblemCode } from './problem.ts';
import { createVerifier, verify, type VerifierOptions } from './verify.ts';

const nowMs = 1_795_253_400_000;
const now = (): number => nowMs;
const secret = newSigningSecret();
const signed = (body: string | Uint8Array = '{}', at = nowMs, secrets = [secret]) => ({
  headers: headerRecord(createSigner(secrets).sign('1-7', at, body)) as Record<string, string | string[]>,
  body,
});
const refusal = (code: ReceiverProblemCode, header: string | null) => (error: unknown) => {
  assert.ok(error instanceof ReceiverProblem);
  assert.deepEqual([error.code, error.header], [code, header]);
  return true;
};
const options = (more: Partial<VerifierOptions> = {}): VerifierOptions => ({ secrets: secret, now, ...more });

describe('verify', () => {
  it('takes what Offhook signs, as text and as bytes, and says what was signed when', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
        const body = text.toWellFormed();
        for (const request of [signed(body), signed(bytes), { ...signed(body), body: Buffer.from(body) }]) {
          const { id, signedAt } = verify(request, options());
          assert.deepEqual([id, signedAt.getTime()], ['1-7', nowMs]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes what the standardwebhooks package signs', () => {
    const body = '{"name":"Zoë 🤝"}';
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(nowMs / 1000),
      'webhook-signature': new Webhook(secret).sign('msg_1', new Date(nowMs), body),
    };
    assert.equal(verify({ headers, body }, options()).id, 'msg_1');
  });

  it('refuses bytes that differ from the signed ones in anything, even where they decode to the same text', () => {
    const request = signed(Uint8Array.of(0xff, 0x41));
    assert.throws(
      () => verify({ ...request, body: Uint8Array.of(0xfe, 0x41) }, options()),
      refusal('wrong_signature', null),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, mask) => {
        const other = Uint8Array.from(bytes);
        const index = place % bytes.length;
        other[index] = (bytes[index] as number) ^ mask;
        assert.throws(() => verify({ ...signed(bytes), body: other }, options()), refusal('wrong_signature', null));
      }),
      { numRuns: 50 },
    );
  });

  it('tolerates so many seconds to either side and not one more', () => {
    const verifier = createVerifier(options({ toleranceSeconds: 60 }));
    for (const seconds of [-60, 0, 60]) verifier.verify(signed('', nowMs + seconds * 1000));
    for (const seconds of [-61, 61]) {
      assert.throws(
        () => verifier.verify(signed('', nowMs + seconds * 1000)),
        refusal('stale_timestamp', 'webhook-timestamp'),
      );
    }
  });

  it('says which header is missing, doubled or malformed, whatever its case', () => {
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const) {
      const { headers } = signed();
      const value = headers[name] as string;
      const { [name]: _out, ...rest } = headers;
      const check = (changed: Record<string, string | string[]>) => verify({ headers: changed, body: '{}' }, options());
      assert.throws(() => check(rest), refusal('missing_header', name));
      assert.throws(() => check({ ...rest, [name]: '' }), refusal('missing_header', name));
      assert.throws(() => check({ ...rest, [name]: [value, value] }), refusal('malformed_header', name));
      assert.throws(() => check({ ...headers, [name.toUpperCase()]: value }), refusal('malformed_header', name));
      assert.throws(() => check({ ...rest, [name]: `${value}, ${value}` }), refusal('malformed_header', name));
      assert.doesNotThrow(() => check({ ...rest, [name.toUpperCase()]: [value] }));
      assert.doesNotThrow(() =>
        verify({ headers: new Headers(headers as Record<string, string>), body: '{}' }, options()),
      );
    }
  });

  it('tries every secret with every signature of a version it knows', () => {
    const old = newSigningSecret();
    const { headers } = signed('{}', nowMs, [newSigningSecret(), old]);
    assert.doesNotThrow(() => verify({ headers, body: '{}' }, options({ secrets: [secret, old] })));
    assert.throws(() => verify({ headers, body: '{}' }, options()), refusal('wrong_signature', null));
    const future = { ...headers, 'webhook-signature': `v2,AAAA ${headers['webhook-signature'] as string}` };
    assert.doesNotThrow(() => verify({ headers: future, body: '{}' }, options({ secrets: old })));
    const renamed = {
      ...headers,
      'webhook-signature': (headers['webhook-signature'] as string).replaceAll('v1,', 'v1a,'),
    };
    assert.throws(
      () => verify({ headers: renamed, body: '{}' }, options({ secrets: old })),
      refusal('wrong_signature', null),
    );
  });

  it('never throws anything but a ReceiverProblem, whatever the headers', () => {
    const verifier = createVerifier(options());
    const names = fc.constantFrom('webhook-id', 'Webhook-Timestamp', 'webhook-signature', 'get', 'x');
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()), fc.constant(undefined));
    fc.assert(
      fc.property(fc.dictionary(names, values), fc.uint8Array(), (headers, body) => {
        assert.throws(() => verifier.verify({ headers, body }), ReceiverProblem);
      }),
    );
  });

  it('refuses at once what can be no secret, without repeating it, and a body that was parsed', () => {
    for (const secrets of ['', 'hunter2', [], [secret, 'hunter2'], `whsec_${randomBytes(8).toString('base64')}`]) {
      assert.throws(
        () => createVerifier({ secrets }),
        (error: Error) =>
          error instanceof TypeError && error.message.includes('secret') && !/hunter2/.test(error.message),
      );
    }
    assert.throws(() => createVerifier(options({ toleranceSeconds: Number.NaN })), /toleranceSeconds/);
    const parsed = { ...signed(), body: {} as string };
    assert.throws(() => verify(parsed, options()), /raw body/);
  });
});
