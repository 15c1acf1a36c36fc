import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointAuth } from '../../subscriptions/subscription.ts';
import { authHeaders } from '../signing/auth-headers.ts';
import { excerptOf } from './excerpt.ts';
import { secretsSent } from './sent-secrets.ts';

const sentWith = (auth: EndpointAuth, headers = Object.entries(authHeaders(auth)).flat()) =>
  secretsSent({ auth, headers });
const told = (auth: EndpointAuth, says: string): string =>
  excerptOf(Buffer.from(says), undefined, 2_048, sentWith(auth));
const withHeaders = (headers: Record<string, string>): EndpointAuth => ({ kind: 'headers', headers });

describe('what a receiver repeats of credentials', () => {
  const hard = 'p"ä/s&w <ö>+%';
  const basic: EndpointAuth = { kind: 'basic', username: 'user', password: hard };
  const base64 = Buffer.from(`user:${hard}`).toString('base64');

  it('is gone in every usual form', () => {
    const php = (text: string) => JSON.stringify(text).replaceAll('/', '\\/');
    const ascii = (text: string) => text.replace(/[^ -~]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
    const percent = encodeURIComponent(hard);
    const forms = [hard, JSON.stringify(hard), php(hard), ascii(php(hard)), ascii(JSON.stringify(hard)), percent];
    const form = new URLSearchParams({ p: hard }).toString();
    const html = 'p&quot;ä/s&amp;w &lt;ö&gt;+%';
    for (const text of [...forms, percent.toLowerCase(), form, html]) {
      assert.match(told(basic, `got ${text}.`), /^got (p=)?"?\(password\)"?\.$/, text);
    }
    assert.equal(told(basic, `Basic ${base64}`), 'Basic (secret)');
    assert.equal(told(basic, `{"a":"Basic ${base64.replaceAll('/', '\\/')}"}`), '{"a":"Basic (secret)"}');
    assert.equal(told(basic, 'user is unknown'), 'user is unknown');
  });

  it('is gone of each kind of credentials, and of headers whose names say so', () => {
    assert.equal(told({ kind: 'bearer', token: 'abcdef' }, 'no abcdef'), 'no (token)');
    const custom = withHeaders({ 'X-Key': 'Token abcdefgh', 'X-Longer': 'abcdefghij' });
    assert.equal(told(custom, 'Token abcdefgh abcdefgh abcdefghij'), '(secret) (secret) (secret)');
    const own = sentWith({ kind: 'none' }, ['cookie', 'sid=1234567', 'x-shown', '12345678']);
    assert.equal(excerptOf(Buffer.from('sid=1234567 12345678'), undefined, 2_048, own), '(secret) 12345678');
    assert.equal(
      excerptOf(Buffer.from('zip'), 'x abcdef', 2_048, sentWith({ kind: 'bearer', token: 'abcdef' })),
      '(x (token) data)',
    );
  });

  it('is gone behind its name where it is too short to be looked for', () => {
    const pin = withHeaders({ 'X-Pin': '12' });
    for (const name of ['x-pin: ', '"X-Pin":"', 'HTTP_X_PIN => ', '[X-Pin] => ', 'X-Pin&quot;:&quot;', '["x-pin", "']) {
      assert.equal(told(pin, `12 ${name}12, 12`), `12 ${name}(secret), 12`);
    }
    assert.equal(told(pin, 'x-pin: 123'), 'x-pin: 123');
    assert.equal(told({ kind: 'bearer', token: 'a' }, 'a bad Bearer a'), 'a bad Bearer (token)');
    const basicShort: EndpointAuth = { kind: 'basic', username: 'u', password: 'a' };
    assert.equal(
      told(basicShort, 'Basic dTph, u:a, "password":"a"'),
      'Basic (secret), u:(password), "password":"(password)"',
    );
  });

  it('leaves no beginning where the answer was cut', () => {
    const secrets = sentWith({ kind: 'bearer', token: 'ägeheim' });
    for (const room of [1, 2, 3, 5, 8]) {
      const says = Buffer.from(`${'x'.repeat(100 - room)}ägeheim and more`);
      assert.match(excerptOf(says, undefined, 100, secrets), /^x+(\(token\)?)?$/);
    }
    assert.equal(excerptOf(Buffer.from('not cut: äg'), undefined, 100, secrets), 'not cut: äg');
  });
});
