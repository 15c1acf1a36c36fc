/** The sound of a call that another phone system reported, fetched from it: two Offhooks, of which one has the file. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallEntry } from '../../src/calls/journal/entries.ts';
import { replay } from '../support/ami-replay.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { recorded } from '../support/recordings.ts';
import { freePort } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

interface ShownEntry extends CallEntry {
  readonly recordingUrl: string | null;
}
interface ShownCall {
  readonly call: { readonly recordings: readonly { readonly id: string }[] };
  readonly entries: readonly ShownEntry[];
}

const events = replay(recorded('recorded'));
const extensions = [...new Set(events.flatMap((event) => event.extensions))];
const sound = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));
/** As `companyRules` has it. */
const pbxConfig = {
  id: 'pbx1',
  kind: 'asterisk',
  domain: 'acme',
  host: '127.0.0.1',
  port: 9,
  username: 'u',
  secret: 's',
};
const networks = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1/32' };

let folder: Awaited<ReturnType<typeof temporaryDir>>;
let teller: TestApp;
let hub: TestApp;
let entry: ShownEntry;
let link: string;

async function post<T>(app: TestApp, path: string, body: object): Promise<T> {
  return app.client.send<T>('POST', path, JSON.stringify(body));
}

async function records(app: TestApp): Promise<void> {
  await post(app, '/v1/domains', { name: 'acme' });
  await post(app, '/v1/domains', { name: 'other' });
  for (const number of extensions) await post(app, '/v1/extensions', { domain: 'acme', number, prefix: '0003' });
}

async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(50);
  }
  throw new Error(`${what} does not come`);
}

before(async () => {
  folder = await temporaryDir('fetched-recordings');
  const recordings = join(folder.path, 'monitor');
  await mkdir(recordings);
  teller = await startApp({ ...networks, OFFHOOK_CONNECTORS: JSON.stringify([{ ...pbxConfig, recordings }]) });
  await records(teller);
  const token = await post<{ id: string; token: string }>(teller, '/v1/tokens', {
    ...{ name: 'hub', kind: 'domain', domain: 'acme' },
  });
  const port = await freePort();
  const office = {
    ...{ id: 'office', kind: 'ringme', domain: 'acme', url: teller.url, publicUrl: `http://127.0.0.1:${port}` },
    auth: { clientId: token.id, clientSecret: token.token },
  };
  hub = await startApp({
    ...{ ...networks, OFFHOOK_PORT: String(port) },
    OFFHOOK_CONNECTORS: JSON.stringify([office]),
  });
  await records(hub);
  for (const number of extensions) {
    await post(hub, '/v1/users', { domain: 'acme', name: `u${number}`, extensions: [number] });
  }
  await until(async () => {
    const { items } = await hub.client.get<{ items: { state: string }[] }>('/v1/connectors');
    const { items: subscriptions } = await teller.client.get<{ items: unknown[] }>('/v1/subscriptions?limit=500');
    return items[0]?.state === 'up' && subscriptions.length >= extensions.length * 4 ? true : undefined;
  }, 'being in step');
  await teller.app.parts().log.append(events);
  entry = await until(async () => {
    const { items } = await hub.client.get<{ items: ShownCall[] }>('/v1/calls');
    return items.flatMap(({ entries }) => entries).find(({ recordingId }) => recordingId !== null);
  }, 'an entry with a recording');
  link = entry.recordingUrl ?? '';
  await writeFile(join(recordings, `${entry.recordingId}.wav`), sound);
});
after(async () => {
  await hub.stop();
  await teller.stop();
  for (const { dir } of [hub, teller]) await rm(dir, { recursive: true, force: true });
  await folder.remove();
});

test('the link of an entry gives the phone system’s file, byte by byte, whole or in part', async () => {
  assert.match(
    link,
    new RegExp(`^/v1/recordings/${encodeURIComponent(entry.recordingId ?? '')}\\?call=[0-9a-z]+%40office$`),
  );
  const whole = await hub.fetch(link);
  assert.equal(whole.status, 200, await whole.clone().text());
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(sound));
  const { headers } = whole;
  assert.deepEqual(
    ['content-type', 'content-length', 'accept-ranges', 'cache-control'].map((name) => headers.get(name)),
    ['audio/wav', String(sound.length), 'bytes', 'private, no-store'],
  );
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="[^"/\\]+\.wav"$/);
  const part = await hub.fetch(link, { headers: { range: 'bytes=1000-1999' } });
  assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 1000-1999/${sound.length}`]);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(sound.subarray(1000, 2000)));
  const beyond = await hub.fetch(link, { headers: { range: 'bytes=999999-' } });
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${sound.length}`]);
  const head = await hub.fetch(link, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(sound.length)]);
});

test('the call names the recording, and is found by it', async () => {
  const { items } = await hub.client.get<{ items: ShownCall[] }>(`/v1/calls?recording=${entry.recordingId}`);
  assert.deepEqual(
    items.map(({ call }) => call.recordings.map(({ id }) => id)),
    [[entry.recordingId]],
  );
});

test('who may not see the call gets nothing, and nothing is fetched', async () => {
  const made = await post<{ token: string }>(hub, '/v1/tokens', { name: 't', kind: 'domain', domain: 'other' });
  const refused = await hub.fetch(link, { headers: { authorization: `Bearer ${made.token}` } });
  const body = (await refused.json()) as { code: string; detail?: string };
  assert.deepEqual([refused.status, body.code, body.detail], [404, 'recording_not_found', undefined]);
  const own = await post<{ token: string }>(hub, '/v1/tokens', { name: 'a', kind: 'domain', domain: 'acme' });
  assert.equal((await hub.fetch(link, { headers: { authorization: `Bearer ${own.token}` } })).status, 200);
});

test('it is given on by the vendor’s API of this Offhook too', async () => {
  const path = `/api/ver1.0/client/@me/record/${entry.recordingId}`;
  const made = await post<{ token: string }>(hub, '/v1/tokens', { name: 'crm', kind: 'domain', domain: 'acme' });
  const authorization = `Bearer ${made.token}`;
  const { record_url } = (await (await hub.fetch(`${path}/storage_url/`, { headers: { authorization } })).json()) as {
    record_url: string;
  };
  for (const answer of [await hub.fetch(path, { headers: { authorization } }), await fetch(record_url)]) {
    assert.equal(answer.status, 200);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sound));
  }
});

test('what the phone system has no more is not found, and one that is gone is waited for', async () => {
  await rm(join(folder.path, 'monitor', `${entry.recordingId}.wav`));
  const gone = await hub.fetch(link);
  const { code, remedy } = (await gone.json()) as { code: string; remedy: string };
  assert.deepEqual([gone.status, code], [404, 'recording_not_found']);
  assert.match(remedy, /how long recordings are kept/);
  await teller.stop();
  const down = await hub.fetch(link);
  assert.equal(down.status, 503);
  assert.equal(((await down.json()) as { code: string }).code, 'recording_unavailable');
  assert.ok(Number(down.headers.get('retry-after')) >= 1);
});
