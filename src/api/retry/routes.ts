import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { auditEntry, auditEvent, type Snapshot } from '../../model/audit.ts';
import { deliveryId, type NamedDelivery, parseDeliveryId } from '../../model/delivery-id.ts';
import type { Access } from '../../model/scope.ts';
import { retryRefusal } from '../../delivery/retry-refusal.ts';
import type { DeliveryHistory } from '../../records/attempt-queries.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { createTurns } from '../../tenants/context.ts';
import { accessOf, authorOf } from '../auth/authenticate.ts';
import { msOfTime, nullable, Time } from '../contract/common.ts';
import { maySeeDelivery } from '../deliveries/routes.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { type Candidate, findCandidates, type RetryOutcome } from './candidates.ts';
import { problemOf } from './problems.ts';
import type { Judge, Sieve } from './sieve.ts';
import { type Result, tryCandidates } from './try-again.ts';

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

type Deps = Pick<ApiDeps, 'attempts' | 'delivery' | 'log' | 'clock' | 'audit'>;

export function retryRoutes(app: App, deps: Deps): void {
  const { delivery, attempts, audit, clock } = deps;
  // One after the other, so that what was read still holds when a lane is asked.
  const inTurn = createTurns();

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
    return inTurn(async () => {
      const candidate = await candidateFor(key);
      if (!candidate) return sendProblem(reply, { code: 'delivery_not_found' });
      const subscription = delivery.subscriptions.byNumber(access, key.subscription);
      const [result] =
        key.replay > 0
          ? [await inReplay(key, candidate)]
          : await tryCandidates(deps, key.subscription, subscription, [candidate]);
      if (!result) return sendProblem(reply, partOfReplay);
      const problem = problemOf(result, key.subscription);
      if (problem) return sendProblem(reply, problem);
      const state = result.kind;
      const behind = 'behind' in result ? result.behind : null;
      const id = deliveryId(key.subscription, key.seq, key.replay);
      if (subscription) await audited(request, subscription, 'delivery', id, { state, attempts: candidate.attempts });
      return { delivery: id, state, behind: behind && deliveryId(behind.subscription, behind.seq, key.replay) };
    });
  });

  const many = described({
    summary: 'Try many deliveries of a subscription again',
    description: 'Bounded: at most 1,000 at a time, of the last 50,000 attempts. For more, make a replay.',
    tag: 'deliveries',
    least: 'user',
    body: ManyBody,
    answers: { 200: { description: 'How many are tried again.', schema: Many } },
  });
  app.post<{ Body: Static<typeof ManyBody> }>('/v1/deliveries/retry', many, async (request, reply) => {
    const { body } = request;
    const access = accessOf(request);
    const subscription = findSubscription(access, body.subscription);
    if (!subscription) return sendProblem(reply, { code: 'subscription_not_found', field: 'subscription' });
    if (delivery.trouble() !== null) return sendProblem(reply, notNow);
    return inTurn(async () => {
      await delivery.recorded();
      const search = { ...searchOf(body, subscription.number), judge: judgeFor(access, subscription) };
      const { found, more, refused } = await findCandidates(attempts, search);
      const results = await tryCandidates(deps, subscription.number, subscription, found);
      const told = { ...countOf(results, refused), more };
      if (told.retried > 0)
        await audited(request, subscription, 'subscription', String(subscription.number), { ...told });
      return { ...told, words: wordsFor(told) };
    });
  });

  function judgeFor(access: Access, subscription: Subscription): Judge {
    const { number: own } = subscription;
    return async (candidates) => {
      const events = await deps.log.get(candidates.map(({ seq }) => seq));
      return candidates.map(({ seq, outcome }, at) => {
        if (!maySeeDelivery(deps, access, { subscription: own, seq, replay: 0 })) return 'unseen';
        const reason = retryRefusal(subscription, events[at] ?? null, outcome, clock.now());
        // It refuses every one alike: as many as were asked for are enough to say so.
        return reason === 'disabled' ? null : reason;
      });
    };
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

const partOfReplay: Problem = {
  code: 'delivery_not_retryable',
  detail: 'It is a part of a replay, and not parked; what a replay gave up, another replay delivers.',
};
const notNow: Problem = {
  code: 'overloaded',
  detail: 'What becomes of deliveries can’t be stored at this moment.',
  retryAfter: 5,
};

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

function countOf(results: readonly Result[], refused: Sieve['refused']) {
  const reasons: Record<string, number> = Object.fromEntries(refused);
  let before = 0;
  for (const count of refused.values()) before += count;
  let retried = 0;
  for (const result of results) {
    if (result.kind === 'due' || result.kind === 'under_way' || result.kind === 'parked_behind') retried++;
    else {
      const reason = result.kind === 'refused' ? result.reason : result.kind;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
  }
  return { retried, refused: before + results.length - retried, reasons };
}

function wordsFor({ retried, refused, more }: ReturnType<typeof countOf> & { readonly more: boolean }): string {
  const done = `${retried} ${retried === 1 ? 'is' : 'are'} tried again${refused === 0 ? '' : `, ${refused} can’t be`}.`;
  return more ? `${done} There may be more: ask again for the next, or make a replay for all of a time.` : done;
}
