import { certificateWarnings } from '../../api/subscriptions/certificates.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

/** More would scroll the rest away. */
const mostTold = 20;
const remedy = 'its owner has to send a renewed one, with its key, by PATCH of the subscription';

/**
 * The certificates that subscriptions show their receivers (mTLS). Nothing, where there are none.
 * @param now wall clock, milliseconds
 */
export function checkClientCertificates(subscriptions: readonly Subscription[], now: number): Finding[] {
  const check = 'client certificates';
  const all = subscriptions.filter(({ target, selection }) => selection.enabled && target.auth.kind === 'mtls');
  const troubles = all.flatMap(({ number, target }) =>
    certificateWarnings(target.auth, now).map(({ code, at }) => {
      const day = at.slice(0, 10);
      if (code === 'certificate_expired')
        return failed(check, `that of subscription ${number} expired on ${day}`, remedy);
      return warning(check, `that of subscription ${number} expires on ${day}`, remedy);
    }),
  );
  const rest = troubles.length - mostTold;
  const more = rest > 0 ? [warning(check, `and ${rest} more`, 'see warnings in GET /v1/subscriptions')] : [];
  if (all.length > 0 && troubles.length === 0) return [ok(check, `all ${all.length} are valid for 30 days or more`)];
  return [...troubles.slice(0, mostTold), ...more];
}
