import { Type } from 'typebox';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';

const Readiness = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Array(
    Type.Object({ name: Type.String(), optional: Type.Boolean(), problem: Type.Union([Type.String(), Type.Null()]) }),
  ),
});

/** `/healthz`: the process answers. `/readyz`: it can do its work; says which part can't. */
export function healthRoutes(app: App, { health, version }: Pick<ApiDeps, 'health' | 'version'>): void {
  const alive = described({
    summary: 'Whether the process is alive',
    tag: 'server',
    token: false,
    answers: { 200: { description: 'It is.', schema: Type.Object({ ok: Type.Boolean(), version: Type.String() }) } },
  });
  app.get('/healthz', alive, async () => ({ ok: true, version }));

  const ready = described({
    summary: 'Whether the server can do its work, and which part can’t',
    tag: 'server',
    token: false,
    answers: {
      200: { description: 'Every part that is needed works.', schema: Readiness },
      503: { description: 'A part that is needed does not work.', schema: Readiness },
    },
  });
  app.get('/readyz', ready, async (_request, reply) => {
    const checks = await Promise.all(
      health.map(async ({ name, optional, check }) => ({ name, optional, problem: await check() })),
    );
    const isReady = checks.every(({ optional, problem }) => optional || problem === null);
    return reply.code(isReady ? 200 : 503).send({ ready: isReady, checks });
  });
}
