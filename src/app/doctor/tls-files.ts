import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/schema.ts';
import { failed, type Finding, ok, reasonOf, skipped, warning } from './finding.ts';

const day = 86_400_000;
const soon = 21 * day;
const renew = 'renew the certificate and restart the server: it reads the files at its start';

/** @param now milliseconds */
export async function checkTlsFiles({ server }: Config, now: number): Promise<Finding> {
  const { cert, key } = server.tls;
  if (cert === null || key === null) return withoutTls(server.host);
  try {
    const certificate = new X509Certificate(await readFile(cert));
    if (!certificate.checkPrivateKey(createPrivateKey(await readFile(key)))) {
      return failed('TLS', `${key} is not the key of ${cert}`, 'name the key the certificate was made for');
    }
    return validity(certificate, now);
  } catch (error) {
    return failed(
      'TLS',
      `${cert} or ${key} can't be read (${reasonOf(error)})`,
      'both are PEM files; check path and rights',
    );
  }
}

function withoutTls(host: string): Finding {
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  if (isLocal) return skipped('TLS', 'the server listens on this machine alone');
  return warning(
    'TLS',
    `the server listens on ${host} without TLS`,
    'set server.tls, or listen on 127.0.0.1 behind a proxy that has it',
  );
}

function validity({ validFromDate, validToDate }: X509Certificate, now: number): Finding {
  const until = validToDate.getTime();
  const day0 = validToDate.toISOString().slice(0, 10);
  if (until < now) return failed('TLS', `the certificate expired on ${day0}`, renew);
  if (validFromDate.getTime() > now) {
    return failed(
      'TLS',
      `the certificate is valid from ${validFromDate.toISOString().slice(0, 10)} only`,
      'check the clock, or use another one',
    );
  }
  if (until - now < soon) return warning('TLS', `the certificate expires on ${day0}`, renew);
  return ok('TLS', `the certificate is valid until ${day0}`);
}
