import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { auditEntry, auditEvent, type Snapshot } from '../../model/audit.ts';
import { deliveryId, type NamedDelivery, parseDeliveryId } from '../../model/delivery-id.ts';
import type { Access } from '../../model/scope.ts';
import type { DeliveryHistory } from '../../records/attempt-queries.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { msOfTime, nullable, Time } from '../contract/common.ts';
import { maySeeDelivery } from '../deliveries/routes.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Answer, type Problem, sendProblem } from '../problems/problem.ts';
import { type Candidate, findCandidates, type RetryOutcome } from './candidates.ts';
import { judgeFor } from './judge.ts';
import { problemOf } from './problems.ts';
import { countOf, wordsFor } from './told.ts';
import { type Result, tryCandidates } from './try-again.ts';
import { NamedTurns } from './turns.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 40 }) });
const OneBody = Type.Object({}, { additionalProperties: false });
const One = Type.Object({
  delivery: Type.String(),
  state: Type.Enum(['due', 'under_way', 'parked_behind'], {
    description: '`due`: it goes as soon as its endpoint may send.',
  }),
  behind: nullable(Type.String(), 'Where it is parked behind another of its call: that one.'),
});

const outcomes = ['parked', 'cancelled', 'expired', 'not_encoded', 'skipped'] as const;
const usual: readonly RetryOutcome[] = ['parked', 'cancelled'];
const ManyBody = Type.Object(
  {
    subscription: Type.String({ minLength: 1, maxLength: 64, description: 'Its id or public number.' }),
    outcome: Type.Optional(
      Type.Array(Type.Enum([...outcomes]), {
        minItems: 1,
        maxItems: outcomes.length,
        description: 'Deliveries whose last word this is; by default what is parked or was cancelled.',
      }),
    ),
    from: Type.Optional(Type.String({ ...Time, description: 'Only what was given up at or after this time.' })),
    to: Type.Optional(Type.String({ ...Time, description: 'Only what was given up before this time.' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 500, description: 'At most so many that can be.' }),
    ),
  },
  { additionalProperties: false },
);
const Many = Type.Object({
  retried: Type.Integer({ description: 'Are due now, or parked behind others that are.' }),
  refused: Type.Integer({ description: 'Can’t be tried again.' }),
  reasons: Type.Record(Type.String(), Type.Integer(), { description: 'Of those refused, how many for which reason.' }),
  more: Type.Boolean({ description: 'There are more, or not everything was looked at.' }),
  words: Type.String(),
});

/** Requests for deliveries of one subscription, the one under way among them. */
const mostOfSubscription = 100;
/** Searches of one domain, likewise: in turn, so that they don't take the store's reader from everybody else. */
const mostSearches = 5;
/** So long, in milliseconds, deliveries are looked for that can be tried again. */
const longestSearch = 2_000;

type Deps = Pick<ApiDeps, 'attempts' | 'delivery' | 'log' | 'clock' | 'audit'>;

export function retryRoutes(app: App, deps: Deps): void {
  const { delivery, attempts, audit, clock } = deps;
  // Of one subscription one after the other, so that what was read still holds when a lane is asked.
  const turns = new NamedTurns<number>(mostOfSubscription);
  const searches = new NamedTurns<string>(mostSearches);

  const one = described({
    summary: 'Try a delivery again at once',
    description: [
      'What is parked becomes due. What was cancelled, expired, not encoded or skipped is parked again and due, with its id',
      'and the attempts it had; from there on its subscription’s plan decides. Durable when it is answered. Of a replay, only what',
      'is parked.',
    ].join(' '),
    tag: 'deliveries',
    least: 'user',
    params: Params,
    body: OneBody,
    answers: { 200: { description: 'It is tried again.', schema: One } },
  });
  app.post<{ Params: Static<typeof Params> }>('/v1/deliveries/:id/retry', one, async (request, reply) => {
    const access = accessOf(request);
    const key = parseDeliveryId(request.params.id);
    if (!key || !maySeeDelivery(deps, access, key)) return sendProblem(reply, { code: 'delivery_not_found' });
    if (delivery.trouble() !== null) return sendProblem(reply, notNow);
    return answered(reply, await turns.enter(key.subscription, () => retryOne(request, access, key)));
  });

  const many = described({
    summary: 'Try many deliveries of a subscription again',
    description:
      'Bounded: at most 1,000 at a time, of the last 50,000 attempts, looked for in two seconds at most. For more, make a replay.',
    tag: 'deliveries',
    least: 'user',
    body: ManyBody,
    answers: { 200: { description: 'How many are tried again.', schema: Many } },
  });
  app.post<{ Body: Static<typeof ManyBody> }>('/v1/deliveries/retry', many, async (request, reply) => {
    const access = accessOf(request);
    const subscription = findSubscription(access, request.body.subscription);
    if (!subscription) return sendProblem(reply, noSubscription);
    if (delivery.trouble() !== null) return sendProblem(reply, notNow);
    const { number } = subscription;
    const inTurn = () => turns.enter(number, () => retryMany(request, reply, access, number));
    return answered(reply, await searches.enter(domainOf(subscription), inTurn));
  });

  async function retryOne(request: FastifyRequest, access: Access, key: NamedDelivery): Promise<Answer<object>> {
    const candidate = await candidateFor(key);
    if (!candidate) return { problem: { code: 'delivery_not_found' } };
    const subscription = delivery.subscriptions.byNumber(access, key.subscription);
    const [result] =
      key.replay > 0
        ? [await inReplay(key, candidate)]
        : await tryCandidates(deps, key.subscription, subscription, [candidate]);
    if (!result) return { problem: partOfReplay };
    const problem = problemOf(result, key.subscription);
    if (problem) return { problem };
    const state = result.kind;
    const behind = 'behind' in result ? result.behind : null;
    const id = deliveryId(key.subscription, key.seq, key.replay);
    if (subscription) await audited(request, subscription, 'delivery', id, { state, attempts: candidate.attempts });
    return { delivery: id, state, behind: behind && deliveryId(behind.subscription, behind.seq, key.replay) };
  }

  async function retryMany(
    request: FastifyRequest<{ Body: Static<typeof ManyBody> }>,
    reply: FastifyReply,
    access: Access,
    number: number,
  ): Promise<Answer<object>> {
    await delivery.recorded();
    // As it is now: it may have waited for its turn.
    const subscription = delivery.subscriptions.byNumber(access, number);
    if (!subscription) return { problem: noSubscription };
    const stopAt = clock.monotonic() + longestSearch;
    const isLate = (): boolean => clock.monotonic() >= stopAt || reply.raw.destroyed;
    const search = { ...searchOf(request.body, number), judge: judgeFor(deps, access, subscription), isLate };
    const { found, more, refused } = await findCandidates(attempts, search);
    const results = await tryCandidates(deps, number, subscription, found);
    const told = { ...countOf(results, refused), more: more !== null };
    if (told.retried > 0) await audited(request, subscription, 'subscription', String(number), told);
    return { ...told, words: wordsFor(told, more) };
  }

  async function candidateFor(key: NamedDelivery): Promise<Candidate | null> {
    await delivery.recorded();
    const found = await attempts.delivery(key);
    return found && candidateOf(key.seq, found);
  }

  /** What is parked becomes due; null: it is not, or the replay has ended. */
  async function inReplay({ subscription, seq, replay }: NamedDelivery, of: Candidate): Promise<Result | null> {
    if (!of.parked) return null;
    const { orderKey } = of.parked;
    return delivery.retryInReplay(replay, { subscription, seq, orderKey, attempts: of.attempts, parked: true });
  }

  function findSubscription(access: Access, asked: string): Subscription | null {
    const isNumber = /^[1-9]\d{0,14}$/.test(asked);
    return isNumber
      ? delivery.subscriptions.byNumber(access, Number(asked))
      : delivery.subscriptions.get(access, asked);
  }

  async function audited(
    request: FastifyRequest,
    { selection }: Subscription,
    object: string,
    objectId: string,
    after: Snapshot,
  ): Promise<void> {
    const change = { action: 'retried' as const, object, objectId, scope: selection.scope, before: null, after };
    const entry = auditEntry(authorOf(request), clock.now(), change);
    await audit.write({ audit: [entry], events: [auditEvent(entry)] });
  }
}

const noSubscription: Problem = { code: 'subscription_not_found', field: 'subscription' };
const partOfReplay: Problem = {
  code: 'delivery_not_retryable',
  detail: 'It is a part of a replay, and not parked; what a replay gave up, another replay delivers.',
};
const tooMany: Problem = { code: 'too_many_retries', retryAfter: longestSearch / 1_000 };
const notNow: Problem = {
  code: 'overloaded',
  detail: 'What becomes of deliveries can’t be stored at this moment.',
  retryAfter: 5,
};

/** @param answer null: too many wait */
function answered(reply: FastifyReply, answer: Answer<object> | null): object {
  if (!answer) return sendProblem(reply, tooMany);
  return 'problem' in answer ? sendProblem(reply, answer.problem) : answer;
}

const domainOf = ({ selection: { scope } }: Subscription): string => JSON.stringify([scope.reseller, scope.domain]);

function candidateOf(seq: number, { parked, attempts }: DeliveryHistory): Candidate | null {
  const last = attempts.find(({ outcome }) => outcome !== 'failed') ?? attempts[0];
  const made = attempts.reduce((most, { attempt }) => Math.max(most, attempt), 0);
  if (parked) return { seq, endpoint: parked.endpoint, attempts: parked.attempts, parked, outcome: null };
  return last ? { seq, endpoint: last.endpoint, attempts: made, parked: null, outcome: last.outcome } : null;
}

function searchOf({ outcome, from, to, limit = 500 }: Static<typeof ManyBody>, subscription: number) {
  return {
    subscription,
    limit,
    outcomes: new Set<RetryOutcome>(outcome ?? usual),
    from: from === undefined ? -Infinity : msOfTime(from),
    to: to === undefined ? Infinity : msOfTime(to),
  };
}
