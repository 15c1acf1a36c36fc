/** The receiver's library at the other end of a whole Offhook. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { delay, systemClock } from '../../src/kit/clock.ts';
import { newSigningSecret } from '../../src/kit/signing-secret.ts';
import { createReceiver, type OffhookEvent, type Receiver, RetryLater, Unsubscribe } from '../../src/receiver/index.ts';
import { type TestApp, withApp } from '../support/app.ts';
import { type Framework, frameworks } from '../support/receiver/serving.ts';

const allowLoopback = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1' };

interface Setup {
  readonly framework?: Framework;
  readonly options?: object;
  readonly endpoint?: object;
  readonly secrets?: readonly string[];
  /** What the receiver knows; by default what Offhook signs with. */
  readonly known?: readonly string[];
  readonly onEvent?: (event: OffhookEvent) => Promise<void> | void;
}

/** A receiver, and a subscription of it. */
async function connectReceiver(context: TestContext, app: TestApp, setup: Setup) {
  const { secrets = [newSigningSecret()], known = secrets } = setup;
  const handled: OffhookEvent[] = [];
  const statuses: number[] = [];
  let changed = Promise.withResolvers<void>();
  const inner = createReceiver({
    secrets: known,
    onError: () => {},
    onEvent: async (event) => {
      await setup.onEvent?.(event);
      handled.push(event);
    },
  });
  const receiver: Receiver = {
    receive: async (request) => {
      const answer = await inner.receive(request);
      statuses.push(answer.status);
      changed.resolve();
      changed = Promise.withResolvers();
      return answer;
    },
  };
  const serving = await frameworks[setup.framework ?? 'node:http'](receiver);
  context.after(() => serving.stop());
  const subscription = await app.client.send<{ id: string }>(
    'POST',
    '/v1/subscriptions',
    JSON.stringify({
      name: 'test',
      dialect: 'cloudevents',
      options: setup.options ?? {},
      retry: { delays: ['20ms'], maxAttempts: 50 },
      endpoint: { url: serving.url, signing: { secrets }, ...setup.endpoint },
    }),
  );
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await changed.promise;
  };
  return { id: subscription.id, handled, statuses, until };
}

const send = (app: TestApp, events: readonly object[]) =>
  app.client.send<{ accepted: { seq: number }[] }>('POST', '/v1/events', JSON.stringify(events));

const eventsOfCalls = (calls: number): object[] =>
  ['call.started', 'call.answered', 'call.ended'].flatMap((type) =>
    Array.from({ length: calls }, (_, call) => ({ id: `${type}-${call}`, type, call: { id: `c${call}` } })),
  );

for (const [framework, mode] of [
  ['express', 'structured'],
  ['fastify', 'batch'],
  ['fetch', 'binary'],
] as const) {
  test(`every event once and in order: ${mode} mode to ${framework}, a third of the attempts failing`, async (context) => {
    await withApp(async (app) => {
      let attempts = 0;
      const onEvent = (): void => {
        if (++attempts % 3 === 0) throw new Error('fails');
      };
      const receiver = await connectReceiver(context, app, { framework, options: { mode }, onEvent });
      const events = eventsOfCalls(20);
      await send(app, events);
      await receiver.until(() => receiver.handled.length >= events.length);
      const ids = receiver.handled.map(({ id }) => id);
      assert.equal(new Set(ids).size, events.length);
      assert.equal(ids.length, events.length);
      for (let call = 0; call < 20; call++) {
        const types = receiver.handled.filter((event) => event.call?.id === `c${call}`).map(({ type }) => type);
        assert.deepEqual(types, ['call.started', 'call.answered', 'call.ended']);
      }
    }, allowLoopback);
  });
}

test('secrets are rotated without an event refused', async (context) => {
  await withApp(async (app) => {
    const [old, young] = [newSigningSecret(), newSigningSecret()] as const;
    const receiver = await connectReceiver(context, app, { secrets: [old], known: [young, old] });
    for (const [index, secrets] of [[old], [young, old], [young]].entries()) {
      const change = { endpoint: { signing: { secrets } } };
      await app.client.send('PATCH', `/v1/subscriptions/${receiver.id}`, JSON.stringify(change));
      await send(app, [{ type: 'call.started', call: { id: `c${index}` } }]);
      await receiver.until(() => receiver.handled.length > index);
    }
    assert.deepEqual(receiver.statuses, [200, 200, 200]);
  }, allowLoopback);
});

test('a handler slower than Offhook waits is not run a second time', async (context) => {
  await withApp(async (app) => {
    const finish = Promise.withResolvers<void>();
    const receiver = await connectReceiver(context, app, {
      endpoint: { timeoutMs: 100 },
      onEvent: () => finish.promise,
    });
    await send(app, [{ type: 'call.started', call: { id: 'c1' } }]);
    await receiver.until(() => receiver.statuses.includes(409));
    finish.resolve();
    await receiver.until(() => receiver.statuses.filter((status) => status === 200).length === 2);
    assert.equal(receiver.handled.length, 1);
  }, allowLoopback);
});

test('a receiver that asks to be left alone for a second is', async (context) => {
  await withApp(async (app) => {
    const times: number[] = [];
    const onEvent = (): void => {
      times.push(performance.now());
      if (times.length === 1) throw new RetryLater(1);
    };
    const receiver = await connectReceiver(context, app, { onEvent });
    await send(app, [{ type: 'call.started', call: { id: 'c1' } }]);
    await receiver.until(() => receiver.handled.length === 1);
    const [first, second] = times as [number, number];
    assert.ok(second - first >= 990, `${second - first} ms`);
    assert.deepEqual(receiver.statuses, [503, 200]);
  }, allowLoopback);
});

test('a receiver that wants no more gets no more', async (context) => {
  await withApp(async (app) => {
    const onEvent = (): never => {
      throw new Unsubscribe();
    };
    const receiver = await connectReceiver(context, app, { onEvent });
    await send(app, [{ type: 'call.started', call: { id: 'c1' } }]);
    const isDisabled = async (): Promise<boolean> => {
      const subscription = await app.client.get<{ enabled: boolean }>(`/v1/subscriptions/${receiver.id}`);
      return !subscription.enabled;
    };
    while (!(await isDisabled())) await delay(systemClock, 10);
    assert.deepEqual(receiver.statuses, [410]);
  }, allowLoopback);
});

test('a receiver with another secret refuses, and Offhook is told why', async (context) => {
  await withApp(async (app) => {
    const receiver = await connectReceiver(context, app, { known: [newSigningSecret()] });
    const { accepted } = await send(app, [{ type: 'call.started', call: { id: 'c1' } }]);
    await receiver.until(() => receiver.statuses.length > 2);
    assert.deepEqual(new Set(receiver.statuses), new Set([401]));
    const details = async (): Promise<string[]> => {
      const { items } = await app.client.get<{ items: { detail: string; seq: number }[] }>('/v1/deliveries');
      return items.filter(({ seq }) => seq === accepted[0]?.seq).map(({ detail }) => detail);
    };
    while ((await details()).length === 0) await delay(systemClock, 10);
    assert.match((await details())[0] ?? '', /^http_401: wrong_signature: /);
  }, allowLoopback);
});
