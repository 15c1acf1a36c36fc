import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerRecord } from '../delivery/sender/headers.ts';
import { createSigner } from '../delivery/signing/signer.ts';
import { cloudevents } from '../dialects/cloudevents/index.ts';
import { newSigningSecret } from '../kit/signing-secret.ts';
import type { Event } from '../model/event.ts';
import { eventCatalog } from '../model/event-types/index.ts';
import { createMemoryStore } from './memory-store.ts';
import type { OffhookEvent } from './offhook-event.ts';
import { type Delivery, createReceiver, type ReceiverOptions } from './receiver.ts';
import { RetryLater, Unsubscribe } from './signals.ts';
import { noContext } from '../../test/support/encode-context.ts';

const secret = newSigningSecret();
const nowMs = 1_795_253_400_000;
const example = eventCatalog['leg.answered'].example;
const eventNumber = (seq: number): Event => ({ ...example, id: `e${seq}`, seq });

function requestOf(events: readonly Event[], more: Readonly<Record<string, string>> = {}) {
  const options = { mode: events.length > 1 ? 'batch' : 'structured' };
  const encoded = cloudevents.encode(events, {
    ...noContext,
    method: 'POST',
    url: 'https://r.example/',
    options,
  });
  assert.ok(encoded.kind === 'request');
  const body = String(encoded.body);
  const signature = headerRecord(createSigner([secret]).sign(`3-${events[0]?.seq}`, nowMs, body));
  return { headers: { ...encoded.headers, ...signature, ...more }, readBody: async () => body };
}

/** A receiver that writes down what it handles, and does first what `onEvent` says. */
function receiverWith(options: Partial<ReceiverOptions> = {}) {
  const handled: string[] = [];
  const deliveries: Delivery[] = [];
  const errors: [string, number][] = [];
  const receiver = createReceiver({
    secrets: secret,
    now: () => nowMs,
    onError: (error, status) => void errors.push([(error as Error).message, status]),
    ...options,
    onEvent: async (event, delivery) => {
      await options.onEvent?.(event, delivery);
      handled.push(event.id);
      deliveries.push(delivery);
    },
  });
  const receive = async (...events: readonly Event[]): Promise<number> =>
    (await receiver.receive(requestOf(events))).status;
  return { receiver, receive, handled, deliveries, errors };
}

const failing = (times: number, error: Error = new Error('secret detail')) => {
  let left = times;
  return (event: OffhookEvent): void => {
    if (event.id === 'e2' && left-- > 0) throw error;
  };
};

describe('a receiver', () => {
  it('tells the handler which delivery it was', async () => {
    const { receiver, deliveries } = receiverWith();
    await receiver.receive(requestOf([eventNumber(1)], { 'x-offhook-attempt': '2', 'x-correlation-id': 'abc' }));
    await receiver.receive(requestOf([eventNumber(2)], { 'x-offhook-attempt': 'x' }));
    const signedAt = new Date(nowMs);
    assert.deepEqual(deliveries, [
      { id: '3-1', signedAt, attempt: 2, subscription: 'abc' },
      { id: '3-2', signedAt, attempt: null, subscription: null },
    ]);
  });

  it('answers 200 only when the handler has resolved', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { receive } = receiverWith({ onEvent: () => promise });
    let isAnswered = false;
    const answer = receive(eventNumber(1)).finally(() => (isAnswered = true));
    await new Promise(setImmediate);
    assert.equal(isAnswered, false);
    resolve();
    assert.equal(await answer, 200);
  });

  it('answers 409 while another request handles the event, and 200 when that is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { receive, handled } = receiverWith({ onEvent: () => promise });
    const first = receive(eventNumber(1));
    await new Promise(setImmediate);
    assert.equal(await receive(eventNumber(1)), 409);
    resolve();
    assert.deepEqual([await first, await receive(eventNumber(1))], [200, 200]);
    assert.deepEqual(handled, ['e1']);
  });

  it('goes on with a batch where it failed', async () => {
    const { receive, handled, errors } = receiverWith({ onEvent: failing(2) });
    const batch = [1, 2, 3].map(eventNumber);
    const statuses = [
      await receive(...batch),
      await receive(...batch),
      await receive(...batch),
      await receive(...batch),
    ];
    assert.deepEqual(statuses, [500, 500, 200, 200]);
    assert.deepEqual(handled, ['e1', 'e2', 'e3']);
    assert.deepEqual(errors, [
      ['secret detail', 500],
      ['secret detail', 500],
    ]);
  });

  it('stops a batch at an event that another request handles, so that no later one overtakes it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { receive, handled } = receiverWith({ onEvent: ({ id }) => (id === 'e2' ? promise : undefined) });
    const alone = receive(eventNumber(2));
    await new Promise(setImmediate);
    const batch = [1, 2, 3].map(eventNumber);
    assert.equal(await receive(...batch), 409);
    assert.deepEqual(handled, ['e1']);
    resolve();
    assert.deepEqual([await alone, await receive(...batch)], [200, 200]);
    assert.deepEqual(handled, ['e1', 'e2', 'e3']);
  });

  it('handles what is new in a batch that begins like an earlier one: after a crash it may be cut anew', async () => {
    const { receive, handled } = receiverWith();
    await receive(eventNumber(1), eventNumber(2));
    await receive(eventNumber(1), eventNumber(2), eventNumber(3));
    await receive(eventNumber(1));
    assert.deepEqual(handled, ['e1', 'e2', 'e3']);
  });

  it('takes events of the same id apart by connector, domain and subscription', async () => {
    const { receiver, receive, handled } = receiverWith();
    await receive(eventNumber(1));
    await receive({ ...eventNumber(1), connector: 'pbx2' });
    await receive({ ...eventNumber(1), domain: 'other' });
    const request = requestOf([eventNumber(1)]);
    const body = await request.readBody();
    const headers = { ...request.headers, ...headerRecord(createSigner([secret]).sign('4-1', nowMs, body)) };
    await receiver.receive({ ...request, headers });
    assert.deepEqual(handled, ['e1', 'e1', 'e1', 'e1']);
  });

  it('keeps to itself why a handler failed', async () => {
    const { receiver } = receiverWith({ onEvent: failing(1) });
    const { status, text } = await receiver.receive(requestOf([eventNumber(2)]));
    assert.equal(status, 500);
    assert.doesNotMatch(text, /detail/);
  });

  it('answers even where writing the log fails', async (context) => {
    const onError = (): never => {
      throw new Error('disk full');
    };
    const printed = context.mock.method(console, 'error', () => {});
    const { receive } = receiverWith({ onEvent: failing(1), onError });
    assert.equal(await receive(eventNumber(2)), 500);
    assert.match(String(printed.mock.calls[0]?.arguments[0]), /disk full/);
  });

  it('says how long to wait, and that it wants no more', async () => {
    const later = await receiverWith({ onEvent: failing(1, new RetryLater(89.2)) }).receiver.receive(
      requestOf([eventNumber(2)]),
    );
    assert.deepEqual([later.status, later.headers['retry-after']], [503, '90']);
    const gone = receiverWith({ onEvent: failing(1, new Unsubscribe()) });
    assert.equal(await gone.receive(eventNumber(2)), 410);
    assert.equal(await gone.receive(eventNumber(2)), 200);
  });

  it('hands over or lets go what it has no type for', async () => {
    const newer = { ...eventNumber(9), type: 'leg.teleported' as 'leg.ended' };
    const seen: string[] = [];
    const { receive, handled } = receiverWith({ onUnknownEvent: ({ type }) => void seen.push(type) });
    assert.equal(await receive(newer), 200);
    assert.equal(await receiverWith().receive(newer), 200);
    assert.deepEqual([seen, handled], [['leg.teleported'], []]);
  });

  it('reads no body whose headers it refuses', async () => {
    const { receiver } = receiverWith();
    const readBody = () => assert.fail('read');
    assert.equal((await receiver.receive({ headers: {}, readBody })).status, 401);
  });

  it('remembers nothing where it is told to', async () => {
    const { receive, handled } = receiverWith({ store: null });
    await receive(eventNumber(1));
    assert.equal(await receive(eventNumber(1)), 200);
    assert.deepEqual(handled, ['e1', 'e1']);
  });

  it('refuses options that mean nothing', () => {
    for (const name of ['maxBodyBytes', 'rememberSeconds', 'claimSeconds', 'toleranceSeconds']) {
      assert.throws(() => receiverWith({ [name]: 0 }), new RegExp(name));
    }
  });
});

describe('a receiver whose store fails', () => {
  const broken = async (): Promise<never> => {
    throw new Error('no connection');
  };

  it('handles nothing that it can’t look up', async () => {
    const { receive, handled, errors } = receiverWith({ store: { ...createMemoryStore(), claim: broken } });
    assert.equal(await receive(eventNumber(1)), 503);
    assert.deepEqual([handled, errors[0]?.[1]], [[], 503]);
  });

  it('answers 200 for what it handled and could not write down', async () => {
    const { receive, errors } = receiverWith({ store: { ...createMemoryStore(), done: broken } });
    assert.equal(await receive(eventNumber(1)), 200);
    assert.deepEqual(errors, [['no connection', 200]]);
  });

  it('answers what the handler said where the claim can’t be given back', async () => {
    const store = { ...createMemoryStore(), release: broken };
    const { receive, errors } = receiverWith({ store, onEvent: failing(1) });
    assert.equal(await receive(eventNumber(2)), 500);
    assert.deepEqual(
      errors.map(([message]) => message),
      ['no connection', 'secret detail'],
    );
    assert.equal(await receive(eventNumber(2)), 409);
  });
});
