import type { Subscription } from '../../subscriptions/subscription.ts';
import { withDatabase } from './credentials.ts';
import { type Finding, ok, warning } from './finding.ts';

const check = 'last attempts';
/** More would scroll the rest away. */
const mostTold = 20;

interface Row {
  readonly subscription: number;
  readonly at: number;
  readonly error: string | null;
}

/**
 * Subscriptions whose last attempt failed: a receiver that can be connected to may refuse everything all the same, or
 * whoever gives the tokens for it. From what the server counted; nothing is sent.
 */
export function checkLastAttempts(dir: string, subscriptions: readonly Subscription[]): Finding[] {
  const enabled = new Set(subscriptions.filter(({ selection }) => selection.enabled).map(({ number }) => number));
  if (enabled.size === 0) return [];
  const failing = failingIn(dir).filter(({ subscription }) => enabled.has(subscription));
  const told = failing.slice(0, mostTold).map(({ subscription, at, error }) => {
    // The word alone: what follows it may be the receiver's own.
    const word = /^[a-z0-9_]+/.exec(error ?? '')?.[0] ?? 'failed';
    const detail = `that of subscription ${subscription} failed (${word}, ${new Date(at).toISOString()})`;
    return warning(check, detail, `see what was answered: offhook deliveries --subscription ${subscription}`);
  });
  const rest = failing.length - told.length;
  const more = rest > 0 ? [warning(check, `and ${rest} more`, 'see offhook deliveries --outcome failed')] : [];
  return failing.length === 0 ? [ok(check, 'none of an enabled subscription failed')] : [...told, ...more];
}

const failingIn = (dir: string): readonly Row[] =>
  withDatabase(
    dir,
    (db) =>
      db
        .prepare(
          `SELECT subscription, last_error_at AS at, last_error AS error FROM counters
           WHERE last_error_at > coalesce(last_success_at, -1) ORDER BY subscription`,
        )
        .all() as unknown as readonly Row[],
  );
