/** The audit: every change has an entry with who, what, before and after, and the log tells of it. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { startApp, withApp } from '../support/app.ts';
import { createApiWorld } from '../support/api-world.ts';

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly object: string;
  readonly objectId: string;
  readonly domain: string | null;
  readonly author: { readonly id: string; readonly kind: string; readonly via: string; readonly requestId: string };
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

test('every change is there with who, what, before and after; the log tells of each, in order', async () => {
  const world = await createApiWorld();
  try {
    const ok = async (answer: ReturnType<typeof world.ask>) => {
      const { statusCode, body } = await answer;
      assert.ok(statusCode < 300, body);
      return (await answer).statusCode === 204 ? null : (await answer).json<{ id: string; token: string }>();
    };
    const change = (method: 'PATCH' | 'DELETE', url: string, payload?: object) =>
      ok(world.ask({ method, url, ...(payload && { payload }) }));
    await ok(world.post('/v1/domains', { name: 'acme' }));
    await change('PATCH', '/v1/domains/acme', { displayName: 'Acme' });
    const token = await ok(world.post('/v1/tokens', { name: 'Ada', kind: 'domain', domain: 'acme' }));
    const as = { authorization: `Bearer ${token?.token}` };
    const phone = await ok(world.post('/v1/extensions', { number: '101' }, as));
    const bob = await ok(world.post('/v1/users', { name: 'bob', extensions: ['101'] }, as));
    const hook = await ok(
      world.post(
        '/v1/subscriptions',
        {
          name: 'h',
          dialect: 'cloudevents',
          endpoint: {
            url: 'https://crm.example/secret-path?key=secret-query',
            auth: { kind: 'bearer', token: 'secret-token' },
            headers: { 'x-key': 'secret-header' },
            signing: { secrets: ['whsec_c2VjcmV0LXNpZ25pbmctc2VjcmV0LXNlY3JldA=='] },
          },
        },
        as,
      ),
    );
    await change('PATCH', `/v1/subscriptions/${hook?.id}`, { enabled: false });
    await ok(world.post(`/v1/tokens/${token?.id}/rotate`, {}));
    await change('DELETE', `/v1/subscriptions/${hook?.id}`);
    await change('DELETE', `/v1/users/${bob?.id}`);
    await change('DELETE', `/v1/extensions/${phone?.id}`);
    await change('DELETE', `/v1/tokens/${token?.id}`);
    await change('DELETE', '/v1/domains/acme');

    const answer = await world.ask({ url: '/v1/audit?limit=100' });
    const entries = answer.json<{ items: Entry[] }>().items.toReversed();
    assert.deepEqual(
      entries.map(({ object, action }) => `${object} ${action}`),
      [
        'domain created',
        'domain updated',
        'token created',
        'extension created',
        'user created',
        'subscription created',
        'subscription updated',
        'token rotated',
        'subscription deleted',
        'user deleted',
        'extension deleted',
        'token deleted',
        'domain deleted',
      ],
    );
    assert.deepEqual(
      entries.slice(0, 4).map(({ author }) => [author.id, author.kind, author.via]),
      [
        ['administrator', 'superuser', 'api'],
        ['administrator', 'superuser', 'api'],
        ['administrator', 'superuser', 'api'],
        [token?.id, 'domain', 'api'],
      ],
    );
    const [, renamed, , , , , disabled] = entries;
    assert.deepEqual([renamed?.before?.['displayName'], renamed?.after?.['displayName']], ['', 'Acme']);
    assert.deepEqual([disabled?.before?.['enabled'], disabled?.after?.['enabled']], [true, false]);
    assert.equal(disabled?.objectId, '1', 'a subscription is named by its public number');
    assert.ok(entries.every(({ author, domain }) => /^[0-9a-f]{16}$/.test(author.requestId) && domain === 'acme'));

    await world.announcer.idle();
    const log = await world.ask({ url: '/v1/events?type=audit.recorded&limit=100' });
    const events = log.json<{ items: { id: string; domain: string; data: Entry }[] }>().items.toReversed();
    assert.deepEqual(
      events.map(({ id }) => id),
      entries.map(({ id }) => id),
    );
    assert.deepEqual(
      events.map(({ data }) => [data.object, data.action, data.before, data.after]),
      entries.map(({ object, action, before, after }) => [object, action, before, after]),
    );
    for (const text of [answer.body, log.body]) {
      for (const secret of ['secret-', 'whsec_', hook?.id ?? '', token?.token ?? '']) {
        assert.ok(!text.includes(secret), `${secret} is in the audit`);
      }
    }
  } finally {
    await world.stop();
  }
});

test('a receiver that is gone has its subscription switched off by Offhook itself', async () => {
  const world = await createApiWorld();
  try {
    await world.post('/v1/subscriptions', { name: 'h', dialect: 'cloudevents', endpoint: { url: 'inbox:x' } });
    const [one] = world.deps.delivery.subscriptions.list(
      { reseller: '*', domain: '*', user: '*', extension: '*' },
      { after: 0, limit: 1 },
    );
    await world.deps.delivery.subscriptions.update(
      { reseller: '*', domain: '*', user: '*', extension: '*' },
      one?.id ?? '',
      (stored) => ({ draft: { ...stored, notes: 'by itself' } }),
    );
    const { items } = (await world.ask({ url: '/v1/audit?author=offhook' })).json<{ items: Entry[] }>();
    assert.deepEqual(
      items.map(({ author, action }) => [author.via, action]),
      [['offhook', 'updated']],
    );
  } finally {
    await world.stop();
  }
});

test('what was not said before a stop is said after the next start, once', async () => {
  const first = await startApp();
  let second: Awaited<ReturnType<typeof startApp>> | null = null;
  try {
    await first.client.send('POST', '/v1/domains', JSON.stringify({ name: 'acme' }));
    await first.client.send('POST', '/v1/tokens', JSON.stringify({ name: 't', kind: 'domain', domain: 'acme' }));
    await first.stop();
    second = await startApp({}, { dir: first.dir });
    const { items: entries } = await second.client.get<{ items: Entry[] }>('/v1/audit');
    const ids = new Set(entries.map(({ id }) => id));
    const told = async () => {
      const { items } = await second!.client.get<{ items: { id: string }[] }>('/v1/events?type=audit.recorded');
      return items.map(({ id }) => id);
    };
    while ((await told()).length < ids.size) await new Promise(setImmediate);
    assert.deepEqual((await told()).toSorted(), [...ids].toSorted());
    const { items: tokens } = await second.client.get<{ items: { name: string }[] }>('/v1/tokens');
    assert.deepEqual(
      tokens.map(({ name }) => name),
      ['t'],
    );
  } finally {
    await first.stop();
    await second?.stop();
    await rm(first.dir, { recursive: true, force: true });
  }
});

test('networks a superuser allows for one domain hold from the next attempt on, for that domain alone', () =>
  withApp(async (app) => {
    const { createServer } = await import('node:http');
    const hits: string[] = [];
    const receiver = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = receiver.address() as { port: number };
      for (const name of ['acme', 'other']) {
        await app.client.send('POST', '/v1/domains', JSON.stringify({ name }));
        const endpoint = { url: `http://127.0.0.1:${port}/${name}` };
        const body = { name, dialect: 'cloudevents', events: ['call.*'], scope: { domain: name }, endpoint };
        const retry = { delays: ['10ms'], maxAttempts: 1 };
        await app.client.send('POST', '/v1/subscriptions', JSON.stringify({ ...body, retry }));
      }
      const allow = (allowNetworks: string[]) =>
        app.client.send('PATCH', '/v1/domains/acme', JSON.stringify({ allowNetworks }));
      const happen = async (id: string) => {
        const events = ['acme', 'other'].map((domain) => ({
          id: `${id}-${domain}`,
          type: 'call.started',
          domain,
          call: { id },
        }));
        const path = '/v1/events';
        const { accepted } = await app.client.send<{ accepted: { seq: number }[] }>(
          'POST',
          path,
          JSON.stringify(events),
        );
        await app.app.parts().delivery.settledUpTo(accepted.at(-1)!.seq);
      };
      await happen('refused');
      assert.deepEqual(hits, []);
      await allow(['127.0.0.1/32']);
      await happen('allowed');
      assert.deepEqual(hits, ['/acme']);
      await allow([]);
      await happen('refused-again');
      assert.deepEqual(hits, ['/acme']);
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  }));
