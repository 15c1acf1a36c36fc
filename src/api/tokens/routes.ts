import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { durationShape, parseDuration } from '../../kit/duration.ts';
import type { MadeToken } from '../../tenants/tokens.ts';
import type { Refused } from '../../tenants/problem.ts';
import { accessOf, askingOf } from '../auth/authenticate.ts';
import { CursorQuery, msOfTime, pageOf } from '../contract/common.ts';
import { MadeTokenView, RotateInput, TokenChanges, TokenInput, TokenView } from '../contract/tenants.ts';
import type { ApiDeps, App } from '../deps.ts';
import { keepInstead } from '../idempotency/remember-answers.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { problemOf } from '../tenant-problem.ts';
import { checkerFor } from '../validator.ts';
import { tokenView } from './view.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
type Params = Static<typeof Params>;
const Query = Type.Object(CursorQuery, { additionalProperties: false });

const usualGrace = '1d';
const longestGraceMs = 30 * 86_400_000;

export function tokenRoutes(app: App, { tenants, clock }: Pick<ApiDeps, 'tenants' | 'clock'>): void {
  const { tokens } = tenants;

  app.get<{ Querystring: Static<typeof Query> }>('/v1/tokens', listFacts, async (request) => {
    const { cursor, limit = 50 } = request.query;
    const found = tokens.list(accessOf(request), { after: Number(cursor ?? 0), limit: limit + 1 });
    const page = found.slice(0, limit);
    const next = found.length > limit ? String(page.at(-1)?.number) : null;
    return { items: page.map((token) => tokenView(token, clock.now())), next };
  });

  app.get<{ Params: Params }>('/v1/tokens/:id', oneFacts, async (request, reply) => {
    const token = tokens.get(accessOf(request), request.params.id);
    return token ? tokenView(token, clock.now()) : notFound(reply);
  });

  app.post<{ Body: Static<typeof TokenInput> }>('/v1/tokens', createFacts, async (request, reply) => {
    const { expiresAt, ...draft } = request.body;
    const made = await tokens.create(askingOf(request), { ...draft, expiresAt: msOf(expiresAt) ?? null });
    if ('text' in made) reply.code(201).header('location', `/v1/tokens/${made.token.id}`);
    return showMade(request, reply, made);
  });

  app.patch<{ Params: Params; Body: Static<typeof TokenChanges> }>(
    '/v1/tokens/:id',
    changeFacts,
    async (request, reply) => {
      const { expiresAt, ...changes } = request.body;
      const all = { ...changes, expiresAt: msOf(expiresAt) };
      const result = await tokens.update(askingOf(request), request.params.id, all);
      if (!result) return notFound(reply);
      return 'problem' in result ? refuse(reply, result) : tokenView(result.token, clock.now());
    },
  );

  app.post<{ Params: Params }>('/v1/tokens/:id/rotate', rotateFacts, async (request, reply) => {
    const grace = graceIn(request.body);
    if ('problem' in grace) return sendProblem(reply, grace.problem);
    const made = await tokens.rotate(askingOf(request), request.params.id, grace.ms);
    return made ? showMade(request, reply, made) : notFound(reply);
  });

  app.delete<{ Params: Params }>('/v1/tokens/:id', revokeFacts, async (request, reply) => {
    const isGone = await tokens.revoke(askingOf(request), request.params.id);
    return isGone ? reply.code(204).send() : notFound(reply);
  });

  /** A token in clear is answered once: what is kept for a repeated request is without. */
  function showMade(request: FastifyRequest, reply: FastifyReply, made: MadeToken | Refused): FastifyReply {
    if ('problem' in made) return refuse(reply, made);
    const view = tokenView(made.token, clock.now());
    keepInstead(request, JSON.stringify({ ...view, token: null }));
    return reply.header('cache-control', 'no-store').send({ ...view, token: made.text });
  }
}

const notFound = (reply: FastifyReply): FastifyReply => sendProblem(reply, { code: 'token_not_found' });
const refuse = (reply: FastifyReply, { problem }: Refused): FastifyReply => sendProblem(reply, problemOf(problem));

const checkRotation = checkerFor(RotateInput);

/** The body may be left out. */
function graceIn(body: unknown): { readonly ms: number } | { readonly problem: Problem } {
  const checked = checkRotation(body ?? {});
  if ('problem' in checked) return checked;
  const ms = parseDuration((checked.value as Static<typeof RotateInput>).grace ?? usualGrace);
  if (ms !== null && ms <= longestGraceMs) return { ms };
  const detail = 'grace is no duration up to 30d.';
  return { problem: { code: 'invalid_field', field: 'grace', detail, remedy: `Write ${durationShape}.` } };
}

/** Milliseconds; undefined: nothing was said. */
function msOf(time: string | null | undefined): number | null | undefined {
  return typeof time === 'string' ? msOfTime(time) : time;
}

const common = { tag: 'tokens', least: 'extension' } as const;
const listFacts = described({
  ...common,
  summary: 'The tokens within what this one covers, oldest first',
  querystring: Query,
  answers: { 200: { description: 'A page of them.', schema: pageOf(TokenView) } },
});
const oneFacts = described({
  ...common,
  summary: 'One token',
  description: 'Never its text, which is shown when it is made or rotated and not kept.',
  params: Params,
  answers: { 200: { description: 'The token.', schema: TokenView } },
});
const createFacts = described({
  ...common,
  summary: 'Make a token',
  description:
    'A token makes tokens of its own kind or a lower one, within what it covers, and none that outlives it. A reseller’s token names only domains recorded for that reseller.',
  body: TokenInput,
  answers: { 201: { description: 'It is there; the answer has the token itself, this once.', schema: MadeTokenView } },
});
const changeFacts = described({
  ...common,
  summary: 'Change a token’s name, notes or end',
  params: Params,
  body: TokenChanges,
  answers: { 200: { description: 'As it is now.', schema: TokenView } },
});
const rotateFacts = described({
  ...common,
  summary: 'Give a token a new text',
  description:
    'The id stays, and so does all that hangs on it. The text before stays valid for `grace`, by default a day; a rotation within the grace of another ends that one’s.',
  params: Params,
  bodies: { 'application/json': RotateInput },
  answers: { 200: { description: 'The answer has the new text, this once.', schema: MadeTokenView } },
});
const revokeFacts = described({
  ...common,
  summary: 'Revoke a token',
  description: 'It opens nothing from now on; streams it holds open are ended.',
  params: Params,
  answers: { 204: { description: 'It is gone.' } },
});
