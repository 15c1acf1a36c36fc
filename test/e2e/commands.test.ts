/** Calls that software orders, through the whole server: by HTTP, over a restart, and from a shell. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../src/cli/client.ts';
import { run } from '../../src/cli/run.ts';
import { appToken, startApp, type TestApp, withApp } from '../support/app.ts';

const simulated = {
  OFFHOOK_CONNECTORS: '[{ id: sim, kind: simulator, domain: acme, ratePerMinute: 0, seed: 1, speed: 1000 }]',
};

interface Taken {
  readonly callId: string;
  readonly follow: { readonly call: string; readonly events: string };
}

interface Shown {
  readonly call: {
    readonly id: string;
    readonly state: string;
    readonly outcome: string | null;
    readonly origin: { readonly requestId: string | null; readonly onBehalfOf: string | null };
  };
  readonly events: readonly { readonly type: string; readonly call: Shown['call'] }[];
}

const order = { from: '101', to: '+12155550123', requestId: 'ticket-4711', onBehalfOf: '108' };

const post = (app: TestApp, path: string, body: object, key = ''): Promise<Response> =>
  app.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
  });

async function untilEnded(app: TestApp, path: string): Promise<Shown> {
  for (let tries = 0; tries < 200; tries++) {
    const shown = await app.client.get<Shown>(path);
    if (shown.events.some(({ type }) => type === 'call.closed')) return shown;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${path} does not end`);
}

test('an order is known at once, by whom it is for too, and tells its whole story', () =>
  withApp(async (app) => {
    const answer = await post(app, '/v1/calls', order);
    assert.equal(answer.status, 202);
    const taken = (await answer.json()) as Taken;
    const atOnce = await app.client.get<Shown>(taken.follow.call);
    assert.deepEqual([atOnce.call.id, atOnce.events[0]?.type], [taken.callId, 'call.started']);
    await post(app, '/v1/domains', { name: 'acme' });
    await post(app, '/v1/extensions', { domain: 'acme', number: '108' });
    const made = await post(app, '/v1/tokens', { name: 't', kind: 'extension', domain: 'acme', extension: '108' });
    const { token } = (await made.json()) as { token: string };
    const theirs = createClient({ url: app.url, token });
    assert.equal((await theirs.get<Shown>(taken.follow.call)).call.id, taken.callId);
    const ended = await untilEnded(app, taken.follow.call);
    assert.equal(ended.call.outcome, 'answered');
    for (const { call } of ended.events) {
      assert.deepEqual([call.origin.requestId, call.origin.onBehalfOf], ['ticket-4711', '108']);
    }
  }, simulated));

test('the same key over a restart: the same call, and no second one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'offhook-commands-'));
  try {
    const first = await startApp(simulated, { dir });
    const taken = (await (await post(first, '/v1/calls', order, 'k1')).json()) as Taken;
    await first.stop();
    const second = await startApp(simulated, { dir });
    try {
      const again = await post(second, '/v1/calls', order, 'k1');
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
      assert.equal(((await again.json()) as Taken).callId, taken.callId);
      const all = await second.client.get<{ items: Shown[] }>('/v1/calls?limit=10');
      assert.deepEqual(
        all.items.map(({ call }) => call.id),
        [taken.callId],
      );
    } finally {
      await second.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('from a shell: a call is ordered, sent on and ended, and what is wrong is said', () =>
  withApp(
    async (app) => {
      const offhook = async (...args: string[]) => {
        const out: string[] = [];
        const notes: string[] = [];
        const terminal = {
          isInteractive: false,
          width: 120,
          out: (line: string) => void out.push(line),
          note: (line: string) => void notes.push(line),
          draw: () => {},
        };
        const env = { OFFHOOK_URL: app.url, OFFHOOK_ADMIN_TOKEN: appToken };
        const code = await run(['calls', ...args], {
          terminal,
          env,
          stdin: process.stdin,
          signal: new AbortController().signal,
        });
        return { code, out, notes: notes.join('\n') };
      };
      const ordered = await offhook('originate', '101', '102', '--request-id', 'r-1', '--json');
      assert.equal(ordered.code, 0, ordered.notes);
      const { callId } = JSON.parse(ordered.out[0] ?? '') as Taken;
      const early = await offhook('transfer', callId, '103', '--by', '101');
      assert.deepEqual([early.code, /call_not_ready/.test(early.notes)], [1, true], early.notes);
      const ended = await offhook('hangup', callId);
      assert.deepEqual([ended.code, ended.out], [0, [callId]]);
      assert.match(ended.notes, new RegExp(`offhook events --call ${callId}`));
      const shown = await untilEnded(app, `/v1/calls/${callId}`);
      assert.equal(shown.call.outcome, 'cancelled');
      const emergency = await offhook('originate', '101', '911');
      assert.deepEqual([emergency.code, /number_not_allowed/.test(emergency.notes)], [1, true]);
      assert.equal((await offhook('originate', '101')).code, 2);
      assert.equal((await offhook('originate', '101', '102', '--ring', 'long')).code, 2);
    },
    { OFFHOOK_CONNECTORS: '[{ id: sim, kind: simulator, domain: acme, ratePerMinute: 0, seed: 1 }]' },
  ));
