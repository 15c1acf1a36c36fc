/** The whole server over real HTTP: from an event sent in to a receiver, and over a restart. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { delay, systemClock } from '../../src/kit/clock.ts';
import { readFrames, type StreamFrame } from '../../src/cli/sse.ts';
import { startApp, withApp, type TestApp } from '../support/app.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on loopback; `next` waits for what comes. */
async function startReceiver(context: TestContext, answer: (count: number) => number = () => 200) {
  const arrived: Received[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      arrived.push({ headers: request.headers, body });
      response.writeHead(answer(arrived.length)).end();
      for (const wake of waiting.splice(0)) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrived,
    count: async (wanted: number): Promise<void> => {
      while (arrived.length < wanted) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

const allowLoopback = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1' };
const subscribe = (app: TestApp, body: object): Promise<{ id: string; number: number }> =>
  app.client.send('POST', '/v1/subscriptions', JSON.stringify({ name: 'test', dialect: 'cloudevents', ...body }));
const post = (app: TestApp, body: unknown): Promise<{ accepted: { id: string; seq: number }[] }> =>
  app.client.send('POST', '/v1/events', JSON.stringify(body));

test('an event sent in reaches a receiver, and how is told', async (context) => {
  const receiver = await startReceiver(context, (count) => (count === 1 ? 500 : 200));
  await withApp(async (app) => {
    const retry = { delays: ['50ms'], maxAttempts: 3 };
    const { id, number } = await subscribe(app, { endpoint: { url: receiver.url }, events: ['call.*'], retry });
    const { accepted } = await post(app, { id: 'e1', type: 'call.started', call: { id: 'c1' } });
    await receiver.count(2);
    const [first, second] = receiver.arrived;
    assert.equal(first?.headers['x-correlation-id'], id);
    assert.equal(first?.headers['x-offhook-delivery'], second?.headers['x-offhook-delivery']);
    assert.equal(second?.headers['x-offhook-attempt'], '2');
    assert.equal(JSON.parse(second?.body ?? '').data.call.id, 'c1');
    await until(async () => (await stateOf(app, `${number}-${accepted[0]!.seq}`)) === 'delivered');
    const delivery = await app.client.get<{ state: string; attempts: { outcome: string; status: number }[] }>(
      `/v1/deliveries/${number}-${accepted[0]!.seq}`,
    );
    assert.equal(delivery.state, 'delivered');
    assert.deepEqual(
      delivery.attempts.map(({ outcome, status }) => [outcome, status]),
      [
        ['delivered', 200],
        ['failed', 500],
      ],
    );
  }, allowLoopback);
});

test('what was accepted before a stop is delivered after the next start', async (context) => {
  let up = false;
  const receiver = await startReceiver(context, () => (up ? 200 : 503));
  const first = await startApp(allowLoopback);
  const retry = { delays: ['200ms'], maxAttempts: 100 };
  await subscribe(first, { endpoint: { url: receiver.url }, events: ['call.started'], retry });
  const events = Array.from({ length: 20 }, (_, index) => ({
    id: `e${index}`,
    type: 'call.started',
    call: { id: `c${index}` },
  }));
  await post(first, events);
  await receiver.count(1);
  await first.stop();
  up = true;
  const before = receiver.arrived.length;
  const second = await startApp(allowLoopback, { dir: first.dir });
  try {
    await receiver.count(before + 20);
    const ids = receiver.arrived.slice(before).map(({ headers }) => headers['x-offhook-event']);
    assert.deepEqual(new Set(ids), new Set(events.map(({ id }) => id)));
    const live = await second.client.get<{ calls: unknown[] }>('/v1/live');
    assert.equal(live.calls.length, 20);
  } finally {
    await second.stop();
    await rm(first.dir, { recursive: true });
  }
});

test('the guard refuses a receiver on a private network unless it is allowed', async () => {
  await withApp(async (app) => {
    const { id } = await subscribe(app, { endpoint: { url: 'http://127.0.0.1:9/' }, retry: { maxAttempts: 1 } });
    const { accepted } = await post(app, { type: 'call.started', call: { id: 'c1' } });
    await app.app.parts().delivery.settledUpTo(accepted[0]!.seq);
    const { items } = await app.client.get<{ items: { detail: string; outcome: string }[] }>(
      `/v1/deliveries?subscription=${id}`,
    );
    assert.match(items[0]!.detail, /refused_address/);
  });
});

/** Null while nothing of it is recorded: a receiver may have it before that. */
async function stateOf(app: TestApp, id: string): Promise<string | null> {
  const { items } = await app.client.get<{ items: { delivery: string }[] }>('/v1/deliveries?limit=500');
  if (!items.some(({ delivery }) => delivery === id)) return null;
  return (await app.client.get<{ state: string }>(`/v1/deliveries/${id}`)).state;
}

/** Records are written in batches of some milliseconds; asks until they say so. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(systemClock, 10);
}

async function take(frames: AsyncGenerator<StreamFrame>, count: number): Promise<StreamFrame[]> {
  const taken: StreamFrame[] = [];
  while (taken.length < count) {
    const { value, done } = await frames.next();
    if (done) break;
    if (value.event === 'event' || value.event === 'gap' || value.event === 'delivery') taken.push(value);
  }
  return taken;
}

async function openStream(app: TestApp, query: string, lastId?: string) {
  const closing = new AbortController();
  const response = await app.fetch(`/v1/stream${query}`, {
    signal: closing.signal,
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.ok(response.body);
  return { frames: readFrames(response.body), close: () => closing.abort() };
}

test('the stream resumes without a gap between history and live', async () => {
  await withApp(async (app) => {
    const event = (index: number) => ({ id: `e${index}`, type: 'call.started', call: { id: `c${index}` } });
    await post(
      app,
      Array.from({ length: 1000 }, (_, index) => event(index)),
    );
    const stream = await openStream(app, '', '500');
    const sending = (async () => {
      for (let index = 1000; index < 1100; index += 10) {
        await post(
          app,
          Array.from({ length: 10 }, (_, offset) => event(index + offset)),
        );
      }
    })();
    const frames = await take(stream.frames, 600);
    await sending;
    stream.close();
    assert.deepEqual(
      frames.map(({ id }) => Number(id)),
      Array.from({ length: 600 }, (_, index) => 501 + index),
    );
    assert.equal(JSON.parse(frames[0]!.data).id, 'e500');
  });
});

test('the stream narrows by type and domain, shows deliveries, and tells a gap', async () => {
  await withApp(async (app) => {
    await subscribe(app, { endpoint: { url: 'inbox:box' } });
    const narrow = await openStream(app, '?type=leg.*&domain=acme');
    const both = await openStream(app, '?show=events,deliveries&type=call.*,leg.*');
    await post(app, [
      { type: 'call.started', domain: 'acme', call: { id: 'c1' } },
      { type: 'leg.ringing', call: { id: 'c2' }, leg: { id: 'l2' } },
      { type: 'leg.ringing', domain: 'acme', call: { id: 'c1' }, leg: { id: 'l1' } },
    ]);
    const [frame] = await take(narrow.frames, 1);
    const { seq, call } = JSON.parse(frame?.data ?? '') as { seq: number; call: { id: string } };
    assert.deepEqual([frame?.id, call.id], [String(seq), 'c1']);
    const frames = await take(both.frames, 6);
    assert.equal(frames.filter(({ event }) => event === 'delivery').length, 3);
    narrow.close();
    both.close();
    const later = await openStream(app, '', '999');
    const [gap] = await take(later.frames, 1);
    assert.equal(gap?.event, 'gap');
    assert.equal(JSON.parse(gap?.data ?? '').reason, 'log rolled back');
    later.close();
  });
});

test('open paths need no token, all others do; pages and reference are served', async () => {
  await withApp(async (app) => {
    for (const path of [
      '/',
      '/docs',
      '/openapi.json',
      '/healthz',
      '/readyz',
      '/metrics',
      '/assets/page.js',
      '/assets/page.css',
    ]) {
      const answer = await fetch(app.url + path);
      assert.equal(answer.status, 200, path);
      const policy = answer.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.ok(!policy.includes('unsafe'), policy);
    }
    const document = (await (await fetch(`${app.url}/openapi.json`)).json()) as { openapi: string; paths: object };
    assert.equal(document.openapi, '3.1.0');
    assert.ok('/v1/subscriptions/{id}' in document.paths);
    assert.equal((await fetch(`${app.url}/v1/stats`)).status, 401);
    const method = await app.fetch('/v1/stats', { method: 'DELETE' });
    assert.equal(method.status, 405);
    assert.equal(method.headers.get('allow'), 'GET, HEAD');
    const nothing = await app.fetch('/v1/nothing');
    assert.equal(nothing.status, 404);
    assert.equal(((await nothing.json()) as { code: string }).code, 'route_not_found');
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    assert.match(metrics, /offhook_log_head 0/);
    const forwarded = await fetch(`${app.url}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    assert.equal(forwarded.status, 403);
  });
});

test('the inbox takes what is posted to it', async () => {
  await withApp(async (app) => {
    await subscribe(app, { endpoint: { url: 'inbox:box' } });
    const posted = await fetch(`${app.url}/inbox/box`, {
      method: 'POST',
      body: 'anything <at> all',
      headers: { 'content-type': 'text/odd', authorization: 'Bearer of-somebody-else' },
    });
    assert.equal(posted.status, 204);
    const answer = await (await app.fetch('/inbox/box')).text();
    assert.match(answer, /anything <at> all/);
    assert.ok(!answer.includes('of-somebody-else'));
    assert.equal((await fetch(`${app.url}/inbox/box`)).status, 401);
  });
});

test('a token made at the first start holds at the next', async () => {
  const first = await startApp({ OFFHOOK_ADMIN_TOKEN: '' });
  const token = first.app.madeToken();
  assert.match(token ?? '', /^oh_[0-9a-f]{48}$/);
  await first.stop();
  const second = await startApp({ OFFHOOK_ADMIN_TOKEN: '' }, { dir: first.dir });
  try {
    assert.equal(second.app.madeToken(), null);
    const answer = await fetch(`${second.url}/v1/stats`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
  } finally {
    await second.stop();
    await rm(first.dir, { recursive: true });
  }
});

test('bytes that are no request are answered and hung up on', async () => {
  await withApp(async (app) => {
    const { port } = new URL(app.url);
    for (const [bytes, status] of [
      ['NONSENSE\r\n\r\n', '400'],
      [`GET / HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ] as const) {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json[^]*"code"`));
    }
  });
});
