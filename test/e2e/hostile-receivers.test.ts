/**
 * Receivers that hang, drip, pour, cut off, redirect and change their address, all at one server: each is found out, and
 * a healthy receiver beside them gets what is for it at once.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, answerWith, type Receiver, startReceiver } from '../conformance/sender-receiver.ts';
import { hostileReceivers, startTrap } from '../support/hostile/receivers.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

/** 127.0.0.1 alone: 127.0.0.2 stands for an address that Offhook must not reach. */
const yaml = `
delivery: { allowNetworks: [127.0.0.1/32] }
log: { level: warn }
`;
const preload = new URL('../support/hostile/changing-name.ts', import.meta.url);
/** Of a hostile receiver; whoever had to wait for one would be later than this. */
const timeoutMs = 4_000;
const events = 60;
const pauseMs = 20;

interface Attempt {
  readonly outcome: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly detail: string | null;
}

let dir: Awaited<ReturnType<typeof temporaryDir>>;
let server: ServerProcess;
let pid = 0;
const stops: (() => Promise<void>)[] = [];

async function ask(path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const answered = await fetch(server.url + path, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await answered.text();
  if (!answered.ok) throw new Error(`${path} was answered ${answered.status}: ${text}`);
  return JSON.parse(text);
}

/** @returns the public number of the subscription */
async function subscribe(name: string, url: string, filterCalls = ['call.started']): Promise<number> {
  const endpoint = { url, timeoutMs };
  const draft = { name, dialect: 'cloudevents', scope: { domain: 'default' }, events: filterCalls, endpoint };
  const retry = { maxAttempts: 50, delays: ['250ms'] };
  const { number } = (await ask('/v1/subscriptions', { ...draft, retry })) as { number: number };
  return number;
}

async function receive(respond: Parameters<typeof startReceiver>[0]): Promise<Receiver> {
  const receiver = await startReceiver(respond);
  stops.push(() => receiver.stop());
  return receiver;
}

const hookOf = (receiver: Receiver, host = '127.0.0.1'): string => `http://${host}:${receiver.port}/hook`;

/** The first attempt of a subscription that `holds`, oldest first. */
async function attemptOf(subscription: number, holds: (attempt: Attempt) => boolean): Promise<Attempt> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const { items } = (await ask(`/v1/deliveries?subscription=${subscription}&limit=500`)) as { items: Attempt[] };
    const found = items.findLast(holds);
    if (found) return found;
    assert.ok(performance.now() < deadline, `no such attempt among ${JSON.stringify(items.slice(0, 5))}`);
    await wait(50);
  }
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
}

describe('hostile receivers', { timeout: 120_000 }, () => {
  before(async () => {
    dir = await temporaryDir('hostile');
    server = await serverProcess(dir.path, yaml, preload);
    pid = server.launch();
    await server.ready();
  });

  after(async () => {
    await server.stop();
    for (const stop of stops) await stop();
    await dir.remove();
  });

  it('hold nobody else up, and are found out', async () => {
    let pouredBytes = 0;
    const arrivedAt = new Map<string, number>();
    const paths = new Set<string>();
    const healthy = await receive((request) => {
      paths.add(request.head.split(' ')[1] ?? '');
      arrivedAt.set(/^x-offhook-event: (\S+)/im.exec(request.head)?.[1] ?? '', performance.now());
      answerWith(204)(request);
    });
    const hostile = hostileReceivers(`http://127.0.0.1:${healthy.port}/redirected`, (bytes) => {
      pouredBytes += bytes;
    });
    await subscribe('healthy', hookOf(healthy));
    const subscriptions = await Promise.all(
      hostile.map(async ({ name, respond }) => subscribe(name, hookOf(await receive(respond)))),
    );
    const residentBefore = await residentBytes();

    const sentAt = new Map<string, number>();
    for (let index = 0; index < events; index++) {
      const id = `event-${index}`;
      sentAt.set(id, performance.now());
      await ask('/v1/events', { id, type: 'call.started', call: { id: `call-${index}` } });
      await wait(pauseMs);
    }
    while (arrivedAt.size < events) await healthy.nextRequest();
    const late = [...sentAt].map(([id, at]) => (arrivedAt.get(id) as number) - at).sort((a, b) => a - b);
    assert.ok((late[events / 2] as number) < 500, `half of them took ${late[events / 2]} ms or more`);
    assert.ok((late.at(-1) as number) < timeoutMs, `the last one took ${late.at(-1)} ms`);

    for (const [index, { name, detail, status }] of hostile.entries()) {
      const attempt = await attemptOf(subscriptions[index] as number, ({ outcome }) => outcome === 'failed');
      assert.match(attempt.detail ?? '', detail, name);
      assert.equal(attempt.status, status, name);
      if (detail.test('timeout: ')) assert.ok(attempt.durationMs >= timeoutMs - 50, `${name}: ${attempt.durationMs}`);
      assert.ok(attempt.durationMs < 2 * timeoutMs, `${name} took ${attempt.durationMs} ms`);
    }
    assert.deepEqual([...paths], ['/hook'], 'a redirect was followed');
    assert.ok(pouredBytes < 500_000_000, `${pouredBytes} bytes were poured out`);
    const grown = (await residentBytes()) - residentBefore;
    assert.ok(grown < 150_000_000, `the server grew by ${grown} bytes`);
  });

  it('cannot lead to another address the second time', async () => {
    const receiver = await receive(({ socket }) => void socket.end(answer(503, '', { connection: 'close' })));
    const trap = await startTrap('127.0.0.2', receiver.port);
    stops.push(() => trap.stop());
    const subscription = await subscribe('changes its address', hookOf(receiver, 'changing.example'), ['call.ended']);
    await ask('/v1/events', { type: 'call.ended', call: { id: 'call-changing' } });
    const first = await attemptOf(subscription, ({ status }) => status === 503);
    assert.equal(first.outcome, 'failed');
    const second = await attemptOf(subscription, ({ status }) => status === null);
    assert.match(second.detail ?? '', /^refused_address: changing\.example: 127\.0\.0\.2/);
    assert.equal(receiver.connections, 1);
    assert.equal(trap.connections(), 0);
  });

  it('do not keep the server from stopping', async () => {
    assert.equal(await server.stop(), 0, server.output());
  });
});
