/**
 * What an operator does first, from a shell and as the guides have it: starts a server with a phone system, adds two tenants, finds
 * why an event did not arrive, repairs that with a replay, takes a backup and restores it elsewhere. The phone system is the
 * simulated one here; `test/real/asterisk-delivery.test.ts` does the beginning with an Asterisk.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const yaml = 'connectors: [{ id: sim, kind: simulator, domain: acme, ratePerMinute: 600, seed: 1, speed: 100 }]\n';

function offhook(env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
  return new Promise((resolve, reject) =>
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')}: ${err}${out}`)))),
  );
}

async function ask<T>(server: ServerProcess, token: string, path: string, method = 'GET', body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly name: string; readonly body: string }[];
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

test('an operator starts, adds tenants, finds out, repairs, backs up and restores', { timeout: 180_000 }, async () => {
  const first = await temporaryDir('journey');
  const second = await temporaryDir('journey-elsewhere');
  const server = await serverProcess(first.path, yaml);
  const elsewhere = await serverProcess(second.path, '');
  try {
    server.launch();
    await server.ready();
    const tokens: Record<string, string> = {};
    for (const domain of ['acme', 'globex']) {
      await ask(server, server.token, '/v1/domains', 'POST', { name: domain });
      const made = { name: domain, kind: 'domain', domain };
      tokens[domain] = (await ask<{ token: string }>(server, server.token, '/v1/tokens', 'POST', made)).token;
    }
    const [own = '', foreign = ''] = [tokens['acme'], tokens['globex']];
    const subscription = await ask<{ id: string; number: number }>(server, own, '/v1/subscriptions', 'POST', {
      name: 'CRM',
      dialect: 'cloudevents',
      filter: "call.queue == 'nobody'",
      events: ['call.ended'],
      endpoint: { url: 'inbox:crm-of-acme' },
    });
    const env = { OFFHOOK_URL: server.url, OFFHOOK_ADMIN_TOKEN: own };
    const event = await until('a call that ended', async () => {
      const { items } = await ask<Listed>(server, own, '/v1/events?type=call.ended&limit=1');
      return items[0]?.id;
    });
    const others = await ask<Listed>(server, foreign, '/v1/events?type=call.ended&limit=10');
    assert.deepEqual(others.items, [], 'the other tenant sees nothing of it');

    assert.match(await offhook(env, 'why', event), /filtered +1 CRM/);
    await ask(server, own, `/v1/subscriptions/${subscription.id}`, 'PATCH', { filter: null });
    const replayed = await offhook(
      env,
      'replay',
      String(subscription.number),
      '--from',
      '1h',
      '--filter',
      `id == "${event}"`,
    );
    assert.match(replayed, /^replay 1 done: 1 delivered$/m);
    const came = await ask<Listed>(server, own, '/inbox/crm-of-acme?limit=500');
    assert.ok(came.items.some(({ body }) => body.includes(event)));

    const kept = join(first.path, 'backups');
    const shared = { ...env, OFFHOOK_ADMIN_TOKEN: server.token, OFFHOOK_DATA_DIR: join(first.path, 'data') };
    const made = JSON.parse(await offhook(shared, 'backup', kept, '--with-key', '--json')) as { path: string };
    await server.stop();
    await offhook({ OFFHOOK_DATA_DIR: join(second.path, 'data') }, 'restore', made.path);
    elsewhere.launch();
    await elsewhere.ready();
    const found = await ask<{ id: string }>(elsewhere, own, `/v1/events/${event}`);
    assert.equal(found.id, event, 'the tenant’s token and events are there');
    const subscriptions = await ask<Listed>(elsewhere, own, '/v1/subscriptions');
    assert.deepEqual(
      subscriptions.items.map(({ id, name }) => [id, name]),
      [[subscription.id, 'CRM']],
    );
  } finally {
    for (const one of [server, elsewhere]) await one.stop().catch(() => {});
    await first.remove();
    await second.remove();
  }
});
