import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startApp, type TestApp } from '../support/app.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status: { readonly code?: number };
}

/** A small OTLP collector. */
interface Collector {
  readonly url: string;
  readonly spans: Span[];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly text: string }[];
  close(): void;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function collector(): Promise<Collector> {
  const spans: Span[] = [];
  const requests: Collector['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers, text });
      for (const { scopeSpans } of JSON.parse(text).resourceSpans)
        for (const { spans: some } of scopeSpans) spans.push(...some);
      response.end('{}');
    });
  });
  return { url: await listening(server), spans, requests, close: () => server.close().closeAllConnections() };
}

async function receiver(statuses: readonly number[]) {
  const asked: IncomingHttpHeaders[] = [];
  const all = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(statuses[asked.length] ?? 204).end();
    if (asked.push(request.headers) === statuses.length) all.resolve();
  });
  return {
    url: await listening(server),
    asked,
    all: all.promise,
    close: () => server.close().closeAllConnections(),
  };
}

async function post(app: TestApp, path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await app.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return (await answer.json()) as { readonly id: string };
}

const subscription = (url: string, endpoint: object = {}) => ({
  name: 'one',
  events: ['call.started'],
  dialect: 'cloudevents',
  retry: { maxAttempts: 2, delays: ['10ms'] },
  endpoint: { url, ...endpoint },
});

const sentTrace = '0af7651916cd43dd8448eb211c80319c';
const sentSpan = 'b7ad6b7169203331';
const attribute = (span: Span | undefined, key: string): unknown => {
  const value = span?.attributes.find((one) => one.key === key)?.value;
  return value && Object.values(value)[0];
};

test('a sender’s trace goes on through ingest, append and every attempt, and to the receiver', async () => {
  const dir = await temporaryDir('tracing');
  const into = await collector();
  const to = await receiver([503, 204]);
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: into.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=k1',
    OFFHOOK_TELEMETRY_TO_RECEIVERS: 'true',
    OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8',
  };
  let app: TestApp | null = null;
  try {
    app = await startApp(env, { dir: dir.path, version: '1.2.3' });
    const { id } = await post(
      app,
      '/v1/subscriptions',
      subscription(`${to.url}/planted-path`, { auth: { kind: 'bearer', token: 'planted-token' } }),
    );
    const traceparent = `00-${sentTrace}-${sentSpan}-01`;
    await post(app, '/v1/events', { id: 'e1', type: 'call.started', call: { id: 'c1' } }, { traceparent });
    await to.all;
    await app.stop();
    assert.ok(into.requests.length > 0);
    for (const { path, headers } of into.requests)
      assert.deepEqual([path, headers['x-key'], headers['content-type']], ['/v1/traces', 'k1', 'application/json']);
    const own = into.spans.filter(({ traceId }) => traceId === sentTrace);
    const named = (name: string): Span[] => own.filter((span) => span.name === name);
    const [ingest] = named('ingest');
    const attempts = named('deliver');
    assert.equal(own.length, 4);
    assert.equal(ingest?.parentSpanId, sentSpan);
    assert.equal(named('append')[0]?.parentSpanId, ingest?.spanId);
    assert.deepEqual(
      attempts.map((span) => [span.parentSpanId, attribute(span, 'http.response.status_code'), span.status.code]),
      [
        [ingest?.spanId, '503', 2],
        [ingest?.spanId, '204', undefined],
      ],
    );
    assert.equal(attribute(attempts[0], 'offhook.event'), 'e1');
    assert.equal(attribute(attempts[1], 'offhook.attempt'), '2');
    assert.deepEqual(
      to.asked.map((headers) => headers['traceparent']),
      attempts.map(({ spanId }) => `00-${sentTrace}-${spanId}-01`),
    );
    const text = into.requests.map((request) => request.text).join('\n');
    assert.ok(text.includes('"1.2.3"'));
    for (const secret of ['planted', id]) assert.ok(!text.includes(secret), secret);
  } finally {
    await app?.stop();
    into.close();
    to.close();
    await dir.remove();
  }
});

test('without a sender’s trace an event has its own, the same after a restart; receivers are told nothing unless asked', async () => {
  const dir = await temporaryDir('tracing');
  const into = await collector();
  const to = await receiver([503]);
  const again = await receiver([204]);
  const env = { OFFHOOK_TELEMETRY_OTLP: into.url, OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };
  let running: TestApp | null = null;
  try {
    const first = (running = await startApp(env, { dir: dir.path }));
    const made = subscription(`${to.url}/a`);
    const slow = { ...made, retry: { maxAttempts: 3, delays: ['1h'] } };
    const { id } = await post(first, '/v1/subscriptions', slow);
    await post(first, '/v1/events', { id: 'e1', type: 'call.started', call: { id: 'c1' } });
    await to.all;
    await first.stop();
    const second = (running = await startApp(env, { dir: dir.path }));
    // Another address is another receiver: what is parked is due.
    const edit = await second.fetch(`/v1/subscriptions/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: { url: `${again.url}/a` } }),
    });
    assert.ok(edit.ok, await edit.text());
    await again.all;
    await second.stop();
    const attempts = into.spans.filter(({ name }) => name === 'deliver');
    assert.deepEqual(
      attempts.map((span) => attribute(span, 'http.response.status_code')),
      ['503', '204'],
    );
    assert.equal(new Set(attempts.map(({ traceId }) => traceId)).size, 1);
    assert.deepEqual(
      [...to.asked, ...again.asked].map((headers) => headers['traceparent']),
      [undefined, undefined],
    );
  } finally {
    await running?.stop();
    into.close();
    to.close();
    again.close();
    await dir.remove();
  }
});
