/**
 * Certificates for tests, made when they are needed: nothing secret lies in the repository and nothing but Node is
 * needed. Only as much DER as that takes.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';

export interface TestCertificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: Date): Buffer => der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const dnsName = (name: string): Buffer => der(0x82, Buffer.from(name));
const ipAddress = (address: string): Buffer => der(0x87, Uint8Array.from(address.split('.').map(Number)));

/** Subject alternative names, and that it is its own authority. */
function extensions(dnsNames: readonly string[], addresses: readonly string[]): Buffer {
  const names = sequence(...dnsNames.map(dnsName), ...addresses.map(ipAddress));
  // A list of no names is no list.
  const isNamed = dnsNames.length + addresses.length > 0;
  const alternative = isNamed ? [sequence(oid('551d11'), der(0x04, names))] : [];
  const constraints = sequence(
    oid('551d13'),
    der(0x01, Buffer.from([0xff])),
    der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
  );
  return der(0xa3, sequence(...alternative, constraints));
}

const hourMs = 3_600_000;

/** Whom a certificate is for, and until when. */
interface Facts {
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** Milliseconds from now until which it is valid; it began an hour before that, or before now. */
  readonly untilMs?: number;
  readonly subject?: string;
}

/** @param untilMs milliseconds from now until which it is valid; it began an hour before that, or before now */
export function selfSigned(
  dnsNames: readonly string[],
  addresses: readonly string[],
  untilMs = hourMs,
): TestCertificate {
  return make({ dnsNames, addresses, untilMs, subject: 'Offhook test receiver' }, null);
}

/** From an authority, which may be any of the certificates made here. */
export function signedBy(authority: TestCertificate, facts: Facts = {}): TestCertificate {
  return make(facts, authority);
}

const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));

function make(
  { dnsNames = [], addresses = [], untilMs = hourMs, subject = 'Offhook test certificate' }: Facts,
  authority: TestCertificate | null,
): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const from = Date.now() + Math.min(0, untilMs) - hourMs;
  const validity = sequence(utcTime(new Date(from)), utcTime(new Date(Date.now() + untilMs)));
  const issuer = authority ? new X509Certificate(authority.cert).subject.replace(/^CN=/, '') : subject;
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)]);
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer),
    validity,
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(dnsNames, addresses),
  );
  const signature = sign('sha256', content, authority ? createPrivateKey(authority.key) : privateKey);
  const bytes = sequence(content, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}
