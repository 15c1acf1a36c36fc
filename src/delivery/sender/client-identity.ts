/** Who we are to a receiver that asks for a certificate. */
import { createHash } from 'node:crypto';
import type { MutualTls } from '../../subscriptions/subscription.ts';

export interface ClientIdentity {
  /** The same for the same domain, certificate, key and authorities only: connections are shared by it. */
  readonly key: string;
  /** PEM, like the others. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly ca: string | null;
}

/**
 * Remembers them while their subscriptions are in use. The domain is part of it: who was given a certificate has no part
 * in the connections of another tenant who has the same one.
 */
export function rememberIdentities(): (auth: MutualTls, domain: string) => ClientIdentity {
  const known = new WeakMap<MutualTls, { readonly domain: string; readonly identity: ClientIdentity }>();
  return (auth, domain) => {
    const found = known.get(auth);
    if (found?.domain === domain) return found.identity;
    const { certificate, privateKey, ca } = auth;
    const text = JSON.stringify([domain, certificate, privateKey, ca]);
    const key = createHash('sha256').update(text).digest('base64');
    const identity = { key, certificate, privateKey, ca };
    known.set(auth, { domain, identity });
    return identity;
  };
}
