/** Both vendors' management APIs as Offhook has them, used by Offhook's own registrations: the two halves fit. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { startApp, type TestApp } from '../support/app.ts';

interface Subscription {
  readonly id: string;
  readonly createdBy: string;
  readonly options: { readonly event: string };
  readonly scope: { readonly extension: string };
}
interface Synced {
  readonly report: { readonly problems: readonly string[]; readonly counts: Readonly<Record<string, number>> };
}

const send = <T>(app: TestApp, path: string, body: object, method = 'POST'): Promise<T> =>
  app.client.send<T>(method, path, JSON.stringify(body));
const sync = (app: TestApp): Promise<Synced> => send<Synced>(app, '/v1/connectors/office/sync', {});

async function eventsOf(pbx: TestApp, extension: string): Promise<string[]> {
  const { items } = await pbx.client.get<{ items: Subscription[] }>('/v1/subscriptions?limit=100');
  const own = items.filter((one) => one.scope.extension === extension);
  return own.map(({ options }) => options.event).toSorted();
}

const setOf = {
  ringme: ['answer', 'dial-in', 'dial-out', 'hangup'],
  voipnow: ['answer-incoming', 'answer-outgoing', 'dial-in', 'dial-out', 'hangup'],
} as const;

for (const kind of ['ringme', 'voipnow'] as const) {
  test(`${kind}: an Offhook registers itself with another, keeps that in step, and leaves others’ alone`, async () => {
    const pbx = await startApp();
    let hub: TestApp | null = null;
    try {
      for (const number of ['210', '211', '500']) {
        if (number === '210') await send(pbx, '/v1/domains', { name: 'acme' });
        await send(pbx, '/v1/extensions', { domain: 'acme', number, prefix: '0003' });
      }
      const { id, token } = await send<{ id: string; token: string }>(pbx, '/v1/tokens', {
        ...{ name: 'hub', kind: 'domain', domain: 'acme' },
      });
      const foreign = { name: 'crm', dialect: kind, options: { event: 'hangup' }, endpoint: { url: 'inbox:crm' } };
      const scope = { domain: 'acme', extension: '210' };
      await send(pbx, '/v1/subscriptions', { ...foreign, scope, events: ['leg.ended'] });
      const auth = { clientId: id, clientSecret: token };
      const publicUrl = 'http://127.0.0.1:9';
      hub = await startApp({
        OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32',
        OFFHOOK_CONNECTORS: JSON.stringify([{ id: 'office', kind, domain: 'acme', url: pbx.url, auth, publicUrl }]),
      });
      await send(hub, '/v1/domains', { name: 'acme' });
      await send(hub, '/v1/users', { domain: 'acme', name: 'bob' });
      const extension = { domain: 'acme', prefix: '0003' };
      const phone = await send<{ id: number }>(hub, '/v1/extensions', { ...extension, number: '210', users: ['bob'] });
      await send(hub, '/v1/extensions', { ...extension, number: '500', type: 'ivr' });
      assert.deepEqual((await sync(hub)).report.problems, []);
      assert.deepEqual(await eventsOf(pbx, '210'), [...setOf[kind], 'hangup'].toSorted());
      assert.deepEqual(await eventsOf(pbx, '500'), ['hangup']);
      const again = (await sync(hub)).report;
      assert.deepEqual([again.counts['added'], again.counts['removed']], [0, 0]);

      // One is taken away there, one is switched to another address.
      const { items } = await pbx.client.get<{ items: Subscription[] }>(`/v1/subscriptions?createdBy=${id}&limit=100`);
      const [first, second] = items.filter((one) => one.scope.extension === '210');
      await pbx.client.remove(`/v1/subscriptions/${first?.id}`);
      const moved = { endpoint: { url: 'https://elsewhere.example/' } };
      await send(pbx, `/v1/subscriptions/${second?.id}`, moved, 'PATCH');
      const mended = (await sync(hub)).report;
      assert.deepEqual([mended.counts['added'], mended.counts['removed']], [2, 1]);
      assert.deepEqual(await eventsOf(pbx, '210'), [...setOf[kind], 'hangup'].toSorted());

      await send(pbx, '/v1/domains/acme', { eventLimit: 2 }, 'PATCH');
      await send(hub, '/v1/extensions', { ...extension, number: '211', users: ['bob'] });
      const [problem] = (await sync(hub)).report.problems;
      assert.match(
        String(problem),
        /^0003\*211: there is no room for hangup: the extension has 2 events, 2 of them ours/,
      );
      assert.match(String(problem), /event_limit_reached: .*has 2 events, and may have 2/);
      await send(pbx, '/v1/domains/acme', { eventLimit: null }, 'PATCH');
      assert.deepEqual((await sync(hub)).report.problems, []);
      assert.deepEqual(await eventsOf(pbx, '211'), [...setOf[kind]]);

      assert.equal((await hub.fetch(`/v1/extensions/${phone.id}`, { method: 'DELETE' })).status, 204);
      assert.deepEqual((await sync(hub)).report.problems, []);
      assert.deepEqual(await eventsOf(pbx, '210'), ['hangup']);
    } finally {
      for (const app of [hub, pbx]) {
        await app?.stop();
        if (app) await rm(app.dir, { recursive: true, force: true });
      }
    }
  });
}

test('a ringme that is asked for the log-ins of agents has them', async () => {
  const pbx = await startApp();
  let hub: TestApp | null = null;
  try {
    for (const app of [pbx]) {
      await send(app, '/v1/domains', { name: 'acme' });
      await send(app, '/v1/extensions', { domain: 'acme', number: '210', prefix: '0003' });
    }
    const made = { name: 'hub', kind: 'domain', domain: 'acme' };
    const { token } = await send<{ token: string }>(pbx, '/v1/tokens', made);
    const office = { id: 'office', kind: 'ringme', domain: 'acme', url: `${pbx.url}/`, token, agents: ['210'] };
    hub = await startApp({
      OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32',
      OFFHOOK_CONNECTORS: JSON.stringify([{ ...office, publicUrl: 'http://127.0.0.1:9' }]),
    });
    await send(hub, '/v1/domains', { name: 'acme' });
    await send(hub, '/v1/extensions', { domain: 'acme', number: '210', prefix: '0003' });
    assert.deepEqual((await sync(hub)).report.problems, []);
    assert.deepEqual(await eventsOf(pbx, '210'), ['agent-login', 'agent-logout']);
  } finally {
    for (const app of [hub, pbx]) {
      await app?.stop();
      if (app) await rm(app.dir, { recursive: true, force: true });
    }
  }
});
