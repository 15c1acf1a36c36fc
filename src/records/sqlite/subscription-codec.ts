/**
 * How a subscription lies in the database: everything anyone may see in `body`, what only its receiver may know in
 * `secrets`. Both sides of the split are here, and nowhere else.
 */
import type { EndpointTarget, Subscription } from '../../subscriptions/subscription.ts';
import type { Seal } from './seal.ts';

/** Credentials, and where they may hide: a URL's query or user part, a header. */
type SecretPart = Pick<EndpointTarget, 'url' | 'auth' | 'headers' | 'signing'>;
type PublicPart = Omit<Subscription, 'target'> & { readonly target: Omit<EndpointTarget, keyof SecretPart> };
/** Who made it was not always kept. */
type StoredPart = Omit<PublicPart, 'createdBy'> & Partial<Pick<PublicPart, 'createdBy'>>;

export interface SubscriptionRow {
  readonly number: number;
  readonly id: string;
  readonly endpoint: number;
  readonly body: string;
  readonly secrets: string;
}

/** The number is never given out twice. */
export const purposeOf = (number: number): string => `subscription ${number}`;

export function encodeSubscription(subscription: Subscription, seal: Seal): SubscriptionRow {
  const { url, auth, headers, signing, ...target } = subscription.target;
  const open: PublicPart = { ...subscription, target };
  const secret: SecretPart = { url, auth, headers, signing };
  return {
    number: subscription.number,
    id: subscription.id,
    endpoint: subscription.endpoint,
    body: JSON.stringify(open),
    secrets: seal.seal(JSON.stringify(secret), purposeOf(subscription.number)),
  };
}

export function decodeSubscription(
  { number, body, secrets }: Pick<SubscriptionRow, 'number' | 'body' | 'secrets'>,
  seal: Seal,
): Subscription {
  const open = JSON.parse(body) as StoredPart;
  const secret = JSON.parse(seal.open(secrets, purposeOf(number))) as SecretPart;
  return { createdBy: null, ...open, target: { ...open.target, ...secret } };
}
