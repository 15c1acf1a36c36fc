/** Against a token endpoint and a receiver of its own, over real sockets; time is the test's where it matters. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { jwtVerify } from 'jose';
import {
  answer,
  type ReceivedRequest,
  type Receiver,
  startReceiver,
} from '../../../test/conformance/sender-receiver.ts';
import { type AskingSender, asking } from '../../../test/support/asking-sender.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { seededRandom } from '../../kit/random.ts';
import type { ClientCredentials, JwtBearer, OAuth } from '../../subscriptions/subscription.ts';
import { createMemoryInbox } from '../inbox/memory-inbox.ts';
import { createAddressGuard } from '../sender/address-guard.ts';
import type { Exchange } from '../sender/sender.ts';
import { createUndiciSender } from '../sender/undici-sender.ts';
import { createAuthorisingSender } from './authorising-sender.ts';

const secret = 'planted-client-secret';
const headerOf = ({ head }: ReceivedRequest, name: string): string | null =>
  new RegExp(`^${name}: (.*)\r$`, 'im').exec(head)?.[1] ?? null;

/** Gives tokens `t1`, `t2`, … to who has the secret, until it is told otherwise. */
class TokenEndpoint {
  receiver: Receiver = null as unknown as Receiver;
  given = 0;
  expiresIn: unknown = 3_600;
  /** Instead of a token. */
  says: string | null = null;
  /** Held back until it is let go. */
  held: (() => void)[] | null = null;

  get url(): string {
    return `http://127.0.0.1:${this.receiver.port}/token`;
  }

  respond(got: ReceivedRequest): void {
    const go = (): void => void got.socket.write(this.says ?? this.#answerTo(got));
    if (this.held) this.held.push(go);
    else go();
  }

  #answerTo(got: ReceivedRequest): string {
    const basic = `Basic ${Buffer.from(`client:${secret}`).toString('base64')}`;
    const form = new URLSearchParams(got.body);
    const isKnown = headerOf(got, 'authorization') === basic || form.get('client_secret') === secret;
    if (!isKnown && !form.has('assertion')) return answer(401, '{"error":"invalid_client"}');
    const token = { access_token: `t${++this.given}`, token_type: 'Bearer', expires_in: this.expiresIn };
    return answer(200, JSON.stringify(token));
  }
}

interface World {
  readonly clock: ManualClock;
  readonly tokens: TokenEndpoint;
  readonly receiver: Receiver;
  /** Tokens the receiver answers 401 to. */
  readonly revoked: Set<string>;
  readonly sender: AskingSender;
  readonly auth: ClientCredentials;
  send(change?: { auth?: OAuth; domain?: string; body?: string; signal?: AbortSignal }): Promise<Exchange>;
}

async function world(t: TestContext, networks = ['127.0.0.0/8']): Promise<World> {
  const clock = new ManualClock();
  const tokens = new TokenEndpoint();
  tokens.receiver = await startReceiver((got) => tokens.respond(got));
  const revoked = new Set<string>();
  const receiver = await startReceiver((got) => {
    const authorization = headerOf(got, 'authorization') ?? '';
    const token = authorization.replace('Bearer ', '');
    got.socket.write(answer(revoked.has(token) || token === '' ? 401 : 200, `by ${authorization}`));
  });
  const guard = createAddressGuard({ allowNetworks: networks });
  const inner = createUndiciSender({ clock, guard, inbox: createMemoryInbox({ clock }) });
  const sender = asking(createAuthorisingSender({ clock, random: seededRandom(1), sender: inner }));
  t.after(async () => {
    await sender.close();
    await receiver.stop();
    await tokens.receiver.stop();
  });
  const auth: ClientCredentials = {
    kind: 'oauth2-client-credentials',
    tokenUrl: tokens.url,
    clientId: 'client',
    clientSecret: secret,
    clientAuth: 'basic',
    scope: null,
    audience: null,
    parameters: {},
  };
  const url = `http://127.0.0.1:${receiver.port}/hook`;
  return {
    clock,
    tokens,
    receiver,
    revoked,
    sender,
    auth,
    send: ({ signal, ...change } = {}) => {
      const usual = { method: 'POST', headers: ['x-a', 'b', 'authorization', 'old'], body: '{}', timeoutMs: 5_000 };
      return sender.send({ url, ...usual, domain: 'acme', auth, ...change }, signal);
    },
  };
}

const statusOf = (exchange: Exchange): number | string =>
  exchange.kind === 'answered' ? exchange.status : `${exchange.failure}: ${exchange.message}`;

describe('OAuth towards receivers', () => {
  it('one token serves a thousand deliveries that wait for it, and those after them', async (t) => {
    const w = await world(t);
    w.tokens.held = [];
    const waiting = Array.from({ length: 1_000 }, () => w.send());
    await w.tokens.receiver.nextRequest();
    for (const go of w.tokens.held) go();
    assert.deepEqual(new Set((await Promise.all(waiting)).map(statusOf)), new Set([200]));
    assert.equal(statusOf(await w.send()), 200);
    assert.equal(w.tokens.receiver.requests.length, 1);
    assert.ok(w.receiver.requests.every((got) => headerOf(got, 'authorization') === 'Bearer t1'));
    assert.equal(w.receiver.requests.length, 1_001);
  });

  it('client credentials go as a form, by header or in it, with scope, audience and what else is wanted', async (t) => {
    const w = await world(t);
    const clientId = 'a client:é';
    await w.send({ auth: { ...w.auth, scope: 'one two', audience: 'https://api', parameters: { resource: 'r&r' } } });
    await w.send({ auth: { ...w.auth, clientAuth: 'body' } });
    await w.send({ auth: { ...w.auth, clientId } });
    const [byHeader, inForm, encoded] = w.tokens.receiver.requests;
    assert.ok(byHeader && inForm && encoded);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(byHeader.body)), {
      grant_type: 'client_credentials',
      scope: 'one two',
      audience: 'https://api',
      resource: 'r&r',
    });
    assert.equal(headerOf(byHeader, 'content-type'), 'application/x-www-form-urlencoded');
    const own = { grant_type: 'client_credentials', client_id: 'client', client_secret: secret };
    assert.deepEqual(Object.fromEntries(new URLSearchParams(inForm.body)), own);
    assert.equal(headerOf(inForm, 'authorization'), null);
    const basic = Buffer.from((headerOf(encoded, 'authorization') ?? '').slice(6), 'base64').toString();
    assert.equal(basic, `a+client%3A%C3%A9:${secret}`);
  });

  it('a bearer assertion is signed with RS256 and says who asks, for whom, of whom, and until when', async (t) => {
    const w = await world(t);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const who = { issuer: 'consumer key', subject: 'user@acme.example', audience: 'https://login.example' };
    const auth: JwtBearer = {
      kind: 'oauth2-jwt-bearer',
      tokenUrl: w.tokens.url,
      privateKey,
      keyId: 'k1',
      scope: null,
      ...who,
    };
    assert.equal(statusOf(await w.send({ auth })), 200);
    const form = new URLSearchParams(w.tokens.receiver.requests[0]?.body);
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', createPublicKey(publicKey), {
      algorithms: ['RS256'],
      ...who,
      currentDate: new Date(w.clock.now()),
    });
    assert.equal(protectedHeader.kid, 'k1');
    assert.equal((payload.exp ?? 0) - Math.floor(w.clock.now() / 1000), 180);
    w.clock.advance(3_700_000);
    await w.send({ auth });
    const next = new URLSearchParams(w.tokens.receiver.requests[1]?.body).get('assertion') ?? '';
    const { payload: later } = await jwtVerify(next, createPublicKey(publicKey), {
      currentDate: new Date(w.clock.now()),
    });
    assert.notEqual(later.jti, payload.jti);
  });

  it('a token is renewed before it ends, without anybody waiting, and not used after', async (t) => {
    const w = await world(t);
    await w.send();
    w.clock.advance(0.74 * 3_600_000);
    await w.send();
    assert.equal(w.tokens.given, 1);
    w.clock.advance(0.17 * 3_600_000);
    w.tokens.held = [];
    const renewed = w.tokens.receiver.nextRequest();
    for (let sent = 0; sent < 5; sent++) assert.equal(statusOf(await w.send()), 200);
    await renewed;
    assert.equal(w.tokens.receiver.requests.length, 2);
    assert.equal(headerOf(w.receiver.requests.at(-1) as ReceivedRequest, 'authorization'), 'Bearer t1');
    w.tokens.held = null;
    w.clock.advance(0.09 * 3_600_000);
    assert.equal(statusOf(await w.send()), 200);
    assert.equal(headerOf(w.receiver.requests.at(-1) as ReceivedRequest, 'authorization'), 'Bearer t2');
  });

  it('a renewal that fails leaves the old token in use, and is tried again later', async (t) => {
    const w = await world(t);
    await w.send();
    w.clock.advance(0.91 * 3_600_000);
    w.tokens.says = answer(500);
    assert.equal(statusOf(await w.send()), 200);
    while (w.tokens.receiver.requests.length < 2) await w.tokens.receiver.nextRequest();
    // The answer was read once another request has gone the same way.
    await w.send({ auth: { ...w.auth, scope: 'other' } });
    assert.equal(statusOf(await w.send()), 200);
    assert.equal(w.tokens.receiver.requests.length, 3);
    w.tokens.says = null;
    w.clock.advance(2_000);
    assert.equal(statusOf(await w.send()), 200);
    while (w.tokens.given < 2) await w.tokens.receiver.nextRequest();
  });

  it('401 brings a new token and a second try, once: two hundred refusals of one token ask for one', async (t) => {
    const w = await world(t);
    await w.send();
    w.revoked.add('t1');
    const all = await Promise.all(Array.from({ length: 200 }, () => w.send()));
    assert.deepEqual(new Set(all.map(statusOf)), new Set([200]));
    assert.equal(w.tokens.given, 2);
    for (const token of ['t2', 't3', 't4']) w.revoked.add(token);
    assert.equal(statusOf(await w.send()), 401);
    assert.equal(w.tokens.given, 3);
    // t3 came for a refusal and never served: that there is no use in another is known for a minute.
    for (let sent = 0; sent < 20; sent++) assert.equal(statusOf(await w.send()), 401);
    assert.equal(w.tokens.given, 3);
    w.clock.advance(61_000);
    assert.equal(statusOf(await w.send()), 401);
    assert.equal(w.tokens.given, 4);
  });

  it('refused credentials fail with what the endpoint says, and it is not asked for each delivery', async (t) => {
    const w = await world(t);
    const auth = { ...w.auth, clientSecret: 'wrong' };
    const first = await w.send({ auth });
    assert.match(String(statusOf(first)), /^oauth2: the token endpoint 127\.0\.0\.1:\d+ answered 401: invalid_client$/);
    assert.ok(first.kind === 'failed' && first.credentialsRefused === true);
    for (let sent = 0; sent < 20; sent++) assert.deepEqual(await w.send({ auth }), first);
    assert.equal(w.tokens.receiver.requests.length, 1);
    w.clock.advance(7_000);
    await w.send({ auth });
    assert.equal(w.tokens.receiver.requests.length, 2);
    // Other credentials are asked for at once.
    assert.equal(statusOf(await w.send()), 200);
    assert.equal(w.receiver.requests.length, 1);
  });

  it('an endpoint that fails is left alone as long as it asks, and its failure is no refusal', async (t) => {
    const w = await world(t);
    w.tokens.says = answer(503, '', { 'retry-after': '120' });
    const first = await w.send();
    assert.match(String(statusOf(first)), /^oauth2: .* answered 503$/);
    assert.ok(first.kind === 'failed' && first.credentialsRefused === false);
    w.tokens.says = null;
    w.clock.advance(119_000);
    assert.match(String(statusOf(await w.send())), /503/);
    w.clock.advance(2_000);
    assert.equal(statusOf(await w.send()), 200);
  });

  it('an answer that is no token is said to be none', async (t) => {
    const w = await world(t);
    const elsewhere = `http://127.0.0.1:${w.receiver.port}/`;
    const cases: readonly (readonly [string, RegExp])[] = [
      [answer(200, '<html>'), /no JSON object/],
      [answer(200, '{}'), /without an access_token/],
      [answer(200, '{"access_token":"a b"}'), /without an access_token/],
      [answer(200, '{"access_token":"a","token_type":"mac"}'), /no bearer tokens/],
      [answer(302, '', { location: elsewhere }), /redirects \(302\)/],
      [answer(200, JSON.stringify({ access_token: 'a'.repeat(40_000) })), /at most 32768 bytes/],
      [answer(200, 'x'.repeat(70_000)), /response_too_large/],
      ['HTTP/1.1 nonsense\r\n\r\n', /HTTP\/1\.1 protocol/],
    ];
    for (const [index, [says, words]] of cases.entries()) {
      w.tokens.says = says;
      const exchange = await w.send({ auth: { ...w.auth, scope: `case-${index}` } });
      assert.match(String(statusOf(exchange)), words);
    }
    assert.equal(w.receiver.requests.length, 0);
  });

  it('what an endpoint or a receiver repeats of secrets is not kept', async (t) => {
    const w = await world(t);
    const description = `bad secret ${secret}`;
    w.tokens.says = answer(400, JSON.stringify({ error: 'invalid_request', error_description: description }));
    const refused = JSON.stringify(await w.send());
    assert.match(refused, /answered 400 \(what it says has a secret in it/);
    assert.ok(!refused.includes(secret));
    w.tokens.says = null;
    const exchange = await w.send({ auth: { ...w.auth, scope: 'fresh' } });
    assert.equal(exchange.kind === 'answered' && exchange.excerpt, 'by Bearer (token)');
  });

  it('tokens are of one domain and one set of credentials, and none goes over what its domain may not reach', async (t) => {
    const w = await world(t);
    await w.send();
    await w.send({ domain: 'umbrella' });
    await w.send({ auth: { ...w.auth, scope: 'more' } });
    await w.send({ auth: { ...w.auth } });
    assert.equal(w.tokens.given, 3);
    const guarded = await world(t, []);
    assert.match(String(statusOf(await guarded.send())), /^oauth2: .*refused_address: .*loopback/);
    assert.equal(guarded.tokens.receiver.connections, 0);
  });

  it('the signal ends those that wait for a token, and nobody else', async (t) => {
    const w = await world(t);
    w.tokens.held = [];
    const stop = new AbortController();
    const stopped = [w.send({ signal: stop.signal }), w.send({ signal: stop.signal })];
    const other = w.send();
    await w.tokens.receiver.nextRequest();
    stop.abort();
    for (const exchange of await Promise.all(stopped)) assert.match(String(statusOf(exchange)), /^stopped/);
    assert.match(String(statusOf(await w.send({ signal: stop.signal }))), /^stopped/);
    for (const go of w.tokens.held) go();
    assert.equal(statusOf(await other), 200);
    assert.equal(w.receiver.requests.length, 1);
  });

  it('closing ends those that wait for a token as stopped', async (t) => {
    const w = await world(t);
    w.tokens.held = [];
    const waits = w.send();
    await w.tokens.receiver.nextRequest();
    await w.sender.close();
    assert.match(String(statusOf(await waits)), /^stopped/);
  });
});
