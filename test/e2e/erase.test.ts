/** A person’s number is erased from a whole Offhook: from what it shows, sends, remembers and has on its disk. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { delay, systemClock } from '../../src/kit/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';

const digits = '12157010680';
const number = `+${digits}`;
const national = '2157010680';
const person = { number, raw: national, name: 'Alice Ames', kind: 'external' };
const line = { number: '+13125550100', raw: '3125550100', name: null, kind: 'external' };
const traces = [digits, national, 'Alice Ames'];

interface Page<T = Record<string, never>> {
  readonly items: readonly T[];
}

const post = <T = Record<string, never>>(app: TestApp, path: string, body: object): Promise<T> =>
  app.client.send<T>('POST', path, JSON.stringify(body));

function callEvent(id: string, type: string, call: object = {}, more: object = {}): object {
  const state = type === 'call.ended' ? 'ended' : 'ringing';
  return {
    ...{ id: `${id}-${type}`, type, domain: 'acme', extension: '101' },
    call: { id, direction: 'inbound', state, from: person, to: line, did: line.number, ...call },
    ...more,
  };
}

async function ended(app: TestApp, erasure: number): Promise<Record<string, never>> {
  for (;;) {
    const now = await app.client.get<{ state: string } & Record<string, never>>(`/v1/erasures/${erasure}`);
    if (now.state === 'done') return now;
    await delay(systemClock, 5);
  }
}
const order = async (app: TestApp, more: object = {}): Promise<number> =>
  (await post<{ number: number }>(app, '/v1/erasures', { number, alsoWritten: [national], ...more })).number;

function assertNowhere(what: string, text: string): void {
  for (const trace of traces) assert.ok(!text.includes(trace), `${what} has ${trace}`);
}

/** Of the name that stood beside the number a part may be left where rows have moved: nobody knows what to look for. */
async function assertNotInFiles(dir: string): Promise<void> {
  const bytes = await bytesOf(dir);
  for (const trace of [digits, national]) assert.ok(!bytes.includes(trace), `the files have ${trace}`);
}

async function bytesOf(dir: string): Promise<string> {
  const files = ['offhook.db', 'offhook.db-wal'].map((file) => readFile(join(dir, file), 'latin1').catch(() => ''));
  return (await Promise.all(files)).join('');
}

/** Receivers that remember what came, and answer as they are told; a failure quotes what it got. */
async function receiver() {
  const came: string[] = [];
  const answers = { status: 200 };
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    return body;
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      came.push(body);
      response.writeHead(answers.status).end(answers.status < 300 ? '' : `no: ${body.slice(-1_500)}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { came, answers, url, close: () => server.close() };
}

const settings = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };

/** Calls that grow from event to event, each kept by the journal before it grows; then one that goes on. */
async function fill(app: TestApp): Promise<void> {
  for (let n = 0; n < 120; n++) {
    const others = { from: { number: `+1${3_000_000_000 + n * 7_919}`, raw: null, name: 'x'.repeat(n % 50) } };
    const mine = n % 3 === 0 ? {} : others;
    const leg = {
      id: `l${n}`,
      extension: '101',
      role: 'callee',
      state: 'ringing',
      number: '101',
      name: 'y'.repeat(n % 90),
    };
    await post(app, '/v1/events', [callEvent(`c-${n}`, 'call.started', mine)]);
    if (n % 8 === 0) await app.client.get('/v1/calls?limit=1');
    const older = callEvent(`c-${Math.max(0, n - 9)}`, 'leg.ringing', {}, { id: `late-${n}`, leg });
    await post(app, '/v1/events', [older, callEvent(`c-${n}`, 'call.ended', { ...mine, outcome: 'no_answer' })]);
  }
  const live = callEvent('live', 'call.started', {}, { data: { note: `from ${number}` } });
  await post(app, '/v1/events', [live]);
  await app.client.get('/v1/calls?limit=1');
}

test('after an erasure the number is nowhere: not shown, not sent, not remembered, in no byte of the files', async () => {
  const target = await receiver();
  const app = await startApp(settings);
  try {
    await post(app, '/v1/domains', { name: 'acme' });
    const extension = await post<{ id: number }>(app, '/v1/extensions', {
      domain: 'acme',
      number: '101',
      dids: [number],
    });
    await app.client.send('PATCH', `/v1/extensions/${extension.id}`, JSON.stringify({ dids: [] }));
    const subscribe = (url: string, more: object = {}) =>
      post<{ id: string; number: number }>(app, '/v1/subscriptions', {
        ...{ name: 'crm', dialect: 'cloudevents', scope: { domain: 'acme' }, events: ['call.*'], endpoint: { url } },
        ...{ retry: { maxAttempts: 5, delays: ['1h'] }, ...more },
      });
    const inbox = await subscribe('inbox:seen');
    target.answers.status = 422;
    const failing = await subscribe(target.url, { events: ['call.started'] });
    const stream = await app.fetch('/v1/stream?after=0');
    await fill(app);
    const { log, delivery } = app.app.parts();
    await delivery.settledUpTo(log.head());
    const preview = await app.fetch(`/v1/subscriptions/${inbox.id}/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'kept' },
      body: JSON.stringify({ seq: log.head() }),
    });
    assert.match(await preview.text(), /12157010680/);
    await delivery.recorded();
    const paths = [
      '/v1/events?limit=500',
      '/v1/calls?limit=500',
      '/v1/live',
      '/inbox/seen?limit=500',
      '/v1/audit?limit=500',
    ];
    paths.push('/v1/deliveries?limit=500', `/v1/subscriptions/${failing.id}`, '/v1/calls?state=live');
    for (const path of paths) {
      const text = await (await app.fetch(path)).text();
      assert.ok(text.includes(digits), `${path} has it before`);
    }
    assert.ok((await app.client.get<Page>(`/v1/calls?number=${national}&limit=500`)).items.length > 40);

    const done = await ended(app, await order(app));
    const erased = done['erased'] as unknown as Record<string, number>;
    for (const what of ['events', 'calls', 'attempts', 'audit', 'answers', 'inbox', 'other']) {
      assert.ok((erased[what] ?? 0) > 0, `${what}: ${JSON.stringify(done)}`);
    }
    assert.deepEqual([done['kept'], done['remains'], done['liveCalls']], [0, 0, 0]);

    for (const path of paths) assertNowhere(path, await (await app.fetch(path)).text());
    for (const path of [`/v1/calls?number=${national}`, `/v1/calls?number=${digits}*`, `/v1/events?number=${digits}`]) {
      assert.deepEqual((await app.client.get<Page>(path)).items, [], path);
    }
    const byOther = await app.client.get<Page<{ call: object }>>('/v1/calls?number=3125550100&limit=500');
    assert.equal(byOther.items.length, 121);
    const [call] = (await app.client.get<Page<{ call: { from: object } }>>('/v1/calls?limit=1')).items;
    assert.deepEqual(call?.call.from, { number: null, raw: 'erased', name: null, kind: 'external' });
    const again = await app.fetch(`/v1/subscriptions/${inbox.id}/preview`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'kept' },
      body: JSON.stringify({ seq: 361 + 2 }),
    });
    assertNowhere('a kept answer', await again.text());

    // What comes after: retries, replays, why-not and the stream work, and say nothing of it.
    const [parked] = (await app.client.get<Page<{ delivery: string; seq: number }>>('/v1/deliveries/parked')).items;
    const sent = target.came.length;
    target.answers.status = 200;
    await post(app, `/v1/deliveries/${parked?.delivery}/retry`, {});
    const { number: replay } = await post<{ number: number }>(app, `/v1/subscriptions/${inbox.id}/replay`, {
      fromSeq: 1,
    });
    while ((await app.client.get<{ state: string }>(`/v1/replays/${replay}`)).state !== 'done')
      await delay(systemClock, 5);
    while (target.came.length === sent) await delay(systemClock, 5);
    assertNowhere('a retry', target.came.slice(sent).join());
    assertNowhere('a replay', await (await app.fetch('/inbox/seen?limit=500')).text());
    const [event] = (await app.client.get<Page<{ id: string }>>('/v1/events?type=call.started&limit=1')).items;
    const why = await (await app.fetch(`/v1/events/${event?.id}/why`)).text();
    assert.match(why, /delivered|parked/);
    assertNowhere('why', why);
    assertNowhere('a delivery', await (await app.fetch(`/v1/deliveries/${parked?.delivery}`)).text());
    const fresh = new AbortController();
    const reading = await app.fetch('/v1/stream?after=0', { signal: fresh.signal });
    const reader = reading.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ''; !text.includes('id: 300\n'); ) {
      const { value = '' } = (await reader?.read()) ?? {};
      assertNowhere('the stream', value);
      text += value;
    }
    fresh.abort();
    await stream.body?.cancel();

    const second = await ended(app, await order(app));
    assert.ok(
      Object.values(second['erased'] as unknown as object).every((count) => count === 0),
      JSON.stringify(second),
    );
    await assertNotInFiles(app.dir);
  } finally {
    await app.stop();
    target.close();
  }
  await assertNotInFiles(app.dir);
  await rm(app.dir, { recursive: true });
});

test('what retention took before is in no byte of the files either', async () => {
  const app = await startApp();
  await fill(app);
  const { log } = app.app.parts();
  for (let more = true; more; ) ({ more } = await log.trim({ acceptedBefore: Date.UTC(2100, 0), limit: 1_000 }));
  assert.ok((await bytesOf(app.dir)).includes(digits));
  await ended(app, await order(app));
  await assertNotInFiles(app.dir);
  await app.stop();
  await rm(app.dir, { recursive: true });
});

test('an erasure that a stop ends in the middle goes on after the next start', async () => {
  const first = await startApp();
  await fill(first);
  const erasure = await order(first);
  await first.stop();
  const bytes = await bytesOf(first.dir);
  assert.ok(bytes.includes(digits), 'it was ended before its end');
  const again = await startApp({}, { dir: first.dir });
  const done = await ended(again, erasure);
  assert.equal(done['share'], 1);
  for (const path of ['/v1/events?limit=500', '/v1/calls?limit=500', '/v1/live']) {
    assertNowhere(path, await (await again.fetch(path)).text());
  }
  await assertNotInFiles(again.dir);
  await again.stop();
  await rm(first.dir, { recursive: true });
});

test('offhook erase shows what there is, erases it and tells what is left to do', async () => {
  const app = await startApp();
  await fill(app);
  const out: string[] = [];
  const terminal = {
    ...{ isInteractive: false, columns: 80, colors: false },
    out: (text: string) => void out.push(text),
    note: (text: string) => void out.push(text),
    raw: () => {},
  };
  const ask = async (...args: string[]): Promise<string> => {
    out.length = 0;
    const env = { OFFHOOK_ADMIN_TOKEN: 'the-token-of-the-administrator' };
    const code = await run(['erase', ...args, '--url', app.url], {
      ...{ terminal, env, signal: new AbortController().signal },
    } as never);
    return `${code}: ${out.join('\n')}`;
  };
  assert.match(
    await ask(number, '--dry-run'),
    /^0: \d+ events, \d+ calls.*\nalso written 2157010680.*\n1 calls in progress/,
  );
  assert.match(await ask(number, '--also', national, '(215) 701-0680'), /^0: erasure 1 done: \d+ events, \d+ calls/);
  assert.match(await ask('list'), /^0: no +state[\s\S]*1 +done +100 %/);
  assert.match(await ask('101'), /^1: .*number is no phone number/);
  await app.stop();
  await rm(app.dir, { recursive: true });
});
