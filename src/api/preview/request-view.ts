/** A request as people may see it: credentials and signature are masked. */
import { Type, type Static } from 'typebox';
import type { Preview } from '../../delivery/preview.ts';
import { headerRecord } from '../../delivery/sender/headers.ts';
import { credentialHeaders } from '../../delivery/sender/sent-secrets.ts';
import type { EndpointAuth, Subscription } from '../../subscriptions/subscription.ts';
import { nullable, Time } from '../contract/common.ts';
import type { Problem } from '../problems/problem.ts';

export const RequestSchema = Type.Object({
  encodedAt: { ...Time, description: 'It was encoded for this answer, by the subscription as it is now.' },
  method: Type.String(),
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String(), { description: 'Credentials and signature are shown as `***`.' }),
  body: nullable(Type.String(), 'At most 64,000 characters.'),
  bodyBytes: Type.Integer(),
});
export type RequestView = Static<typeof RequestSchema>;

export const EncodingProblem = Type.Object({
  kind: Type.Enum(['skipped', 'failed', 'later'], {
    description:
      '`skipped`: the dialect has no word for it. `failed`: it should have, but can’t. `later`: of a delivery alone, when looking at slow templates has used up the time there is for it, of its domain or of all.',
  }),
  reason: Type.String(),
});

const longestBody = 64_000;
const secretHeaders = (auth: EndpointAuth): ReadonlySet<string> =>
  new Set([...credentialHeaders(auth), 'webhook-signature']);

type Later = Extract<Preview, { kind: 'later' }>;
const secondsOf = ({ waitMs }: Later): number => Math.ceil(waitMs / 1_000);
const laterReason = (later: Later): string =>
  `slow templates were looked at for too long: ask in ${secondsOf(later)} s`;

/** Where nothing but the request was asked for. */
export const refusedAs = (later: Later): Problem => ({ code: 'too_much_rendering', retryAfter: secondsOf(later) });

/** The request, or why there is none. */
export function previewView(
  preview: Preview,
  { target }: Subscription,
  nowMs: number,
): { readonly request: RequestView | null; readonly encoding: Static<typeof EncodingProblem> | null } {
  if (preview.kind === 'later') return { request: null, encoding: { kind: 'later', reason: laterReason(preview) } };
  if (preview.kind !== 'request') return { request: null, encoding: preview };
  const { method, url, headers, body } = preview.request;
  const secrets = secretHeaders(target.auth);
  const shown = Object.entries(headerRecord(headers)).map(([name, value]) => [name, secrets.has(name) ? '***' : value]);
  // Its token is asked for when it is sent.
  if ('tokenUrl' in target.auth) shown.push(['authorization', '***']);
  const bytes = body === null ? null : Buffer.from(body);
  const text = bytes === null ? null : bytes.toString('utf8').slice(0, longestBody).toWellFormed();
  const request = {
    encodedAt: new Date(nowMs).toISOString(),
    method,
    url,
    headers: Object.fromEntries(shown) as Record<string, string>,
    body: text,
    bodyBytes: bytes?.length ?? 0,
  };
  return { request, encoding: null };
}
