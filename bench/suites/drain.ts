/**
 * Draining a backlog: one event a request, five events a call over 1,000 interleaved calls, order kept, signed, every
 * attempt durably recorded; against a bare undici client that posts the same body to the same sink with as many
 * requests at a time.
 */
import { everything } from '../../src/model/scope.ts';
import { cloudevents } from '../../src/dialects/cloudevents/index.ts';
import { draftOf } from '../../test/support/builders.ts';
import { bareRate } from '../support/bare-client.ts';
import { BenchStore } from '../support/delivery.ts';
import { callEvents } from '../support/events.ts';
import { startSink } from '../support/start-sink.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface DrainRound {
  readonly bare: number;
  readonly offhook: number;
}

async function backlog(store: BenchStore, url: string, events: number, concurrency: number): Promise<void> {
  const delivery = store.delivery();
  await delivery.start();
  const target = { maxInFlight: concurrency, signing: { secrets: [secret] } };
  await delivery.subscriptions.create(everything, draftOf(url, { dialect: 'cloudevents', target }));
  await delivery.stop();
  let batch = [];
  for (const event of callEvents(events, 1_000)) {
    batch.push(event);
    if (batch.length === 500) await store.log.append(batch.splice(0));
  }
  if (batch.length > 0) await store.log.append(batch);
}

/** One round on one sink; both sides post the same number of bodies. */
export async function drainRound(events: number, concurrency: number): Promise<DrainRound> {
  const sink = await startSink();
  const store = await BenchStore.open();
  try {
    const url = `${sink.url}/hook`;
    await backlog(store, url, events, concurrency);
    const [event] = (await store.log.read({ after: 0, limit: 1 })).events;
    const encoded = event && cloudevents.encode([event], { subscriptionId: 'x', method: 'POST', url, options: {} });
    const body = encoded?.kind === 'request' ? String(encoded.body) : '';
    const bare = await bareRate(url, body, events, concurrency, { 'content-type': 'application/cloudevents+json' });
    await sink.reset();
    const delivery = store.delivery();
    const started = performance.now();
    await delivery.start();
    await delivery.settledUpTo(events);
    const reached = sink.reached(events);
    for (const { attached } of delivery.endpoints(everything)) if (!attached) await reached;
    await reached;
    await durable(store, events);
    const offhook = (events * 1000) / (performance.now() - started);
    await delivery.stop();
    return { bare, offhook };
  } finally {
    await store.close();
    await sink.stop();
  }
}

/** Waits until every attempt is recorded. */
async function durable(store: BenchStore, events: number): Promise<void> {
  for (;;) {
    const { attempts } = await store.records.attempts.list({ subscriptions: null, limit: 1 });
    if ((attempts[0]?.row ?? 0) >= events) return;
  }
}
