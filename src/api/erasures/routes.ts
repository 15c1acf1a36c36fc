import { Type, type Static } from 'typebox';
import type { ErasureRefusal, ErasureRequest } from '../../erasure/management.ts';
import { fewestDigits, keyOf, mostDigits } from '../../model/erasure/erased-number.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { CursorQuery, pageOf } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Answer, type Problem, sendProblem } from '../problems/problem.ts';
import { ErasureDryRunSchema, erasureDryRunView, ErasureSchema, erasureView } from './view.ts';

const Spelling = (description: string) => Type.String({ minLength: 1, maxLength: 64, description });
const Input = Type.Object(
  {
    number: Spelling('The phone number, best as E.164: `+12157010680`.'),
    alsoWritten: Type.Optional(
      Type.Array(Spelling('Another way to write the same number, such as the national one.'), { maxItems: 20 }),
    ),
    domain: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'Only in this domain; by default all the token covers.',
      }),
    ),
    dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Says what there is; nothing is erased.' })),
  },
  { additionalProperties: false },
);
type Input = Static<typeof Input>;
const Query = Type.Object(CursorQuery, { additionalProperties: false });
const Params = Type.Object({ number: Type.Integer({ minimum: 1 }) });

export function erasureRoutes(app: App, { erasures }: Pick<ApiDeps, 'erasures'>): void {
  const order = described({
    summary: 'Erase a person’s phone number from what is kept',
    description: [
      'From events, deliveries, the journal of calls, the audit and what is held in memory: `erased` stands in its place, and',
      'the name beside it goes too. Ids, times, durations and outcomes stay. It runs in the background, survives a restart and',
      'leaves the number nowhere in the store’s files. What is set up with the number (extensions, DIDs, filters) and backups',
      'are not touched; the dry run tells of the former.',
    ].join(' '),
    tag: 'erasures',
    least: 'domain',
    body: Input,
    answers: {
      200: { description: 'Of a dry run: what there is.', schema: ErasureDryRunSchema },
      202: { description: 'It begins, or waits for its turn. GET it to see how far it is.', schema: ErasureSchema },
    },
  });
  app.post<{ Body: Input }>('/v1/erasures', order, async (request, reply) => {
    const wanted = readRequest(request.body);
    if ('problem' in wanted) return sendProblem(reply, wanted.problem);
    const access = accessOf(request);
    if (request.body.dryRun) {
      const looked = await erasures.dryRun(access, wanted);
      return 'refusal' in looked ? sendProblem(reply, problemOf(looked.refusal)) : erasureDryRunView(looked.result);
    }
    const ordered = await erasures.order(access, wanted, authorOf(request));
    if ('refusal' in ordered) return sendProblem(reply, problemOf(ordered.refusal));
    reply.code(202).header('location', `/v1/erasures/${ordered.erasure.order.number}`);
    return erasureView(ordered.erasure);
  });

  const list = described({
    summary: 'Erasures, newest first',
    tag: 'erasures',
    least: 'domain',
    querystring: Query,
    answers: { 200: { description: 'A page of them.', schema: pageOf(ErasureSchema) } },
  });
  app.get<{ Querystring: Static<typeof Query> }>('/v1/erasures', list, async (request) => {
    const { cursor, limit = 50 } = request.query;
    const before = cursor === undefined ? Infinity : Number(cursor);
    const found = erasures.list(accessOf(request), { before, limit: limit + 1 });
    const page = found.slice(0, limit);
    return { items: page.map(erasureView), next: found.length > limit ? String(page.at(-1)?.order.number) : null };
  });

  const one = described({
    summary: 'One erasure: how far it is, and from how much the number was erased',
    tag: 'erasures',
    least: 'domain',
    params: Params,
    answers: { 200: { description: 'The erasure.', schema: ErasureSchema } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/erasures/:number', one, async (request, reply) => {
    const found = erasures.get(accessOf(request), request.params.number);
    return found ? erasureView(found) : sendProblem(reply, { code: 'erasure_not_found' });
  });
}

/** The number is never repeated in an answer. */
function readRequest({ number, alsoWritten = [], domain }: Input): Answer<ErasureRequest> {
  const fields = [['number', number], ...alsoWritten.map((text, at) => [`alsoWritten[${at}]`, text])] as const;
  for (const [field = 'number', text = ''] of fields) {
    if (keyOf(text) !== null) continue;
    const detail = `${field} is no phone number of ${fewestDigits} to ${mostDigits} digits.`;
    const remedy = 'Write it as E.164 (+12157010680) or as it is dialled. Extensions are deleted, not erased.';
    return { problem: { code: 'invalid_field', field, detail, remedy } };
  }
  return { spellings: [number, ...alsoWritten], domain: domain ?? null };
}

function problemOf({ kind }: ErasureRefusal): Problem {
  if (kind === 'outside_scope') return { code: 'outside_scope', field: 'domain' };
  if (kind === 'busy') return { code: 'too_many_dry_runs', retryAfter: 5 };
  return { code: 'limit_reached', remedy: 'Wait until some of the erasures that were ordered are done.' };
}
