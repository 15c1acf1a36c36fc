/** What a whole Offhook has registered elsewhere is not left behind: when its domain goes, its connector, or its newest store. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { makeBackup } from '../../src/app/backup/make-backup.ts';
import { restoreBackup } from '../../src/app/backup/restore.ts';
import type { Logger } from '../../src/kit/logger.ts';
import { type TestApp, startApp } from '../support/app.ts';
import { clientSecret, type PbxServer, startPbxServer } from '../support/remote-pbx-server.ts';

const publicUrl = 'http://127.0.0.1:9';
const phones = ['0003*210', '0003*211'];
const whole = ['answer', 'dial-in', 'dial-out', 'hangup'];

const lines: string[] = [];
const note = (facts: object, text: string): void => void lines.push(`${text} ${JSON.stringify(facts)}`);
const logger: Logger = { debug: note, info: note, warn: note, error: note };

let pbx: PbxServer;
let app: TestApp | null;
let dir: string;
beforeEach(async () => {
  pbx = await startPbxServer('ringme', phones);
  dir = await mkdtemp(join(tmpdir(), 'offhook-left-'));
  app = null;
  lines.length = 0;
});
afterEach(async () => {
  await app?.stop();
  await pbx.stop();
  await rm(dir, { recursive: true, force: true });
});

async function start(place: string, more: object | null = {}): Promise<TestApp> {
  const office = { id: 'office', kind: 'ringme', domain: 'acme', url: pbx.url, auth: { clientId: 'me', clientSecret } };
  const connectors = more === null ? [] : [{ ...office, publicUrl, ...more }];
  const env = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8', OFFHOOK_CONNECTORS: JSON.stringify(connectors) };
  app = await startApp(env, { dir: join(dir, place), logger });
  return app;
}

const make = <T = { id: number }>(of: TestApp, path: string, body: object): Promise<T> =>
  of.client.send<T>('POST', path, JSON.stringify(body));

async function acme(of: TestApp): Promise<void> {
  await make(of, '/v1/domains', { name: 'acme' });
  await make(of, '/v1/users', { domain: 'acme', name: 'bob' });
}
const phone = (of: TestApp, number: string): Promise<{ id: number }> =>
  make(of, '/v1/extensions', { domain: 'acme', number, prefix: '0003', users: ['bob'] });

const eventsAt = (name: string) => pbx.pbx.events.get(`extension ${name}`) ?? [];
const shown = (name: string): string[] =>
  eventsAt(name)
    .map(({ event }) => event)
    .toSorted();
const urls = (name: string): string[] =>
  eventsAt(name)
    .map(({ url }) => url)
    .toSorted();

/** Every event there is of ours has a source here, and the connector says that all is in step. */
async function settled(of: TestApp, name: string, events: readonly string[]): Promise<void> {
  const end = performance.now() + 15_000;
  for (;;) {
    const { items } = await of.client.get<{ items: { state: string; problem: string }[] }>('/v1/connectors');
    if (items[0]?.state === 'up' && JSON.stringify(shown(name)) === JSON.stringify(events)) return;
    assert.ok(performance.now() < end, `${name} has ${shown(name).join(' ')}: ${JSON.stringify(items)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const removeDomain = (of: TestApp) => of.fetch('/v1/domains/acme?cascade=true', { method: 'DELETE' });

test('with a domain its events go at the phone system too, and nobody else’s', async () => {
  const first = await start('a');
  await acme(first);
  await phone(first, '210');
  await settled(first, '0003*210', whole);
  pbx.pbx.put('extension 0003*210', 'hangup', 'https://crm.example/hook');
  const kept = await first.fetch('/v1/domains/acme', { method: 'DELETE' });
  assert.deepEqual([kept.status, shown('0003*210').length], [409, 5], 'refused, nothing is taken back');
  assert.equal((await removeDomain(first)).status, 204);
  assert.deepEqual(urls('0003*210'), ['https://crm.example/hook']);
  assert.deepEqual((await first.client.get<{ items: [] }>('/v1/sources')).items, []);
});

test('where the phone system refuses, the domain goes all the same, and it is said what is left', async () => {
  const first = await start('a');
  await acme(first);
  await phone(first, '210');
  await settled(first, '0003*210', whole);
  const forbidden = { status: 403, body: { code: 'forbidden', message: 'not yours' } };
  pbx.pbx.trouble = ({ method }) => (method === 'DELETE' ? forbidden : null);
  const answer = await removeDomain(first);
  const told = (await answer.json()) as {
    warning: string;
    remedy: string;
    left: { event: string }[];
    moreLeft: number;
  };
  assert.deepEqual([answer.status, told.moreLeft, told.left.length], [200, 0, 4]);
  assert.deepEqual(told.left.map(({ event }) => event).toSorted(), whole);
  assert.match(told.warning, /4 of its events are still registered, or may be, on the phone system of office/);
  assert.match(told.remedy, /Remove the events there whose address begins with/);
  assert.equal(lines.filter((line) => line.startsWith(told.warning)).length, 1);
  const { status } = await first.fetch('/v1/domains/acme');
  assert.equal(status, 404);
});

test('a domain’s token takes nothing back: only who may remove the domain does', async () => {
  const first = await start('a');
  await acme(first);
  await phone(first, '210');
  await settled(first, '0003*210', whole);
  const { token } = await make<{ token: string }>(first, '/v1/tokens', { name: 't', kind: 'domain', domain: 'acme' });
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await first.fetch('/v1/domains/acme?cascade=true', { method: 'DELETE', headers })).status, 403);
  assert.deepEqual(shown('0003*210'), whole);
});

test('a connector that withdraws takes its events away; one that is simply gone is warned of', async () => {
  const first = await start('a');
  await acme(first);
  await phone(first, '210');
  await settled(first, '0003*210', whole);
  await first.stop();
  await (await start('a', null)).stop();
  const warned = lines.filter((line) => line.includes('the connector is not configured any more'));
  assert.equal(warned.length, 1);
  assert.match(warned[0] as string, /withdraw: true.*"connector":"office".*"events":4/);
  assert.deepEqual(shown('0003*210'), whole);
  const withdrawing = await start('a', { withdraw: true });
  await settled(withdrawing, '0003*210', []);
  assert.deepEqual((await withdrawing.client.get<{ items: [] }>('/v1/sources')).items, []);
  await withdrawing.stop();
  await start('a', null);
  assert.equal(lines.filter((line) => line.includes('the connector is not configured any more')).length, 1);
});

test('after an older backup, events that were registered since are known as its own', { timeout: 60_000 }, async () => {
  const first = await start('a');
  await acme(first);
  const { id } = await phone(first, '210');
  await settled(first, '0003*210', whole);
  const backedUp = urls('0003*210');
  const { signal } = new AbortController();
  const usual = { withKey: true, now: Date.now(), version: '0.0.0', onProgress: () => {}, signal };
  const { path } = await makeBackup({ dataDir: first.dir, into: join(dir, 'backups'), ...usual });
  // Since then: registered anew, and one more.
  const change = (users: string[]) => first.client.send('PATCH', `/v1/extensions/${id}`, JSON.stringify({ users }));
  await change([]);
  await settled(first, '0003*210', []);
  await change(['bob']);
  await phone(first, '211');
  await settled(first, '0003*210', whole);
  await settled(first, '0003*211', whole);
  pbx.pbx.put('extension 0003*210', 'hangup', `${publicUrl}/in/ringme/${'a'.repeat(32)}`);
  const since = [...urls('0003*210'), ...urls('0003*211')];
  assert.ok(!since.some((url) => backedUp.includes(url)));
  await first.stop();
  await restoreBackup({ from: path, dataDir: join(dir, 'b'), replace: false, now: Date.now() });
  const second = await start('b');
  await settled(second, '0003*210', [...whole, 'hangup'].toSorted());
  const now = urls('0003*210');
  assert.deepEqual(
    now.filter((url) => since.includes(url)),
    [`${publicUrl}/in/ringme/${'a'.repeat(32)}`],
    'what only looks like ours is somebody’s',
  );
  assert.deepEqual(shown('0003*211'), whole, 'of an extension without a record nobody asks');
  await phone(second, '211');
  await settled(second, '0003*211', whole);
  const end = performance.now() + 15_000;
  while (urls('0003*211').some((url) => since.includes(url))) {
    assert.ok(performance.now() < end, 'with its record again, its events are made anew');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
