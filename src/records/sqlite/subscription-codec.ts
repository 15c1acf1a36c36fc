/**
 * How a subscription lies in the database: everything anyone may see in `body`, what only its receiver may know in
 * `secrets`. Both sides of the split are here, and nowhere else.
 */
import type { EndpointTarget, Subscription } from '../../subscriptions/subscription.ts';

/** Keeps the secret part of a row unreadable at rest. */
export interface Seal {
  seal(text: string): string;
  /** @throws when it was sealed with another key, or changed. */
  open(sealed: string): string;
}

/** Text as it is: what protects it is the file's mode, 0600. */
export const noSeal: Seal = { seal: (text) => text, open: (sealed) => sealed };

/** Credentials, and where they may hide: a URL's query or user part, a header. */
type SecretPart = Pick<EndpointTarget, 'url' | 'auth' | 'headers' | 'signing'>;
type PublicPart = Omit<Subscription, 'target'> & { readonly target: Omit<EndpointTarget, keyof SecretPart> };

export interface SubscriptionRow {
  readonly number: number;
  readonly id: string;
  readonly endpoint: number;
  readonly body: string;
  readonly secrets: string;
}

export function encodeSubscription(subscription: Subscription, seal: Seal): SubscriptionRow {
  const { url, auth, headers, signing, ...target } = subscription.target;
  const open: PublicPart = { ...subscription, target };
  const secret: SecretPart = { url, auth, headers, signing };
  return {
    number: subscription.number,
    id: subscription.id,
    endpoint: subscription.endpoint,
    body: JSON.stringify(open),
    secrets: seal.seal(JSON.stringify(secret)),
  };
}

export function decodeSubscription(
  { body, secrets }: Pick<SubscriptionRow, 'body' | 'secrets'>,
  seal: Seal,
): Subscription {
  const open = JSON.parse(body) as PublicPart;
  const secret = JSON.parse(seal.open(secrets)) as SecretPart;
  return { ...open, target: { ...open.target, ...secret } };
}
