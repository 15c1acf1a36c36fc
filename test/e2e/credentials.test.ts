/** A whole server towards receivers and a token endpoint that check who comes. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { selfSigned, signedBy, type TestCertificate } from '../conformance/sender-certificate.ts';
import { answer, type ReceivedRequest, type Receiver, startReceiver } from '../conformance/sender-receiver.ts';
import { startApp, type TestApp } from '../support/app.ts';

const loopback = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1' };
const events = 1_000;

async function start(t: TestContext): Promise<TestApp> {
  const app = await startApp(loopback);
  t.after(() => app.stop());
  return app;
}

async function receive(t: TestContext, ...from: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...from);
  t.after(() => receiver.stop());
  return receiver;
}

async function send<T>(app: TestApp, method: string, path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answered = await app.fetch(path, { method, headers, body: JSON.stringify(body) });
  const text = await answered.text();
  assert.ok(answered.ok, `${path}: ${answered.status} ${text}`);
  return JSON.parse(text) as T;
}

const subscribe = (app: TestApp, endpoint: object) =>
  send<{ id: string }>(app, 'POST', '/v1/subscriptions', {
    name: 'n',
    dialect: 'cloudevents',
    events: ['message.received'],
    retry: { maxAttempts: 20, delays: ['200ms'], jitter: 0 },
    endpoint,
  });
const emit = (app: TestApp, count: number) =>
  send(
    app,
    'POST',
    '/v1/events',
    Array.from({ length: count }, () => ({ type: 'message.received', extension: '101', data: { text: 'x' } })),
  );

const idsOf = (requests: readonly ReceivedRequest[]): Set<string> =>
  new Set(requests.map(({ head }) => /^x-offhook-delivery: (.*)\r$/im.exec(head)?.[1] ?? ''));
const tokenOf = ({ head }: ReceivedRequest): string => /^authorization: Bearer (.*)\r$/im.exec(head)?.[1] ?? '';

test('a thousand events wait for one token; changed credentials take a new one; nothing is lost', async (t) => {
  const app = await start(t);
  let secret = 'first-secret';
  let given = 0;
  const asked: string[] = [];
  const tokens = await receive(t, ({ head, body, socket }) => {
    const form = new URLSearchParams(body);
    asked.push(form.get('client_secret') ?? head);
    if (form.get('client_secret') !== secret) return void socket.write(answer(401, '{"error":"invalid_client"}'));
    socket.write(answer(200, JSON.stringify({ access_token: `${secret}-${++given}`, expires_in: 3600 })));
  });
  const good: ReceivedRequest[] = [];
  const receiver = await receive(t, (got) => {
    const isGood = tokenOf(got).startsWith(`${secret}-`);
    if (isGood) good.push(got);
    got.socket.write(answer(isGood ? 200 : 401));
  });
  const auth = {
    kind: 'oauth2-client-credentials',
    tokenUrl: `http://127.0.0.1:${tokens.port}/token`,
    clientId: 'offhook',
    clientSecret: secret,
    clientAuth: 'body',
  };
  const url = `http://127.0.0.1:${receiver.port}/`;
  const { id } = await subscribe(app, { url, auth, maxInFlight: 256 });
  await emit(app, events);
  while (idsOf(good).size < events) await receiver.nextRequest();
  assert.deepEqual(asked, ['first-secret']);
  // The receiver and the endpoint take another secret from now on, and hear of it before Offhook does.
  secret = 'second-secret';
  await emit(app, 20);
  while (asked.length < 2) await tokens.nextRequest();
  assert.equal(idsOf(good).size, events);
  const changed = { endpoint: { auth: { clientSecret: secret } } };
  const shown = JSON.stringify(await send(app, 'PATCH', `/v1/subscriptions/${id}`, changed));
  assert.doesNotMatch(shown, /first-secret|second-secret/);
  while (idsOf(good).size < events + 20) await receiver.nextRequest();
  assert.equal(given, 2);
});

test('tenants show each their own certificate to the same receiver, and a renewed one from the next event on', async (t) => {
  const app = await start(t);
  const authority = selfSigned([], []);
  const clients = selfSigned([], []);
  const server = signedBy(authority, { addresses: ['127.0.0.1'], subject: 'receiver' });
  const shown = ({ socket }: { readonly socket: Socket }): string =>
    (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? 'none';
  const got: (readonly [string, string])[] = [];
  const receiver = await receive(
    t,
    (request) => {
      got.push([/^POST \/(\w+) /.exec(request.head)?.[1] ?? '', shown(request)]);
      request.socket.write(answer(200));
    },
    { ...server, ca: [clients.cert], requestCert: true, rejectUnauthorized: true },
  );
  const [one, two, renewed] = ['one', 'two', 'renewed'].map((subject) => signedBy(clients, { subject })) as [
    TestCertificate,
    TestCertificate,
    TestCertificate,
  ];
  const endpoint = (path: string, { cert, key }: TestCertificate) => ({
    url: `https://127.0.0.1:${receiver.port}/${path}`,
    auth: { kind: 'mtls', certificate: cert, privateKey: key, ca: authority.cert },
  });
  const { id } = await subscribe(app, endpoint('one', one));
  await subscribe(app, endpoint('two', two));
  const seen = async (count: number): Promise<void> => {
    while (got.length < count) await receiver.nextRequest();
  };
  await emit(app, 50);
  await seen(100);
  const printOf = ({ cert }: TestCertificate): string => new X509Certificate(cert).fingerprint256;
  const pairs = (): string[] => [...new Set(got.map((pair) => pair.join(' ')))].sort();
  assert.deepEqual(pairs(), [`one ${printOf(one)}`, `two ${printOf(two)}`].sort());
  got.length = 0;
  const auth = { certificate: renewed.cert, privateKey: renewed.key };
  await send(app, 'PATCH', `/v1/subscriptions/${id}`, { endpoint: { auth } });
  await emit(app, 50);
  await seen(100);
  assert.deepEqual(pairs(), [`one ${printOf(renewed)}`, `two ${printOf(two)}`].sort());
});

test('a client certificate that the receiver does not take is named in what is known of the delivery', async (t) => {
  const app = await start(t);
  const authority = selfSigned([], []);
  const server = signedBy(authority, { addresses: ['127.0.0.1'] });
  const client = selfSigned([], []);
  const checking = { ...server, ca: [authority.cert], requestCert: true, rejectUnauthorized: true };
  const receiver = await receive(t, ({ socket }) => void socket.write(answer(200)), checking);
  const url = `https://127.0.0.1:${receiver.port}/`;
  const auth = { kind: 'mtls', certificate: client.cert, privateKey: client.key, ca: authority.cert };
  const { id } = await subscribe(app, { url, auth });
  const tested = await send(app, 'POST', `/v1/subscriptions/${id}/test`, {});
  assert.match(JSON.stringify(tested), /client certificate/);
  assert.equal(receiver.requests.length, 0);
});
