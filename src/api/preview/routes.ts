/** Looking at what a subscription would send, and sending it once as a test. */
import { Type, type Static } from 'typebox';
import { deliveryId } from '../../model/delivery-id.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { accessOf } from '../auth/authenticate.ts';
import { nullable } from '../contract/common.ts';
import type { ApiDeps, App } from '../deps.ts';
import { described } from '../openapi/route-list.ts';
import { sendProblem } from '../problems/problem.ts';
import { type Chosen, ChosenEvent, chooseEvent } from './chosen-event.ts';
import { EncodingProblem, previewView, refusedAs, RequestSchema } from './request-view.ts';
import { TestLimit } from './test-limit.ts';
import { TestResultSchema, testResultView } from './test-result.ts';

const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
type Request = { Params: Static<typeof Params>; Body: ChosenEvent };

const Made = Type.Object({
  event: Type.Object({
    id: Type.String(),
    seq: Type.Integer({ description: 'Of an example, as the reference has it.' }),
    type: Type.String(),
    example: Type.Boolean({ description: 'It is not in the log.' }),
  }),
  refusal: nullable(
    Type.Object({ reason: Type.String(), detail: nullable(Type.String()) }),
    'What would keep such an event from the subscription as it is now: `disabled`, `event_type`, `out_of_scope`, `filtered`, `filter_error`; null: nothing.',
  ),
  request: nullable(RequestSchema),
  encoding: nullable(EncodingProblem, 'Why there is no request.'),
});
const Sent = Type.Object({
  ...Made.properties,
  result: nullable(TestResultSchema, 'Null where nothing was sent.'),
});

type Deps = Pick<ApiDeps, 'delivery' | 'log' | 'clock' | 'defaults'>;

const domainOf = ({ selection: { scope } }: Subscription): string => JSON.stringify([scope.reseller, scope.domain]);

export function previewRoutes(app: App, deps: Deps): void {
  const { delivery, clock } = deps;
  const limit = new TestLimit(clock);
  const stopping = new AbortController();
  app.addHook('preClose', async () => stopping.abort());

  const preview = described({
    summary: 'What would be sent for an event',
    description: 'Encoded now, by the subscription as it is. Nothing is sent.',
    tag: 'subscriptions',
    least: 'user',
    params: Params,
    body: ChosenEvent,
    answers: { 200: { description: 'The request, or why there is none.', schema: Made } },
  });
  app.post<Request>('/v1/subscriptions/:id/preview', preview, async (request, reply) => {
    const access = accessOf(request);
    const subscription = delivery.subscriptions.get(access, request.params.id);
    if (!subscription) return sendProblem(reply, { code: 'subscription_not_found' });
    const chosen = await chooseEvent(deps, access, subscription, request.body);
    if ('problem' in chosen) return sendProblem(reply, chosen.problem);
    const { event } = chosen;
    const naming = { deliveryId: deliveryId(subscription.number, event.seq), attempt: 1, replay: 0 };
    const made = delivery.preview(subscription, event, naming);
    if (made.kind === 'later') return sendProblem(reply, refusedAs(made));
    return { ...aboutEvent(chosen, subscription), ...previewView(made, subscription, clock.now()) };
  });

  const test = described({
    summary: 'Send a test',
    description: [
      'Sends one notification for an event now, signed as always and marked `X-Offhook-Test: 1`, and answers with what came back.',
      'It goes through the same address rules as a delivery, touches neither order, counters nor breaker, and is sent even where',
      'the subscription is disabled or paused. One in two seconds for each subscription, three at a time for each domain.',
    ].join(' '),
    tag: 'subscriptions',
    least: 'user',
    params: Params,
    body: ChosenEvent,
    answers: { 200: { description: 'What was sent, and what came of it.', schema: Sent } },
  });
  app.post<Request>('/v1/subscriptions/:id/test', test, async (request, reply) => {
    const access = accessOf(request);
    const subscription = delivery.subscriptions.get(access, request.params.id);
    if (!subscription) return sendProblem(reply, { code: 'subscription_not_found' });
    const chosen = await chooseEvent(deps, access, subscription, request.body);
    if ('problem' in chosen) return sendProblem(reply, chosen.problem);
    const { event } = chosen;
    const { number } = subscription;
    const domain = domainOf(subscription);
    const refused = limit.begin(number, domain);
    if (refused) {
      const retryAfter = Math.ceil(refused.waitMs / 1_000);
      return sendProblem(reply, { code: 'too_many_tests', detail: refused.why, retryAfter });
    }
    // Where it fails nobody knows, and what may have been sent counts.
    let wasSent = true;
    try {
      const { preview: sent, exchange } = await delivery.sendTest(subscription, event, stopping.signal);
      wasSent = exchange !== null;
      if (sent.kind === 'later') return sendProblem(reply, refusedAs(sent));
      const result = exchange && testResultView(exchange);
      return { ...aboutEvent(chosen, subscription), ...previewView(sent, subscription, clock.now()), result };
    } finally {
      limit.ended(number, domain, wasSent);
    }
  });

  function aboutEvent({ event, example }: Chosen, subscription: Subscription): object {
    const { id, seq, type } = event;
    const newest = { ...subscription.selection, endpoint: subscription.endpoint, from: 0, to: null };
    const refusal = delivery.refusal(newest, event);
    const detail =
      refusal === null ? null : 'detail' in refusal ? refusal.detail : 'level' in refusal ? refusal.level : null;
    return { event: { id, seq, type, example }, refusal: refusal && { reason: refusal.reason, detail } };
  }
}
