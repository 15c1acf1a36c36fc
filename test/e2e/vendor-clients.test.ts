/** The vendors' clients over real connections: they log in, make events, and get real posts; also after a restart. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startApp, type TestApp } from '../support/app.ts';

interface Post {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

const env = { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' };
let app: TestApp;
let receiver: http.Server;
let crm: string;
const posts: Post[] = [];
let arrived = Promise.withResolvers<void>();

before(async () => {
  receiver = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://crm');
      const fields = request.method === 'GET' ? searchParams : new URLSearchParams(body);
      posts.push({ method: request.method ?? '', url: pathname, fields: Object.fromEntries(fields) });
      response.end();
      arrived.resolve();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  crm = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  app = await startApp(env);
});
after(async () => {
  await app.stop();
  receiver.closeAllConnections();
  receiver.close();
  await rm(app.dir, { recursive: true, force: true });
});

async function post<T>(path: string, body: object, authorization?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answer = await app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${text}`);
  return JSON.parse(text) as T;
}

async function nextPost(): Promise<Post> {
  await arrived.promise;
  arrived = Promise.withResolvers<void>();
  return posts.shift() as Post;
}

const ring = (id: string): object => ({
  type: 'leg.dial_in',
  domain: 'acme',
  extension: '210',
  call: { id, from: { number: '+12157010680', name: 'Alice' }, to: { number: '210', kind: 'internal' } },
  leg: { id: `leg-of-${id}`, extension: '210', role: 'callee' },
});

test('a client logs in, makes its events by either API, and gets their posts', { timeout: 60_000 }, async () => {
  await post('/v1/domains', { name: 'acme' });
  const phone = await post<{ id: number }>('/v1/extensions', { domain: 'acme', number: '210', prefix: '0003' });
  const token = await post<{ id: string; token: string }>('/v1/tokens', {
    name: 'crm',
    kind: 'domain',
    domain: 'acme',
  });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: token.id,
    client_secret: token.token,
  });
  const login = async (): Promise<string> => {
    const answer = await fetch(`${app.url}/oauth/token`, { method: 'POST', body: form });
    return `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
  };
  let bearer = await login();

  const unified = await post<{ id: string }>(
    '/uapi/extensions/@me/0003*210/phoneCallEvents/',
    { type: '0', method: '0', url: `${crm}/unified?mine=1`, status: '1' },
    bearer,
  );
  await post('/v1/events', ring('c-1'));
  const query = await nextPost();
  assert.deepEqual([query.method, query.url, query.fields['mine']], ['GET', '/unified', '1']);
  assert.deepEqual([query.fields['CallerIDName'], query.fields['CalledExtension']], ['Alice', '0003*210']);

  const events = `/api/ver1.0/extension/${phone.id}/event/`;
  await post(events, { url: `${crm}/ringme`, method: 'POST', event_type: 'dial-in' }, bearer);
  const gone = `${app.url}/uapi/extensions/@me/210/phoneCallEvents/0/${unified.id}/`;
  const headers = { authorization: bearer, 'content-type': 'application/json' };
  assert.equal((await fetch(gone, { method: 'DELETE', headers })).status, 200);
  await post('/v1/events', ring('c-2'));
  const form2 = await nextPost();
  assert.deepEqual([form2.method, form2.url, form2.fields['EventType']], ['POST', '/ringme', 'dial-in']);
  assert.equal(form2.fields['CalledExtensionID'], String(phone.id));

  const { dir } = app;
  await app.stop();
  app = await startApp(env, { dir });
  const list = await fetch(`${app.url}${events}`, { headers: { authorization: bearer } });
  assert.equal(list.status, 200, 'who is logged in stays so over a restart');
  assert.equal(((await list.json()) as object[]).length, 1);
  bearer = await login();
  const all = await fetch(`${app.url}${events}`, { method: 'DELETE', headers: { authorization: bearer } });
  assert.equal(all.status, 204);
  assert.deepEqual(posts, [], 'nothing came that was not asked for');
});
