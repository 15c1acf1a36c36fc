import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import { deliveryId, type NamedDelivery, parseDeliveryId } from '../../model/delivery-id.ts';
import type { Why } from '../../delivery/why/why.ts';
import type { Event } from '../../model/event.ts';
import { seesEverything, type Access } from '../../model/scope.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { accessOf } from '../auth/authenticate.ts';
import { eventVisible } from '../auth/visible.ts';
import { Time } from '../contract/common.ts';
import { maySeeDelivery } from '../deliveries/routes.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { type Answer, type Problem, sendProblem } from '../problems/problem.ts';
import { gatherReplayWhy, gatherTrace, gatherWhy, type WhyDeps } from './gather.ts';
import { type Replayed, replayedBy } from './replayed.ts';
import { WhySchema, type WhyView, whyView } from './view.ts';

const DeliveryParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const Query = Type.Object(
  {
    subscription: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Its id or public number; without, several answer.' }),
    ),
    seq: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Of several events with this id, the one with this sequence.' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Most subscriptions to answer for.' }),
    ),
  },
  { additionalProperties: false },
);

const EventHead = Type.Object({
  id: Type.String(),
  seq: Type.Integer(),
  type: Type.String(),
  domain: Type.String(),
  connector: Type.String(),
  time: Time,
  acceptedAt: Time,
});

const AnswerSchema = Type.Object({
  event: EventHead,
  others: Type.Array(EventHead, { description: 'Other events with this id: ids are unique per connector.' }),
  items: Type.Array(WhySchema, { description: 'Those of the event’s domain first.' }),
  left: Type.Integer({ description: 'Further subscriptions that were not looked at.' }),
});

type Deps = WhyDeps & Pick<ApiDeps, 'audit'>;

/** Most subscriptions that are put in order for one answer. */
const mostSubscriptions = 10_000;

export function whyRoutes(app: App, deps: Deps): void {
  const why = described({
    summary: 'Why an event was, or was not, delivered',
    description:
      'For one subscription, or for those the caller may see. The version of the subscription in force at the event decides.',
    tag: 'events',
    least: 'user',
    params: Params,
    querystring: Query,
    answers: { 200: { description: 'An answer for each subscription.', schema: AnswerSchema } },
  });
  app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof Query> }>(
    '/v1/events/:id/why',
    why,
    async (request, reply) => {
      const access = accessOf(request);
      const { subscription: asked, seq, limit = 20 } = request.query;
      const all = await deps.log.findById(request.params.id, access);
      const found = all.filter((event) => eventVisible(access, event));
      const event = seq === undefined ? found[0] : found.find((one) => one.seq === seq);
      if (!event) return sendProblem(reply, { code: 'event_not_found' });
      const others = found.filter((one) => one !== event).map(headOf);
      const head = { event: headOf(event), others };
      if (asked !== undefined) return one(reply, access, event, asked, head);
      const { chosen, left } = choose(deps, access, event, limit);
      const items: WhyView[] = [];
      for (const subscription of chosen) items.push(await answerFor(deps, access, event, subscription));
      return { ...head, items, left };
    },
  );

  async function one(reply: FastifyReply, access: Access, event: Event, asked: string, head: object): Promise<unknown> {
    const subscription = findSubscription(deps, access, asked);
    if (subscription) return { ...head, items: [await answerFor(deps, access, event, subscription)], left: 0 };
    const gone = await deletedAnswer(deps, access, event, asked);
    if ('problem' in gone) return sendProblem(reply, gone.problem);
    return { ...head, items: [gone], left: 0 };
  }
}

/** Of one delivery by its id: also of a replay's, and of what retention has taken the event of. */
export function deliveryWhyRoutes(app: App, deps: Deps): void {
  const why = described({
    summary: 'Why a delivery was, or was not, made',
    description:
      'Also of a replay (SUBSCRIPTION-SEQUENCE-rREPLAY), which goes by the subscription as it is now; and where retention has taken the event, by what is kept of the delivery.',
    tag: 'deliveries',
    least: 'user',
    params: DeliveryParams,
    answers: { 200: { description: 'The answer.', schema: WhySchema } },
  });
  app.get<{ Params: Static<typeof DeliveryParams> }>('/v1/deliveries/:id/why', why, async (request, reply) => {
    const access = accessOf(request);
    const key = parseDeliveryId(request.params.id);
    const isKnown = key !== null && key.seq <= deps.log.head() && maySeeDelivery(deps, access, key);
    const told = isKnown ? await whyOfDelivery(deps, access, key) : null;
    return told ?? sendProblem(reply, { code: 'delivery_not_found' });
  });
}

async function whyOfDelivery(deps: Deps, access: Access, key: NamedDelivery): Promise<WhyView | null> {
  const { subscription: number, seq, replay } = key;
  const subscription = deps.delivery.subscriptions.byNumber(access, number);
  const [event = null] = await deps.log.get([seq]);
  if (event && !eventVisible(access, event) && !(await wasMade(deps, key))) return null;
  if (replay === 0 && event && subscription) return answerFor(deps, access, event, subscription);
  const about = { subscription: number, name: subscription?.name ?? null, behind: null };
  const delivery = deliveryId(number, seq, replay);
  if (replay === 0) {
    const why = await gatherTrace(deps, key, subscription);
    return whyView(why, { ...about, delivery, replayed: await replayedAfter(deps, access, why, key) });
  }
  const why = await gatherReplayWhy(deps, access, key, event);
  return why && whyView(why, { ...about, delivery });
}

/** What a replay made up for, of what its delivery in time did not bring. */
async function replayedAfter(
  deps: Deps,
  access: Access,
  why: Why,
  key: Omit<NamedDelivery, 'replay'>,
): Promise<Replayed | null> {
  if (why.answer === 'delivered') return null;
  return replayedBy(deps.attempts, key, (delivery) => maySeeDelivery(deps, access, delivery));
}

/** Of somebody else's event nothing is told, not even why it was not wanted, unless the delivery was made all the same. */
async function wasMade({ delivery, attempts }: Deps, key: NamedDelivery): Promise<boolean> {
  if (delivery.trouble() === null) await delivery.recorded();
  return (await attempts.delivery(key)) !== null;
}

const notFound: Problem = { code: 'subscription_not_found', field: 'subscription' };
const notSeen: Problem = {
  ...notFound,
  detail: 'There is none now; whether there was one was looked for in the newest part of the audit alone.',
};

function headOf({ id, seq, type, domain, connector, time, acceptedAt }: Event): Static<typeof EventHead> {
  return { id, seq, type, domain, connector, time, acceptedAt };
}

const numberIn = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

function findSubscription({ delivery }: Deps, access: Access, asked: string): Subscription | null {
  const number = numberIn(asked);
  if (number === null) return delivery.subscriptions.get(access, asked);
  return delivery.subscriptions.byNumber(access, number);
}

/** Those of the event's domain first, then those of all domains, then the others; by number. */
function choose(
  { delivery }: Deps,
  access: Access,
  { domain }: Event,
  limit: number,
): { readonly chosen: readonly Subscription[]; readonly left: number } {
  const all = delivery.subscriptions.list(access, { after: 0, limit: mostSubscriptions });
  const rank = ({ selection }: Subscription): number => {
    if (selection.scope.domain === domain) return 0;
    return selection.scope.domain === '*' ? 1 : 2;
  };
  const sorted = [...all].sort((one, other) => rank(one) - rank(other) || one.number - other.number);
  return { chosen: sorted.slice(0, limit), left: Math.max(0, sorted.length - limit) };
}

async function answerFor(deps: Deps, access: Access, event: Event, subscription: Subscription): Promise<WhyView> {
  const { number, name } = subscription;
  const delivery = { subscription: number, seq: event.seq, replay: 0 };
  const about = { subscription: number, name, delivery: deliveryId(number, event.seq), behind: null };
  // Somebody else's subscription then: what it wanted and what became of it are not the caller's to know.
  if (!maySeeDelivery(deps, access, delivery)) {
    return whyView({ answer: 'unknown', reason: 'not_yours_then' }, about);
  }
  const why = await gatherWhy(deps, event, number, subscription);
  const first = 'behind' in why ? why.behind : null;
  const behind = first && maySeeDelivery(deps, access, { ...first, replay: 0 }) ? first : null;
  const replayed = await replayedAfter(deps, access, why, delivery);
  return whyView(why, { ...about, behind: behind && deliveryId(behind.subscription, behind.seq), replayed });
}

/** Pages of the audit looked at for one answer, up to half a second of the store's reader each. */
const mostAuditPages = 4;

/** @returns null: what was looked at does not say so, and there is more */
async function auditSaysDeleted({ audit }: Deps, access: Access, number: number): Promise<boolean | null> {
  const query = { access, object: 'subscription', objectId: String(number), action: 'deleted' as const, limit: 1 };
  let before: number | undefined;
  for (let looked = 0; looked < mostAuditPages; looked++) {
    const { entries, next } = await audit.list({ ...query, ...(before !== undefined && { before }) });
    if (entries.length > 0) return true;
    // A page may be empty while there is a next one.
    if (next === null) return false;
    before = next;
  }
  return null;
}

/** Of a subscription that the audit says was deleted, or of which there are deliveries. */
async function deletedAnswer(deps: Deps, access: Access, event: Event, asked: string): Promise<Answer<WhyView>> {
  const number = numberIn(asked);
  if (number === null) return { problem: notFound };
  const wasDeleted = await auditSaysDeleted(deps, access, number);
  const none = { problem: wasDeleted === null ? notSeen : notFound };
  const seesAll = seesEverything(access);
  if (!wasDeleted && !seesAll) return none;
  const why = seesAll ? await gatherWhy(deps, event, number, null) : ({ answer: 'deleted' } as const);
  if (why.answer === 'deleted' && !wasDeleted) return none;
  const replayed = await replayedAfter(deps, access, why, { subscription: number, seq: event.seq });
  const delivery = deliveryId(number, event.seq);
  return whyView(why, { subscription: number, name: null, delivery, behind: null, replayed });
}
