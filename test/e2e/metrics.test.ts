import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { withApp, type TestApp } from '../support/app.ts';

/** Figures by name and labels, as they stand in the text. */
async function figures(app: TestApp): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${app.url}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function post(app: TestApp, path: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}

const subscription = (url: string, more: object = {}) => ({
  name: 'one',
  events: ['call.started'],
  dialect: 'cloudevents',
  endpoint: { url },
  ...more,
});

test('metrics say what came in, what became of it, and how long that took', async () => {
  const asked = Promise.withResolvers<void>();
  const receiver = createServer((_request, response) => {
    response.writeHead(503).end();
    asked.resolve();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const env = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8', OFFHOOK_METRICS_SUBSCRIPTIONS: '1' };
  try {
    await withApp(async (app) => {
      const good = await post(app, '/v1/subscriptions', subscription('inbox:box'));
      const bad = await post(app, '/v1/subscriptions', subscription(`http://127.0.0.1:${port}/hook/planted-path`));
      const event = { id: 'e1', type: 'call.started', call: { id: 'c1' } };
      await post(app, '/v1/events', event);
      await post(app, '/v1/events', event);
      await post(app, '/v1/events', { type: 'nonsense' });
      await asked.promise;
      const { delivery, log } = app.app.parts();
      await delivery.settledUpTo(log.head());
      const found = await figures(app);
      const is = (name: string, value: number): void => assert.equal(found.get(name), value, name);
      is('offhook_events_accepted_total{source="http",duplicate="no"}', 1);
      is('offhook_events_accepted_total{source="http",duplicate="yes"}', 1);
      is('offhook_events_refused_total{source="http",reason="invalid_event"}', 1);
      is('offhook_deliveries_total{dialect="cloudevents",outcome="delivered"}', 1);
      is('offhook_delivery_attempts_total{result="2xx"}', 1);
      is('offhook_delivery_attempts_total{result="5xx"}', 1);
      is('offhook_replays{state="running"}', 0);
      is('offhook_replay_events_behind', 0);
      is('offhook_replay_attempts_total{outcome="delivered"}', 0);
      is('offhook_oauth2_token_requests_total{outcome="got"}', 0);
      is('offhook_slow_renderings_seconds_total', 0);
      is('offhook_delivery_attempt_duration_seconds_count', 2);
      is('offhook_delivery_latency_seconds_count', 1);
      is('offhook_deliveries{state="parked"}', 1);
      is('offhook_endpoints{breaker="closed"}', 2);
      is('offhook_healthy{check="store"}', 1);
      is('offhook_stream_clients', 0);
      assert.ok((found.get('offhook_append_duration_seconds_count') ?? 0) >= 1);
      assert.ok((found.get('offhook_store_wal_bytes') ?? 0) > 0);
      const bySubscription = [...found.keys()].filter((name) => name.startsWith('offhook_subscription_deliveries'));
      assert.deepEqual(bySubscription, ['offhook_subscription_deliveries_total{subscription="1",outcome="delivered"}']);
      const text = [...found.keys()].join('\n');
      for (const secret of [good['id'], bad['id'], 'planted-path', '127.0.0.1'])
        assert.ok(!text.includes(secret as string));
    }, env);
  } finally {
    receiver.close();
  }
});

test('a connector’s state, connects and events are told by its name', async () => {
  const env = { OFFHOOK_CONNECTORS: '[{kind: simulator, id: office, ratePerMinute: 600, speed: 10}]' };
  await withApp(async (app) => {
    const { log } = app.app.parts();
    if (log.head() < 5) {
      await new Promise<void>((resolve) => {
        const off = log.onAppended(() => {
          if (log.head() < 5) return;
          off();
          resolve();
        });
      });
    }
    const found = await figures(app);
    assert.equal(found.get('offhook_connector_state{connector="office",state="up"}'), 1);
    assert.equal(found.get('offhook_connector_state{connector="office",state="down"}'), 0);
    assert.equal(found.get('offhook_connector_connects_total{connector="office"}'), 1);
    assert.ok((found.get('offhook_connector_events_total{connector="office"}') ?? 0) > 0);
    assert.ok((found.get('offhook_events_accepted_total{source="simulator",duplicate="no"}') ?? 0) > 0);
    assert.ok(found.has('offhook_connector_buffered_events{connector="office"}'));
  }, env);
});

test('a tenant whose receivers may stand on this machine does not read the metrics by a subscription', async () => {
  const env = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8,0.0.0.0/8,::1/128' };
  await withApp(async (app) => {
    const { token } = await post(app, '/v1/tokens', { name: 'acme', kind: 'domain', domain: 'acme' });
    const authorization = { authorization: `Bearer ${token as string}` };
    const { port } = new URL(app.url);
    const scope = { domain: 'acme' };
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '[::ffff:127.0.0.1]']) {
      const headers = { 'user-agent': 'curl/8', accept: 'text/plain' };
      const endpoint = { url: `http://${host}:${port}/metrics`, method: 'GET', headers };
      const body = JSON.stringify(subscription('', { scope, endpoint }));
      const json = { 'content-type': 'application/json', ...authorization };
      const made = await app.fetch('/v1/subscriptions', { method: 'POST', headers: json, body });
      const { id } = (await made.json()) as { id: string };
      const tried = await app.fetch(`/v1/subscriptions/${id}/test`, { method: 'POST', headers: json, body: '{}' });
      const { result } = (await tried.json()) as { result: { status: number; excerpt: string } };
      assert.equal(result.status, 403, host);
      assert.ok(!result.excerpt.includes('# HELP'), host);
    }
    assert.equal((await fetch(`${app.url}/metrics`)).status, 200, 'who sits at the machine still reads them');
  }, env);
});
