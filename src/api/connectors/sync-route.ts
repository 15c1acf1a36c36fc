/** Brings registrations on a phone system elsewhere into step now, or says what would be done. */
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { delay } from '../../kit/clock.ts';
import { auditEntry, auditEvent } from '../../model/audit.ts';
import type { Registration, RegistrationReport } from '../../model/registration.ts';
import { mayAccessDomain } from '../../model/scope.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { nullable } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import type { ConnectorState } from './routes.ts';
import { RegistrationSchema, ReportSchema, shownRegistration, shownReport } from './registration.ts';

/** Whoever asks waits no longer: a phone system may make us wait for an hour. */
const answerWithinMs = 45_000;

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const Input = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Boolean({ default: false, description: 'Only say what would be done; nothing is changed, there or here.' }),
    ),
  },
  { additionalProperties: false },
);
const Answer = Type.Object({
  report: nullable(ReportSchema, 'Null: it is not through yet.'),
  registration: RegistrationSchema,
});

type Deps = Pick<ApiDeps, 'audit' | 'clock' | 'connectors' | 'registration'>;

export function syncRoute(app: App, { audit, clock, connectors, registration }: Deps): void {
  /** Who asked; what is then made and removed is audited as the connector's. */
  const audited = async (request: FastifyRequest, { id, reseller, domain }: ConnectorState): Promise<void> => {
    const scope = { reseller, domain, user: '*', extension: '*' };
    const what = { action: 'synced', object: 'connector', objectId: id, scope, before: null, after: null } as const;
    const entry = auditEntry(authorOf(request), clock.now(), what);
    await audit.write({ audit: [entry], events: [auditEvent(entry)] });
  };

  app.post<{ Params: Static<typeof Params>; Body: Static<typeof Input> }>(
    '/v1/connectors/:id/sync',
    facts,
    async (request, reply) => {
      const { id } = request.params;
      const access = accessOf(request);
      const known = connectors().find((one) => one.id === id && mayAccessDomain(access, one));
      if (!known) return sendProblem(reply, { code: 'connector_not_found' });
      const kept = registration(id);
      if (!kept) return sendProblem(reply, { code: 'nothing_registered' });
      const { dryRun = false } = request.body;
      if (!dryRun) await audited(request, known);
      const report = await reportOf(kept, dryRun, clock);
      reply.code(report === null ? 202 : 200);
      return { report: report && shownReport(report), registration: shownRegistration(kept.state()) };
    },
  );
}

/** Null: it takes longer. */
async function reportOf(
  kept: Registration,
  dryRun: boolean,
  clock: ApiDeps['clock'],
): Promise<RegistrationReport | null> {
  const inTime = new AbortController();
  const report = kept.sync(dryRun);
  const late = delay(clock, answerWithinMs, inTime.signal).then(
    () => null,
    () => null,
  );
  try {
    return await Promise.race([report, late]);
  } finally {
    inTime.abort();
    report.catch(() => {});
  }
}

const facts = described({
  summary: 'Bring registrations on a phone system into step',
  description:
    'For connectors of the kinds `voipnow` and `ringme`. Every extension is looked at; events of others are never touched. With `dryRun` nothing is changed. It also runs by itself when extensions or their users change.',
  tag: 'connectors',
  least: 'domain',
  params: Params,
  body: Input,
  answers: {
    200: { description: 'It is through; `report.problems` says what is not in step.', schema: Answer },
    202: {
      description:
        'It takes longer, and goes on: `GET /v1/connectors` shows how far it is. A dry run is asked for again.',
      schema: Answer,
    },
    409: { description: '`nothing_registered`: the connector listens, and registers nothing.' },
  },
});
