/** A whole server keeps an extension to its number of vendor events, whoever asks for more at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApp } from '../support/app.ts';

const body = JSON.stringify({
  name: 'pop-up',
  dialect: 'ringme',
  options: { event: 'answer' },
  scope: { domain: 'acme', extension: '210' },
  events: ['leg.answered'],
  endpoint: { url: 'inbox:limit' },
});

test('of 50 events that are made at once an extension has exactly 16, also after a restart', async (t) => {
  const first = await startApp();
  const post = (app: typeof first) =>
    app.fetch('/v1/subscriptions', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  try {
    const statuses = (await Promise.all(Array.from({ length: 50 }, () => post(first)))).map(({ status }) => status);
    const count = (status: number): number => statuses.filter((one) => one === status).length;
    assert.deepEqual([count(201), count(409)], [16, 34]);
  } finally {
    await first.stop();
  }
  const second = await startApp({}, { dir: first.dir });
  t.after(() => second.stop());
  const { items } = await second.client.get<{ items: unknown[] }>('/v1/subscriptions?createdBy=me&limit=500');
  assert.equal(items.length, 16);
  const late = await post(second);
  assert.deepEqual([late.status, ((await late.json()) as { code: string }).code], [409, 'event_limit_reached']);
});

test('moved at once, no more than an extension may have arrive at it', async (t) => {
  const app = await startApp();
  t.after(() => app.stop());
  const ask = (method: string, path: string, payload: string) =>
    app.fetch(path, { method, headers: { 'content-type': 'application/json' }, body: payload });
  const made: string[] = [];
  for (let index = 0; index < 20; index++) {
    const elsewhere = JSON.stringify({
      ...(JSON.parse(body) as object),
      scope: { domain: 'acme', extension: `3${index}` },
    });
    made.push(((await (await ask('POST', '/v1/subscriptions', elsewhere)).json()) as { id: string }).id);
  }
  const moves = made.map((id) => ask('PATCH', `/v1/subscriptions/${id}`, '{"scope":{"extension":"210"}}'));
  const statuses = (await Promise.all(moves)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 200).length, 16);
  assert.equal(statuses.filter((status) => status === 409).length, 4);
});

test('given away among 50 that its new owner makes at once, an extension has no more than it may have, or stays whose it was', async () => {
  const first = await startApp();
  const json = { 'content-type': 'application/json' };
  const ask = (app: typeof first, method: string, path: string, payload: object) =>
    app.fetch(path, { method, headers: json, body: JSON.stringify(payload) });
  const shown = async (app: typeof first) =>
    (await (await app.fetch('/v1/extensions?domain=acme')).json()) as {
      items: { id: number; number: string; users: string[]; events: number }[];
    };
  const outcomes: string[] = [];
  try {
    await ask(first, 'POST', '/v1/domains', { name: 'acme' });
    for (const name of ['alice', 'bob']) await ask(first, 'POST', '/v1/users', { domain: 'acme', name });
    for (const [round, givenAfter] of [0, 8, 16, 17, 40].entries()) {
      const number = `4${round}`;
      const made = await ask(first, 'POST', '/v1/extensions', { domain: 'acme', number, users: ['alice'] });
      const { id } = (await made.json()) as { id: number };
      const draft = { ...(JSON.parse(body) as object), scope: { domain: 'acme', extension: number, user: 'bob' } };
      const asked: Promise<Response>[] = [];
      let given: Promise<Response> | null = null;
      for (let index = 0; index < 50; index++) {
        if (index === givenAfter) given = ask(first, 'PATCH', `/v1/extensions/${id}`, { users: ['alice', 'bob'] });
        asked.push(ask(first, 'POST', '/v1/subscriptions', draft));
      }
      const created = (await Promise.all(asked)).filter(({ status }) => status === 201).length;
      const { status } = (await given) as Response;
      const { users, events } = (await shown(first)).items.find((one) => one.number === number) ?? {};
      if (status === 200) assert.deepEqual([users, events, created], [['alice', 'bob'], 16, 16]);
      else assert.deepEqual([status, users, events, created], [409, ['alice'], 0, 50]);
      outcomes.push(`${number} ${status}`);
    }
    assert.ok(outcomes.some((outcome) => outcome.endsWith('200')) && outcomes.some((one) => one.endsWith('409')));
  } finally {
    await first.stop();
  }
  const second = await startApp({}, { dir: first.dir });
  try {
    for (const { number, users, events } of (await shown(second)).items) {
      const isGiven = outcomes.includes(`${number} 200`);
      assert.deepEqual([users.length, events], isGiven ? [2, 16] : [1, 0], 'counted alike after a restart');
    }
  } finally {
    await second.stop();
  }
});
