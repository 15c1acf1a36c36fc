import { Type, type Static } from 'typebox';
import { EventSchema } from '../../model/event-schema.ts';
import { deliveryId, type NamedDelivery, parseDeliveryId } from '../../model/delivery-id.ts';
import type { Event } from '../../model/event.ts';
import { kindOf, mayAccessScope, seesEverything, type Access } from '../../model/scope.ts';
import type { DeliveryHistory } from '../../records/attempt-queries.ts';
import { attemptOutcomes } from '../../records/delivery-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { accessOf } from '../auth/authenticate.ts';
import { eventVisible } from '../auth/visible.ts';
import { CursorQuery, msOfTime, nullable, pageOf, Time } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { EncodingProblem, previewView, RequestSchema } from '../preview/request-view.ts';
import { type Problem, sendProblem } from '../problems/problem.ts';
import { noNumber, numbersMeant } from '../calls/call-query.ts';
import { type AttemptFilter, listed, listedByNumber } from './list.ts';
import { AttemptSchema, attemptView, ParkedSchema, parkedView, ReplayNumber } from './view.ts';

const Query = Type.Object(
  {
    subscription: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Only of this subscription, by its id or public number.',
      }),
    ),
    outcome: Type.Optional(Type.Enum([...attemptOutcomes], { description: 'Only attempts with this outcome.' })),
    number: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'Only of events of calls with this number, in any spelling; see GET /v1/calls. Newest call first, and the attempts of each together.',
      }),
    ),
    since: Type.Optional(Type.String({ ...Time, description: 'Only attempts that ended at or after this time.' })),
    until: Type.Optional(Type.String({ ...Time, description: 'Only attempts that ended before this time.' })),
    seq: Type.Optional(Type.Integer({ minimum: 1, description: 'Only of the event with this sequence.' })),
    replay: Type.Optional(Type.Integer({ minimum: 0, description: 'Only of this replay; 0: only of none.' })),
    cursor: Type.Optional(
      Type.String({ maxLength: 64, pattern: '^[0-9]+(-[0-9]+){0,2}$', description: '`next` of the page before.' }),
    ),
    limit: CursorQuery.limit,
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const ParkedQuery = Type.Object(
  {
    subscription: Query.properties.subscription,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
);

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 40 }) });

const DeliverySchema = Type.Object({
  id: Type.String(),
  subscription: Type.Integer(),
  seq: Type.Integer(),
  replay: ReplayNumber,
  state: Type.Enum(['parked', ...attemptOutcomes], { description: 'Parked, or the outcome of the last attempt.' }),
  parked: nullable(ParkedSchema),
  attempts: Type.Array(AttemptSchema, { description: 'Newest first.' }),
  request: nullable(
    RequestSchema,
    'As its next attempt would be sent now, or the last one was; alone, also where it went out in a batch. Null without the event or the subscription.',
  ),
  encoding: nullable(EncodingProblem, 'Why there is no request.'),
  event: nullable(EventSchema, 'Null where retention has taken it, or it is not the caller’s to see.'),
});

type Deps = Pick<ApiDeps, 'attempts' | 'delivery' | 'log' | 'clock' | 'calls' | 'journal' | 'defaults'>;

const otherSearch: Problem = {
  code: 'invalid_field',
  field: 'cursor',
  detail: 'cursor is not of a page of this search.',
};

/** Most subscriptions of a narrowed caller whose deliveries are looked through at once. */
const mostSubscriptions = 10_000;

export function deliveryRoutes(app: App, deps: Deps): void {
  const list = described({
    summary: 'Attempts of deliveries, newest first',
    description: 'A page may hold fewer attempts than asked for, even none, while `next` says where to go on.',
    tag: 'deliveries',
    least: 'user',
    querystring: Query,
    answers: { 200: { description: 'A page of attempts.', schema: pageOf(AttemptSchema) } },
  });
  app.get<{ Querystring: Query }>('/v1/deliveries', list, async (request, reply) => {
    const { subscription, number, cursor } = request.query;
    if (cursor !== undefined && (number !== undefined) !== cursor.includes('-')) return sendProblem(reply, otherSearch);
    const access = accessOf(request);
    const subscriptions = numbersFor(deps, access, subscription);
    if (!subscriptions.known) return sendProblem(reply, { code: 'subscription_not_found', field: 'subscription' });
    const filter = { ...filterOf(request.query), subscriptions: subscriptions.numbers };
    const may = (attempt: NamedDelivery): boolean => maySeeDelivery(deps, access, attempt);
    const page = { cursor, limit: request.query.limit ?? 50 };
    if (number === undefined) return listed(deps, filter, may, page);
    const numbers = numbersMeant(number, deps.defaults.country);
    if (!numbers) return sendProblem(reply, noNumber);
    return listedByNumber(deps, { filter, may, numbers, access }, page);
  });

  const parked = described({
    summary: 'Deliveries that wait for their next attempt, or behind one that does',
    tag: 'deliveries',
    least: 'user',
    querystring: ParkedQuery,
    answers: {
      200: {
        description: 'Some of them.',
        schema: Type.Object({ items: Type.Array(ParkedSchema), next: Type.Null() }),
      },
    },
  });
  app.get<{ Querystring: Static<typeof ParkedQuery> }>('/v1/deliveries/parked', parked, async (request, reply) => {
    const { subscription, limit = 100 } = request.query;
    const access = accessOf(request);
    const subscriptions = numbersFor(deps, access, subscription);
    if (!subscriptions.known) return sendProblem(reply, { code: 'subscription_not_found', field: 'subscription' });
    const rows = await deps.attempts.parked({ subscriptions: subscriptions.numbers, limit });
    return { items: rows.filter((row) => maySeeDelivery(deps, access, row)).map(parkedView), next: null };
  });

  const one = described({
    summary: 'One delivery: its attempts, when it is tried again, and the event',
    tag: 'deliveries',
    least: 'user',
    params: Params,
    answers: { 200: { description: 'The delivery.', schema: DeliverySchema } },
  });
  app.get<{ Params: Static<typeof Params> }>('/v1/deliveries/:id', one, async (request, reply) => {
    const found = await findDelivery(deps, accessOf(request), request.params.id);
    return found ?? sendProblem(reply, { code: 'delivery_not_found' });
  });
}

function filterOf({ outcome, seq, replay, since, until }: Query): Omit<AttemptFilter, 'subscriptions'> {
  return {
    ...(outcome && { outcome }),
    ...(seq !== undefined && { seqs: [seq] }),
    ...(replay !== undefined && { replay }),
    ...(since !== undefined && { since: msOfTime(since) }),
    ...(until !== undefined && { until: msOfTime(until) }),
  };
}

async function findDelivery(deps: Deps, access: Access, id: string): Promise<object | null> {
  const key = parseDeliveryId(id);
  if (!key || !maySeeDelivery(deps, access, key)) return null;
  const [event] = await deps.log.get([key.seq]);
  const found = await deps.attempts.delivery(key);
  if (!found) return null;
  const { parked, attempts } = found;
  const seen = event && eventVisible(access, event) ? event : null;
  return {
    id,
    ...key,
    replay: key.replay === 0 ? null : key.replay,
    state: parked ? 'parked' : attempts[0]?.outcome,
    parked: parked ? parkedView(parked) : null,
    attempts: attempts.map(attemptView),
    // The subscription's scope may have been wider when it was delivered.
    event: seen,
    ...requestFor(deps, access, seen, key, found),
  };
}

function requestFor(
  { delivery, clock }: Deps,
  access: Access,
  event: Event | null,
  { subscription: number, replay }: NamedDelivery,
  { parked, attempts }: DeliveryHistory,
): ReturnType<typeof previewView> {
  const subscription = delivery.subscriptions.byNumber(access, number);
  if (!event || !subscription) return { request: null, encoding: null };
  const last = attempts.reduce((most, { attempt }) => Math.max(most, attempt), parked?.attempts ?? 0);
  const attempt = parked ? last + 1 : Math.max(1, last);
  const batch = parked?.batch ?? attempts[0]?.batch ?? event.seq;
  const naming = { deliveryId: deliveryId(number, batch, replay), attempt, replay };
  return previewView(delivery.preview(subscription, event, naming), subscription, clock.now());
}

/** Deliveries of a subscription that was deleted are still seen by who sees everything. */
function maySee({ delivery }: Deps, access: Access, subscription: number): boolean {
  return seesEverything(access) || delivery.subscriptions.byNumber(access, subscription) !== null;
}

/**
 * Whether a caller may see a delivery of a subscription they may see now: one that was made while the subscription
 * belonged to somebody else, or reached further, is not theirs.
 */
export function maySeeDelivery(deps: Pick<Deps, 'delivery'>, access: Access, of: NamedDelivery): boolean {
  if (seesEverything(access)) return true;
  // Who watches one extension sees what happens to it, not who is told.
  if (kindOf(access) === 'extension') return false;
  const subscription = deps.delivery.subscriptions.byNumber(access, of.subscription);
  if (subscription === null) return false;
  // A replay delivers what its subscription wants now, whoever had it when the event came: who may see the replay sees it.
  if (of.replay > 0) return deps.delivery.replays.get(access, of.replay) !== null;
  return mayAccessScope(access, scopeAt(subscription, of.seq));
}

/** Whose the subscription was when this event came; of what is older than its versions reach, the oldest decides. */
function scopeAt({ selection, versions }: Subscription, seq: number): Subscription['selection']['scope'] {
  const inForce = versions.find(({ to }) => to === null || to >= seq);
  return (inForce ?? selection).scope;
}

type Numbers = { readonly known: true; readonly numbers: readonly number[] | null } | { readonly known: false };

/** The subscriptions to look through: the one asked for, all the caller may see, or (null) all there are. */
function numbersFor(deps: Deps, access: Access, asked: string | undefined): Numbers {
  const { subscriptions } = deps.delivery;
  if (asked !== undefined) {
    const number = /^\d{1,15}$/.test(asked) ? Number(asked) : (subscriptions.get(access, asked)?.number ?? null);
    return number !== null && maySee(deps, access, number) ? { known: true, numbers: [number] } : { known: false };
  }
  if (seesEverything(access)) return { known: true, numbers: null };
  const visible = subscriptions.list(access, { after: 0, limit: mostSubscriptions });
  return { known: true, numbers: visible.map(({ number }) => number) };
}
