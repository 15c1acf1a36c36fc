/** What came of a test, with what helps where it failed. */
import { Type, type Static } from 'typebox';
import type { Exchange, SendFailure } from '../../delivery/sender/sender.ts';
import { nullable } from '../contract/common.ts';

export const TestResultSchema = Type.Object({
  outcome: Type.Enum(['delivered', 'failed'], { description: '`delivered`: a 2xx, as for a delivery.' }),
  status: nullable(Type.Integer(), 'HTTP status; null where none came.'),
  excerpt: nullable(Type.String(), 'At most 2 kB of what came back.'),
  failure: nullable(Type.String(), 'Why no answer came: `timeout`, `dns`, `connect`, `tls`, …'),
  message: nullable(Type.String()),
  durationMs: Type.Number(),
  remedy: nullable(Type.String(), 'What helps; null where it went well.'),
});

const byFailure: Readonly<Record<SendFailure, string>> = {
  timeout: 'Let the receiver answer sooner and do its work afterwards, or raise endpoint.timeoutMs.',
  dns: 'Check the host name in endpoint.url, and the name servers of this machine.',
  refused_address:
    'A private address has to be allowed first: a superuser does so for the domain (allowNetworks of PATCH /v1/domains/{domain}), the operator for all (delivery.allowNetworks).',
  connect: 'Check that the receiver runs, that host and port in endpoint.url are right, and the firewalls between.',
  tls: 'Renew or complete the receiver’s certificate; it has to be valid for the host name in endpoint.url.',
  oauth2:
    'Check endpoint.auth: token URL, id and secret or key, scope; the message says what the token endpoint answered.',
  reset: 'The receiver closed the connection before it answered: its log, or that of a proxy before it, may say why.',
  response_too_large: 'Let the receiver answer with a short body and few headers.',
  bad_url: 'Correct endpoint.url.',
  stopped: 'Offhook is stopping; test again when it has started.',
  other: 'The message says what went wrong.',
};

export function testResultView(exchange: Exchange): Static<typeof TestResultSchema> {
  const { durationMs } = exchange;
  if (exchange.kind === 'failed') {
    const { failure, message } = exchange;
    const remedy = byFailure[failure];
    return { outcome: 'failed', status: null, excerpt: null, failure, message, durationMs, remedy };
  }
  const { status, excerpt } = exchange;
  const isGood = status >= 200 && status < 300;
  const remedy = isGood ? null : remedyFor(status);
  const outcome = isGood ? 'delivered' : 'failed';
  return { outcome, status, excerpt, failure: null, message: null, durationMs, remedy };
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'Check endpoint.auth and the signing secret on both sides.';
  if (status === 404 || status === 405) return 'Check the path of endpoint.url, and endpoint.method.';
  if (status === 410) return 'The receiver says it is gone for good: a delivery would switch the subscription off.';
  if (status >= 300 && status < 400) return 'Redirects are not followed: set endpoint.url to where it leads.';
  if (status >= 500 || status === 429)
    return 'The receiver has trouble of its own: see its log. A delivery is tried again.';
  return 'The receiver does not take it: see what it answered, and preview what is sent.';
}
