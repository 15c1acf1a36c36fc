/** Bodies of requests over real connections: what all of them together may take, whose part it is, and when it ends. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { delay, systemClock } from '../../src/kit/clock.ts';
import { createMemoryEventLog } from '../../src/log/memory/event-log.ts';
import { type ApiWorld, createApiWorld } from '../support/api-world.ts';
import { rawClient, type RawClient } from '../support/raw-client.ts';

// Large bodies have 2.4 MB, one tenant alone 1.2 MB of them.
const options = { maxBodyBytes: 1_000_000, bodyMemoryBytes: 3_200_000 };
const mostOfOne = 1_200_000;

/** While it is closed, nothing becomes durable. */
const gate = { open: Promise.resolve() };

let world: ApiWorld;
let acme: string;
let globex: string;
before(async () => {
  world = await createApiWorld({ deps: { log: slowLog() }, options });
  await world.api.start();
  acme = await domainToken('acme');
  globex = await domainToken('globex');
});
after(() => world.stop());

function slowLog() {
  const log = createMemoryEventLog({ clock: systemClock, idWindowMs: 3_600_000 });
  const append = log.append.bind(log);
  log.append = async (events) => {
    await gate.open;
    return append(events);
  };
  return log;
}

async function domainToken(domain: string): Promise<string> {
  const made = await world.post('/v1/tokens', { name: domain, kind: 'domain', domain });
  return made.json<{ token: string }>().token;
}

async function held(): Promise<number> {
  const text = await world.deps.metrics.getSingleMetricAsString('offhook_request_body_bytes');
  return Number(text.split(' ').at(-1));
}

/** Bytes of the heap in use, with what nobody has any more cleared away. */
function cleared(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(systemClock, 5);
}

const heads = (token: string, ...more: string[]): string =>
  [
    'POST /v1/events HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    ...more,
    '',
    '',
  ].join('\r\n');
const chunked = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;
const event = '{"type":"call.started","call":{"id":"c1"}}';
/** An event in so many bytes. */
const padded = (bytes: number): string => `[${' '.repeat(bytes - event.length - 2)}${event}]`;

/** All but the last byte of an event. */
function heldBack(token: string, bytes: number): RawClient {
  const client = rawClient(world.api.url());
  client.write(`${heads(token, `Content-Length: ${bytes}`)}${padded(bytes).slice(0, -1)}`);
  return client;
}

async function send(token: string, bytes: number): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`${world.api.url()}/v1/events`, { method: 'POST', headers, body: padded(bytes) });
}

test('slow large bodies of one tenant are bounded, and leave the others theirs', { timeout: 20_000 }, async () => {
  const clients = Array.from({ length: 12 }, () => heldBack(acme, 400_000));
  const refused = (): RawClient[] => clients.filter((client) => client.answer().includes('\r\n\r\n'));
  await until(() => refused().length >= 9);
  const most = await held();
  assert.ok(most > 65_536 && most <= mostOfOne, `${most}`);
  const [one] = refused() as [RawClient];
  const answer = await one.answered(/"requestId"/);
  assert.match(answer, /^HTTP\/1\.1 503 [^]*\r\nretry-after: 1\r\n/i);
  assert.match(answer, /"code":"overloaded".*server\.bodyMemoryBytes/);

  for (const bytes of [100, 60_000, 400_000]) assert.equal((await send(globex, bytes)).status, 202, `${bytes}`);
  assert.equal((await send(acme, 100)).status, 202);
  for (const client of clients) client.close();
  await until(async () => (await held()) === 0);
  assert.equal((await send(acme, 900_000)).status, 202);
  await until(async () => (await held()) === 0);
});

test('what finds no room is refused before it is read, and its connection goes on', { timeout: 20_000 }, async () => {
  const first = heldBack(acme, 900_000);
  await until(async () => (await held()) === 900_000);
  const client = rawClient(world.api.url());
  client.write(heads(acme, 'Content-Length: 400000'));
  await client.answered(/^HTTP\/1\.1 503 /);
  client.write(padded(400_000));
  client.write(`${heads(acme, `Content-Length: ${event.length}`)}${event}`);
  await client.answered(/HTTP\/1\.1 202 /);
  first.write(']');
  await first.answered(/^HTTP\/1\.1 202 /);
  await until(async () => (await held()) === 0);
  first.close();
  client.close();
});

test('a body that does not say its length is refused where the room ends', { timeout: 20_000 }, async () => {
  const first = heldBack(acme, 900_000);
  await until(async () => (await held()) === 900_000);
  const client = rawClient(world.api.url());
  client.write(heads(acme, 'Transfer-Encoding: chunked'));
  for (let sent = 0; sent < 9; sent++) client.write(chunked(' '.repeat(100_000)));
  await client.answered(/^HTTP\/1\.1 503 /);
  assert.equal(await held(), 900_000);
  client.write('0\r\n\r\n');
  client.write(`${heads(acme, 'Transfer-Encoding: chunked')}${chunked(event)}0\r\n\r\n`);
  await client.answered(/HTTP\/1\.1 202 /);
  first.close();
  client.close();
  await until(async () => (await held()) === 0);
});

test('pieces of one byte take no more memory than large ones', { timeout: 30_000 }, async () => {
  const client = rawClient(world.api.url());
  client.write(heads(acme, 'Transfer-Encoding: chunked'));
  const heapBefore = cleared();
  client.write(chunked(' ').repeat(300_000));
  await until(async () => (await held()) >= 300_000);
  const pieces = cleared() - heapBefore;
  // Kept one by one they were 105 MB.
  assert.ok(pieces < 10_000_000, `${pieces}`);
  client.write(`${chunked(event)}0\r\n\r\n`);
  await client.answered(/^HTTP\/1\.1 202 /);
  client.close();
});

test('pipelined requests give back what they hold when their connection ends', { timeout: 10_000 }, async () => {
  const opened = Promise.withResolvers<void>();
  gate.open = opened.promise;
  const client = rawClient(world.api.url());
  const whole = `${heads(acme, 'Content-Length: 100')}${padded(100)}`;
  client.write(`${whole}${whole}${heads(acme, 'Content-Length: 10000')}${padded(9_000)}`);
  await until(async () => (await held()) > 9_000);
  client.close();
  await until(async () => (await held()) === 0);
  opened.resolve();
});

test('nobody without a token has a body read, whatever the path', { timeout: 10_000 }, async () => {
  for (const path of ['/v1/events', '/v1/nothing', '/nothing', '/healthz', '/docs']) {
    const client = rawClient(world.api.url());
    const length = 900_000;
    client.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n[`,
    );
    assert.match(await client.answered(/"requestId"/), /^HTTP\/1\.1 40[145] /, path);
    assert.equal(await held(), 0);
    client.close();
  }
});

test('who asks before sending a body is told to go on only where it will be read', { timeout: 10_000 }, async () => {
  const asking = (token: string, length: number): RawClient => {
    const client = rawClient(world.api.url());
    client.write(heads(token, `Content-Length: ${length}`, 'Expect: 100-continue'));
    return client;
  };
  const tooLarge = await asking(acme, 99_999_999).ended();
  assert.match(tooLarge, /^HTTP\/1\.1 413 [^]*"code":"body_too_large"/);
  const stranger = await asking('oh_nope', 100).ended();
  assert.match(stranger, /^HTTP\/1\.1 401 [^]*\r\nconnection: close\r\n/i);
  const taken = asking(acme, 100);
  await taken.answered(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  taken.write(padded(100));
  const answer = await taken.answered(/HTTP\/1\.1 202 /);
  assert.doesNotMatch(answer, /connection: close/i);
  taken.close();
});
