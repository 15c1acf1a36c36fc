/** Both sides of the drain benchmark; each is started in a process of its own. */
import type { Delivery } from '../../src/delivery/management.ts';
import { createHeaderBuilder } from '../../src/delivery/notification.ts';
import { headerRecord } from '../../src/delivery/sender/headers.ts';
import { cloudevents } from '../../src/dialects/cloudevents/index.ts';
import { everything } from '../../src/model/scope.ts';
import type { Event } from '../../src/model/event.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { draftOf } from '../../test/support/builders.ts';
import { type BarePost, postBare } from '../support/bare-client.ts';
import { BenchStore, networkSender } from '../support/delivery.ts';
import { callEvents } from '../support/events.ts';
import { serve, spentOn } from '../support/serve.ts';
import { noContext } from '../../test/support/encode-context.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const callsAtATime = 1_000;
const eventsOfACall = 5;
let store: BenchStore;

export interface DrainTask {
  readonly url: string;
  readonly events: number;
  /** Requests at a time. */
  readonly concurrency: number;
}

async function subscribe({ url, concurrency }: DrainTask): Promise<Subscription> {
  const delivery = store.delivery(networkSender());
  await delivery.start();
  const target = { maxInFlight: concurrency, signing: { secrets: [secret] } };
  const made = await delivery.subscriptions.create(everything, draftOf(url, { dialect: 'cloudevents', target }));
  await delivery.stop();
  if ('problem' in made) throw new Error(made.problem.message);
  return made.subscription;
}

/** A request as it goes out for an event, so that both sides send as many bytes. */
async function sample(subscription: Subscription, seq: number) {
  const event = (await store.log.get([seq]))[0] as Event;
  const { id, options, target } = subscription;
  const encoded = cloudevents.encode([event], {
    ...noContext,
    subscriptionId: id,
    method: 'POST',
    url: target.url,
    options,
  });
  if (encoded.kind !== 'request') throw new Error('the dialect could not say the event');
  const headers = createHeaderBuilder()(subscription, {
    encoded: encoded.headers,
    deliveryId: `${subscription.number}-${seq}`,
    attempt: 1,
    replay: 0,
    eventId: event.id,
    count: 1,
    body: encoded.body,
    nowMs: Date.now(),
  });
  return { headers: headerRecord(headers), body: String(encoded.body) };
}

async function drained(delivery: Delivery, events: number): Promise<void> {
  await delivery.start();
  await delivery.settledUpTo(events);
  await store.attemptsStored(events);
}

const methods = {
  /** Fills a log that nobody has delivered yet. @returns requests like those that will go out, one for each event of a call */
  prepare: async (task: DrainTask): Promise<Pick<BarePost, 'headers' | 'bodies'>> => {
    store = await BenchStore.open();
    const subscription = await subscribe(task);
    await store.append(callEvents(task.events, callsAtATime));
    const middle = Math.floor(task.events / 2);
    const seqs = Array.from({ length: eventsOfACall }, (_, step) => middle + step * callsAtATime);
    const samples = await Promise.all(seqs.map((seq) => sample(subscription, seq)));
    return { headers: samples[0]?.headers ?? {}, bodies: samples.map(({ body }) => body) };
  },
  drain: async (events: number) => {
    const delivery = store.delivery(networkSender());
    const spent = await spentOn(() => drained(delivery, events));
    await delivery.stop();
    await store.close();
    return spent;
  },
  bare: (post: BarePost) => spentOn(() => postBare(post)),
};

export type DrainMethods = typeof methods;
serve(methods);
