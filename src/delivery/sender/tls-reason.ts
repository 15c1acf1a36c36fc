/** Why there is no TLS connection, in words for who has to do something about it, and what to do. */

const trustIt =
  'give its certificate authority as `endpoint.auth.ca` (kind mtls), or have the operator trust it (NODE_EXTRA_CA_CERTS)';

/** What we hold against the receiver's certificate. */
const ofReceiver: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the receiver's certificate has expired; its owner has to renew it",
  CERT_NOT_YET_VALID: "the receiver's certificate is not valid yet; check its dates and this machine's clock",
  CERT_REVOKED: "the receiver's certificate was revoked; its owner has to replace it",
  DEPTH_ZERO_SELF_SIGNED_CERT: `the receiver's certificate is self-signed; ${trustIt}`,
  SELF_SIGNED_CERT_IN_CHAIN: `the receiver's certificate comes from an unknown authority; ${trustIt}`,
  // An authority of the same name, but not the one.
  CERT_SIGNATURE_FAILURE: `the receiver's certificate comes from an unknown authority; ${trustIt}`,
  UNABLE_TO_GET_ISSUER_CERT: `the receiver's certificate comes from an unknown authority; ${trustIt}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `the receiver's certificate comes from an unknown authority; ${trustIt}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the receiver's certificate comes from an unknown authority, or it does not send the certificates in between; ${trustIt}`,
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the receiver's certificate is for other host names; use one of them in `endpoint.url`, or have it issued anew",
};

const renew = 'renew `endpoint.auth.certificate`';

/** What the receiver says of ours, as TLS alerts. */
const ofUs: readonly (readonly [RegExp, string])[] = [
  [/CERTIFICATE_EXPIRED/, `the receiver says that our client certificate has expired; ${renew}`],
  [/CERTIFICATE_REVOKED/, `the receiver says that our client certificate was revoked; ${renew}`],
  [
    /ALERT_UNKNOWN_CA/,
    'the receiver does not know the authority of our client certificate; send the certificates in between too, or use one from an authority it knows',
  ],
  [
    /CERTIFICATE_REQUIRED/,
    'the receiver asks for a client certificate; set `endpoint.auth` to kind mtls with certificate and key',
  ],
  [
    /(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_UNKNOWN|ALERT_ACCESS_DENIED/,
    'the receiver does not accept our client certificate; ask its owner which it takes',
  ],
  [
    /ALERT_HANDSHAKE_FAILURE/,
    'the receiver ended the handshake; it may ask for a client certificate (kind mtls), or have no cipher in common',
  ],
];

/** OpenSSL's own message begins with numbers and ends with a source file; its reason is what a reader needs. */
function ownWords(error: Error): string {
  const { reason } = error as Error & { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : error.message;
}

/** @param code as Node has it; empty where it has none */
export function tlsReason(error: Error, code: string): string {
  const known = Object.hasOwn(ofReceiver, code) ? ofReceiver[code] : ofUs.find(([shape]) => shape.test(code))?.[1];
  return known ? `${known} (${code})` : ownWords(error);
}
