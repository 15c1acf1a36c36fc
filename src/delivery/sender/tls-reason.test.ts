import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectFailure, exchangeFailure } from './failure.ts';
import { tlsReason } from './tls-reason.ts';

const error = (code: string, message = 'C0:error:0A:file.c:1'): Error => Object.assign(new Error(message), { code });

test('what is wrong with a certificate is said with what to do about it', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['CERT_HAS_EXPIRED', /receiver's certificate has expired; its owner has to renew/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /self-signed; give .*endpoint\.auth\.ca/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /unknown authority.*NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /certificates in between/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /other host names/],
  ];
  for (const [code, words] of cases) {
    const failure = connectFailure(error(code), 'crm.example', true);
    assert.equal(failure.failure, 'tls');
    assert.match(failure.message, words);
    assert.match(failure.message, new RegExp(code));
  }
});

test('an alert of the receiver about our certificate is told as such, also after the handshake', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', /our client certificate has expired/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /does not know the authority of our client certificate/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /asks for a client certificate.*mtls/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /does not accept our client certificate/],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /may ask for a client certificate/],
  ];
  for (const [code, words] of cases) {
    for (const failure of [connectFailure(error(code), 'crm.example', true), exchangeFailure(error(code))]) {
      assert.equal(failure.failure, 'tls');
      assert.match(failure.message, words);
    }
  }
});

test('what nobody foresaw is told in OpenSSL’s reason, without its file and line', () => {
  const unforeseen = Object.assign(error('ERR_SSL_X'), { reason: 'wrong version number' });
  assert.equal(tlsReason(unforeseen, 'ERR_SSL_X'), 'wrong version number');
});
