/** A whole Offhook as an integration: it registers itself with a phone system over HTTP, and takes what that sends then. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import type { Logger } from '../../src/kit/logger.ts';
import { type TestApp, startApp } from '../support/app.ts';
import { clientSecret, type PbxServer, startPbxServer } from '../support/remote-pbx-server.ts';

const publicUrl = 'http://127.0.0.1:9';
const phone = 'extension 0003*210';
const queue = 'extension 0003*500';
const whole = ['answer', 'dial-in', 'dial-out', 'hangup'];

interface ConnectorView {
  readonly id: string;
  readonly state: string;
  readonly problem: string | null;
  readonly registration: { readonly state: string; readonly last: { readonly problems: readonly string[] } | null };
}
interface Synced {
  readonly report: {
    readonly dryRun: boolean;
    readonly counts: { readonly added: number; readonly removed: number; readonly kept: number };
    readonly steps: readonly { readonly do: string; readonly extension: string; readonly event: string }[];
    readonly problems: readonly string[];
  } | null;
}

let pbx: PbxServer;
let app: TestApp;
const lines: string[] = [];
const note = (facts: object, text: string): void => void lines.push(`${text} ${JSON.stringify(facts)}`);
const logger: Logger = { debug: note, info: note, warn: note, error: note };

const configOf = (url: string, more: object = {}): Record<string, string> => ({
  OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8',
  OFFHOOK_CONNECTORS: JSON.stringify([
    { id: 'office', kind: 'ringme', domain: 'acme', url, auth: { clientId: 'me', clientSecret }, publicUrl, ...more },
  ]),
});

before(async () => {
  pbx = await startPbxServer('ringme', ['0003*210', '0003*211', '0003*500']);
  app = await startApp(configOf(pbx.url, { agents: ['210'] }), { logger });
});
after(async () => {
  await app.stop();
  await pbx.stop();
  await rm(app.dir, { recursive: true, force: true });
});

async function make<T = { id: number }>(path: string, body: object): Promise<T> {
  return app.client.send<T>('POST', path, JSON.stringify(body));
}

const connector = async (): Promise<ConnectorView> => {
  const { items } = await app.client.get<{ items: ConnectorView[] }>('/v1/connectors');
  return items[0] as ConnectorView;
};

const eventsOf = (place: string): string[] => (pbx.pbx.events.get(place) ?? []).map(({ event }) => event).toSorted();

/** What a change of the records leads to comes two seconds later. */
async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `${what} does not come: ${JSON.stringify(await connector())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const inStep = (place: string, events: readonly string[]) => async (): Promise<boolean> =>
  JSON.stringify(eventsOf(place)) === JSON.stringify(events) && (await connector()).state === 'up';

const sync = (body: object, token?: string) =>
  app.fetch('/v1/connectors/office/sync', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });

let extension: { readonly id: number };

test('with nobody mapped nothing is registered; an agent that there is no record of is told of', async () => {
  await until(async () => (await connector()).state === 'down', 'a first look');
  assert.match(String((await connector()).problem), /^agents names 210, of which there is no record/);
  await make('/v1/domains', { name: 'acme' });
  await make('/v1/domains', { name: 'other' });
  assert.equal(pbx.given, 0);
});

test('mapping users to extensions registers exactly its own events, by one log-in', async () => {
  pbx.pbx.put(phone, 'dial-in', 'https://crm.example/hook');
  await make('/v1/users', { domain: 'acme', name: 'bob' });
  extension = await make('/v1/extensions', { domain: 'acme', number: '210', prefix: '0003', users: ['bob'] });
  await make('/v1/extensions', { domain: 'acme', number: '211', prefix: '0003' });
  await make('/v1/extensions', { domain: 'acme', number: '500', prefix: '0003', type: 'queue' });
  await until(inStep(phone, [...whole, 'dial-in'].toSorted()), 'the phone');
  assert.deepEqual(eventsOf(queue), ['hangup']);
  assert.deepEqual(eventsOf('agent 0003*210'), ['agent-login', 'agent-logout']);
  assert.deepEqual(eventsOf('extension 0003*211'), []);
  assert.equal(pbx.given, 1);
});

test('each event has an address of its own, and what is sent there is taken as of that extension', async () => {
  const ours = (pbx.pbx.events.get(phone) ?? []).filter(({ url }) => url.startsWith(`${publicUrl}/in/ringme/`));
  assert.equal(new Set(ours.map(({ url }) => url)).size, 4);
  const dialIn = ours.find(({ event }) => event === 'dial-in');
  const body = new URLSearchParams({
    EventType: 'dial-in',
    CallID: 'c1',
    SubCallID: '1-a',
    CallerIDNum: '+12157010680',
    CalledNumber: '0003*210',
    CallStatus: 'CALLING',
    CallFlow: 'in',
    EventTime: String(Date.now() * 1_000),
  });
  const answer = await fetch(app.url + new URL(String(dialIn?.url)).pathname, { method: 'POST', body });
  assert.equal(await answer.text(), 'ok');
  const { items } = await app.client.get<{ items: { type: string; connector: string; extension: string }[] }>(
    '/v1/events?domain=acme&type=leg.dial_in',
  );
  assert.deepEqual(
    items.map((event) => [event.connector, event.extension]),
    [['office', '210']],
  );
});

test('a dry run shows what would be done, and what was changed there is put right on demand', async () => {
  const events = pbx.pbx.events.get(queue) ?? [];
  events.length = 0;
  const planned = (await (await sync({ dryRun: true })).json()) as Synced;
  assert.deepEqual(planned.report?.steps, [
    { do: 'forget', extension: '0003*500', event: 'hangup', why: 'not in use there' },
    { do: 'add', extension: '0003*500', event: 'hangup', why: 'missing' },
  ]);
  assert.deepEqual(eventsOf(queue), []);
  const done = (await (await sync({})).json()) as Synced;
  assert.deepEqual(done.report?.problems, []);
  assert.deepEqual(eventsOf(queue), ['hangup']);
  assert.equal(done.report?.counts.added, 1);
});

test('the command says the same', async () => {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal = {
    out: (line: string): void => void out.push(line),
    note: (line: string): void => void notes.push(line),
  };
  (pbx.pbx.events.get(queue) ?? []).length = 0;
  // Options stand behind the inner command, or before it: both are meant for it.
  const env = { OFFHOOK_ADMIN_TOKEN: 'the-token-of-the-administrator' };
  const context = { terminal, env } as unknown as Parameters<typeof run>[1];
  assert.equal(
    await run(['connectors', 'sync', 'office', '--dry-run', '--url', app.url], context),
    0,
    notes.join('\n'),
  );
  assert.match(out.join('\n'), /add +0003\*500 +hangup +missing/);
  assert.match(notes.join('\n'), /1 would be added, 0 would be removed/);
  assert.equal(await run(['connectors', '--url', app.url, 'sync', 'office'], context), 0, notes.join('\n'));
  assert.deepEqual(eventsOf(queue), ['hangup']);
});

test('who may not see the domain is told that there is no such connector; its own token may sync', async () => {
  const tokenFor = async (domain: string): Promise<string> =>
    (await make<{ token: string }>('/v1/tokens', { name: domain, kind: 'domain', domain })).token;
  const foreign = await sync({ dryRun: true }, await tokenFor('other'));
  assert.equal(foreign.status, 404);
  assert.equal((await sync({ dryRun: true }, await tokenFor('acme'))).status, 200);
  const user = await make<{ token: string }>('/v1/tokens', { name: 'bob', kind: 'user', domain: 'acme', user: 'bob' });
  assert.equal((await sync({ dryRun: true }, user.token)).status, 403);
});

test('the audit says who asked for a sync, and nothing of a dry run', async () => {
  const asked = async (): Promise<readonly unknown[]> => {
    const { items } = await app.client.get<{ items: { author: { name: string }; objectId: string }[] }>(
      '/v1/audit?action=synced',
    );
    return items.map(({ author, objectId }) => [author.name, objectId]);
  };
  const before = await asked();
  const { token } = await make<{ token: string }>('/v1/tokens', { name: 'acme', kind: 'domain', domain: 'acme' });
  await sync({ dryRun: true }, token);
  assert.deepEqual(await asked(), before);
  await sync({}, token);
  assert.deepEqual(await asked(), [['acme', 'office'], ...before]);
});

test('a full extension is told of in the words of the person who can act, and the rest is done', async () => {
  pbx.pbx.limit = 5;
  for (let n = 0; n < 3; n++) pbx.pbx.put('extension 0003*211', 'hangup', `https://crm.example/${n}`);
  await app.fetch('/v1/users', {
    method: 'POST',
    body: JSON.stringify({ domain: 'acme', name: 'ann', extensions: ['211'] }),
    headers: { 'content-type': 'application/json' },
  });
  await until(async () => (await connector()).state === 'down', 'the limit');
  const { problem } = await connector();
  assert.match(
    String(problem),
    /^0003\*211: there is no room for \S+: the extension has 5 events, 2 of them ours and 3 of others\./,
  );
  const metrics = await (await app.fetch('/metrics')).text();
  assert.match(metrics, /offhook_registrations_out_of_step\{connector="office"\} 1/);
  assert.match(metrics, /offhook_registration_changes_total\{connector="office",change="refused"\} [1-9]/);
  pbx.pbx.limit = 16;
  assert.deepEqual(((await (await sync({})).json()) as Synced).report?.problems, []);
  assert.equal((await connector()).state, 'up');
});

test('a token that ends is got anew, once', async () => {
  const before = pbx.given;
  pbx.valid.clear();
  assert.deepEqual(((await (await sync({})).json()) as Synced).report?.problems, []);
  assert.equal(pbx.given, before + 1);
});

test('a source that is registered goes with its registration alone', async () => {
  interface Source {
    readonly id: string;
    readonly event: string;
    readonly extension: string;
    readonly remote: { readonly name: string; readonly id: string };
  }
  const { items } = await app.client.get<{ items: Source[] }>('/v1/sources?limit=100');
  const source = items.find((one) => one.extension === '210') as Source;
  assert.equal(source.remote.name, '0003*210');
  const gone = await app.fetch(`/v1/sources/${source.id}`, { method: 'DELETE' });
  assert.equal(((await gone.json()) as { code: string }).code, 'source_registered');
  const rotated = await app.fetch(`/v1/sources/${source.id}/rotate`, { method: 'POST' });
  assert.equal(((await rotated.json()) as { code: string }).code, 'source_registered');
  // The extension itself can go, without a word about sources; its events go with it.
  assert.equal((await app.fetch(`/v1/extensions/${extension.id}`, { method: 'DELETE' })).status, 204);
  await until(() => JSON.stringify(eventsOf(phone)) === '["dial-in"]', 'the end of the phone');
  await until(() => eventsOf('agent 0003*210').length === 0, 'the end of the agent');
  await until(async () => {
    const left = await app.client.get<{ items: Source[] }>('/v1/sources?limit=100');
    return left.items.every((one) => one.extension !== '210');
  }, 'the end of its sources');
});

test('a start asks nothing, and no secret was ever told', async () => {
  await until(async () => (await connector()).registration.state === 'idle', 'idle');
  const urls = [...pbx.pbx.events.values()].flat().map(({ url }) => url);
  const before = pbx.pbx.log.length;
  const shown = JSON.stringify([await connector(), await app.client.get('/v1/audit?limit=200')]);
  await app.stop();
  app = await startApp(configOf(pbx.url), { logger, dir: app.dir });
  await until(async () => (await connector()).state === 'up', 'a second start');
  assert.equal(pbx.pbx.log.length, before);
  const tokens = urls.filter((url) => url.startsWith(publicUrl)).map((url) => url.slice(-32));
  assert.ok(tokens.length >= 5);
  for (const secret of [clientSecret, 'token-1', ...tokens]) {
    assert.ok(!lines.some((line) => line.includes(secret)), 'a log line has a secret');
    assert.ok(!shown.includes(secret), 'an answer has a secret');
  }
});

test('an address that may not be reached is not asked, and the reason says how to allow it', async () => {
  const { OFFHOOK_CONNECTORS = '' } = configOf(pbx.url);
  await app.stop();
  const before = pbx.pbx.log.length;
  app = await startApp({ OFFHOOK_CONNECTORS }, { logger, dir: app.dir });
  const answer = (await (await sync({ dryRun: true })).json()) as Synced;
  assert.match(String(answer.report?.problems), /127\.0\.0\.1 is .* not allowed .* delivery\.allowNetworks/);
  assert.equal(pbx.pbx.log.length, before);
});
