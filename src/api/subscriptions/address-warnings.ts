/**
 * Addresses that nothing can be sent to as things are. They are saved all the same: networks may be allowed afterwards.
 * Only what the URL says itself is judged; where a name leads is seen when something is sent there.
 */
import { isIP } from 'node:net';
import type { AddressRule } from '../../delivery/sender/address-guard.ts';
import { parseTarget } from '../../delivery/sender/target.ts';
import type { EndpointTarget } from '../../subscriptions/subscription.ts';
import type { SubscriptionView } from '../contract/subscription.ts';

/** @param rule of the subscription's domain */
export function addressWarnings(
  { url, auth }: Pick<EndpointTarget, 'url' | 'auth'>,
  rule: Pick<AddressRule, 'refusal'>,
): SubscriptionView['warnings'] {
  const urls = [['endpoint.url', url], ...('tokenUrl' in auth ? [['endpoint.auth.tokenUrl', auth.tokenUrl]] : [])];
  return urls.flatMap(([field = '', text = '']) => {
    const address = addressIn(text);
    const refusal = address === null ? null : rule.refusal(address);
    return refusal === null ? [] : [{ code: 'address_refused' as const, field, at: null, detail: `${refusal}.` }];
  });
}

function addressIn(text: string): string | null {
  const target = parseTarget(text);
  if (target.kind !== 'http') return null;
  const host = target.url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? null : host;
}
