/**
 * `/in/{dialect}/{token}`: another system's notifications, in its own words. Who is meant is found by the token alone, before
 * anything is read; what has no right one is told no more than that nothing is there.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { contains, parseAddress, parseNetwork } from '../../delivery/sender/networks.ts';
import type { Decoded } from '../../dialects/decode.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { ReportSource } from '../../model/report-source.ts';
import type { Bodies } from '../bodies/receive.ts';
import type { ApiDeps, App } from '../deps.ts';
import { limitBodyTime } from '../inbox/body-deadline.ts';
import { answerText } from './answer.ts';
import type { ReportOutcome } from '../metrics/report-counts.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { GuessLimit } from '../auth/guess-limit.ts';

const Params = Type.Object({
  dialect: Type.String({ maxLength: 32 }),
  token: Type.String({ maxLength: 64, description: 'Of a source; see `/v1/sources`.' }),
});
type Params = Static<typeof Params>;

/** Wrong tokens of an address within a minute, before it is told to wait. */
const mostWrong = 20;

/** Far more than any of these vendors sends. */
const maxBodyBytes = 65_536;

type Deps = Pick<ApiDeps, 'clock' | 'dialects' | 'tenants' | 'reports' | 'reportCounts'> & { readonly bodies: Bodies };

declare module 'fastify' {
  interface FastifyRequest {
    source: ReportSource | null;
  }
}

export function reportRoutes(app: App, deps: Deps): void {
  const { clock, reportCounts } = deps;
  const guesses = new GuessLimit(clock, mostWrong);
  app.decorateRequest('source', null);
  /** A right token from a wrong network is answered as a wrong one is, also when there were many. */
  const nothingThere = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const waitMs = guesses.waitMs(request.ip);
    if (waitMs === 0) guesses.note(request.ip);
    // What follows the headers is not waited for.
    reply.header('connection', 'close');
    if (waitMs === 0) return sendProblem(reply, { code: 'route_not_found' });
    return sendProblem(reply, { code: 'too_many_guesses', retryAfter: Math.ceil(waitMs / 1_000) });
  };
  void app.register(async (scope) => {
    deps.bodies.accept(scope, '*', (_request, body, done) => done(null, body));
    const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const { dialect, token } = request.params as Params;
      const known = readDialect(deps.dialects, dialect);
      const source = deps.tenants.sources.check(token);
      if (known === null || source === null || source.dialect !== dialect) {
        reportCounts.came(known === null ? 'unknown' : dialect, 'unknown_token');
        return nothingThere(request, reply);
      }
      if (!isAllowed(source, request.ip)) {
        reportCounts.came(dialect, 'wrong_network');
        return nothingThere(request, reply);
      }
      request.source = source;
      return request.method === 'POST' ? limitBodyTime(clock, request, reply) : undefined;
    };
    const options = { onRequest, bodyLimit: maxBodyBytes, exposeHeadRoute: false };
    scope.get('/in/:dialect/:token', { ...getFacts, ...options }, (request, reply) => take(deps, request, reply));
    scope.post('/in/:dialect/:token', { ...postFacts, ...options }, (request, reply) => take(deps, request, reply));
  });
}

/** Null where there is none of that name, or it is only written. */
const readDialect = (dialects: readonly Dialect[], name: string): Dialect | null =>
  dialects.find((dialect) => dialect.name === name && dialect.decode !== undefined) ?? null;

function isAllowed({ allowFrom }: ReportSource, ip: string): boolean {
  if (allowFrom.length === 0) return true;
  const address = parseAddress(ip);
  return (
    address !== null &&
    allowFrom.some((text) => {
      const parsed = parseNetwork(text);
      return 'network' in parsed && contains(parsed.network, address);
    })
  );
}

async function take(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const source = request.source as ReportSource;
  const { dialect, domain, connector, reseller } = source;
  const decoded = decode(deps, request, source);
  if ('problem' in decoded) {
    deps.reportCounts.came(dialect, 'refused');
    return sendProblem(reply, problemOf(decoded.problem));
  }
  for (const { kind } of decoded.doubts) deps.reportCounts.doubted(dialect, kind);
  const done = (outcome: ReportOutcome): FastifyReply => {
    deps.reportCounts.came(dialect, outcome);
    return reply.code(200).type('text/plain; charset=utf-8').send(answerText(decoded));
  };
  if ('ignored' in decoded) return done('ignored');
  const taken = await deps.reports.take({ connector, reseller, domain }, decoded.report);
  if (taken !== 'busy') return done(taken);
  deps.reportCounts.came(dialect, 'busy');
  return sendProblem(reply, { code: 'overloaded', detail: 'The log takes no events for now.', retryAfter: 1 });
}

function decode({ clock, dialects, tenants }: Deps, request: FastifyRequest, source: ReportSource): Decoded {
  const { extension, event, domain, dialect } = source;
  const url = request.raw.url ?? '';
  const mark = url.indexOf('?');
  const { body } = request as { readonly body?: unknown };
  const incoming = {
    query: mark === -1 ? '' : url.slice(mark + 1),
    contentType: request.headers['content-type'] ?? '',
    body: Buffer.isBuffer(body) ? body : null,
  };
  const recorded = (number: string) => tenants.directory.extension(domain, number);
  const reader = readDialect(dialects, dialect) as Required<Dialect>;
  return reader.decode(incoming, { extension, event, recorded, receivedAt: clock.now() });
}

const problemOf = ({ field, message, remedy }: Extract<Decoded, { problem: unknown }>['problem']): Problem => ({
  code: 'invalid_field',
  field,
  detail: `${field} ${message}.`,
  remedy,
});

const answers = {
  200: {
    description:
      '`ok`: what it says is in the log; or it concerns nobody, or something in it was passed over or guessed, which the text then says.',
    type: 'text/plain',
  },
  400: { description: '`invalid_field`: it lacks what says about whom it is.' },
  404: { description: '`route_not_found`: a token that opens nothing here, or not from there.' },
  429: { description: '`too_many_guesses`: too many wrong tokens from one address.' },
  503: { description: '`overloaded`: nothing was taken; send it again.' },
};
const facts = {
  tag: 'sources',
  token: false,
  params: Params,
  answers,
} as const;
const description =
  'For `voipnow` and `ringme`: form fields, query or JSON, names in any case and in their older spellings. The answer comes when what was made of it is in the log, so whoever gets none sends it again; a repeated one changes nothing. What overtook another one waits for it up to a second.';
const getFacts = described({
  ...facts,
  summary: 'Take a notification of another phone system, in the query',
  description,
});
const postFacts = described({
  ...facts,
  summary: 'Take a notification of another phone system',
  description,
  bodies: { '*/*': Type.String({ description: 'At most 64 kB.' }) },
});
