/** Another phone system's notifications, sent to a whole Offhook as that system would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestApp, withApp } from '../support/app.ts';

interface Source {
  readonly id: string;
  readonly path: string;
}

const json = { 'content-type': 'application/json' };

async function make<T>(app: TestApp, path: string, body: object): Promise<T> {
  const answer = await app.fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  assert.equal(answer.status, 201, `${path}: ${await answer.clone().text()}`);
  return (await answer.json()) as T;
}

async function acme(app: TestApp): Promise<void> {
  await make(app, '/v1/domains', { name: 'acme' });
  await make(app, '/v1/extensions', { domain: 'acme', number: '101', prefix: '0003' });
  await make(app, '/v1/extensions', { domain: 'acme', number: '600', prefix: '0003', type: 'ivr' });
}

const sourceOf = (app: TestApp, more: object = {}): Promise<Source> =>
  make<Source>(app, '/v1/sources', { dialect: 'ringme', domain: 'acme', extension: '101', ...more });

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields),
});

/** Without a token of Offhook's: what opens the way is in the path. */
const send = (app: TestApp, path: string, request: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, app.url), request);

const base = { CallID: 'c1', SubCallID: '5101-aa', CallFlow: 'in', CallerIDNum: '+12157010680', CallerIDName: 'Alice' };
const at = (ms: number): string => String((Date.now() + ms) * 1_000);

interface CallView {
  readonly call: { readonly id: string; readonly state: string; readonly outcome: string | null };
  readonly entries: readonly { readonly status: string; readonly talkUs: number; readonly missed: boolean }[];
}

async function endedCall(app: TestApp, id: string): Promise<CallView> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await app.fetch(`/v1/calls/${encodeURIComponent(id)}`);
    const call = (await answer.json()) as CallView;
    if (answer.status === 200 && call.call.state === 'ended') return call;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`call ${id} does not end`);
}

test('a call told by form, query and JSON is in the log, the live view and the journal', async () => {
  await withApp(async (app) => {
    await acme(app);
    const { path } = await sourceOf(app);
    const dialled = await send(app, path, form({ ...base, EventType: 'dial-in', EventTime: at(0) }));
    assert.deepEqual([dialled.status, await dialled.text()], [200, 'ok']);
    const live = (await (await app.fetch('/v1/live')).json()) as { calls: readonly CallView[] };
    assert.deepEqual(
      live.calls.map(({ call }) => call.state),
      ['ringing'],
    );
    const query = new URLSearchParams({ ...base, EventType: 'answer', EventTime: at(1_000) });
    assert.equal((await send(app, `${path}?${query.toString()}`)).status, 200);
    const ended = {
      ...base,
      EventType: 'hangup',
      CallStatus: 'CANCEL',
      Duration: 2_000_123,
      EventTime: Number(at(3_000)),
    };
    const request = { method: 'POST', headers: json, body: JSON.stringify({ ...ended, CallStatus: 'ANSWER' }) };
    for (const _ of [1, 2]) assert.equal((await send(app, path, request)).status, 200, 'a repeated one is taken alike');
    const { call, entries } = await endedCall(app, 'c1@in:ringme');
    assert.equal(call.outcome, 'answered');
    assert.deepEqual(
      entries.map(({ status, talkUs }) => [status, talkUs]),
      [['answered', 2_000_123]],
    );
  });
});

test('a menu that reached nobody is one missed call, at once', async () => {
  await withApp(async (app) => {
    await acme(app);
    const { path } = await sourceOf(app, { extension: '600' });
    const fields = { ...base, EventType: 'hangup', CallStatus: 'ANSWER', Bridged: 'no', EventTime: at(0) };
    for (const SubCallID of ['m1', 'm2']) await send(app, path, form({ ...fields, SubCallID }));
    const { entries } = await endedCall(app, 'c1@in:ringme');
    assert.deepEqual(
      entries.map(({ missed, status }) => [missed, status]),
      [[true, 'no_answer']],
    );
  });
});

test('of VoipNow, each address says which event it is', async () => {
  await withApp(async (app) => {
    await acme(app);
    const pathOf = async (event: string) => (await sourceOf(app, { dialect: 'voipnow', event })).path;
    const fields = { CallID: 'v1', CallerIDNum: '2157010680', CalledExtension: '0003*101', CallFlow: 'IN' };
    const dial = await pathOf('dial-in');
    const answer = await pathOf('answer-incoming');
    const hangup = await pathOf('hangup');
    await send(app, dial, form({ ...fields, CallStatus: 'CALLING' }));
    await send(app, answer, form({ ...fields, CallStatus: 'ANSWER' }));
    await send(app, hangup, form({ ...fields, CallStatus: 'ANSWER' }));
    const { call, entries } = await endedCall(app, 'v1@in:voipnow');
    assert.deepEqual([call.outcome, entries.length], ['answered', 1]);
  });
});

test('nobody’s address speaks of other calls, other extensions or other domains', async () => {
  await withApp(async (app) => {
    await acme(app);
    await make(app, '/v1/extensions', { domain: 'acme', number: '102', prefix: '0003' });
    const { path } = await sourceOf(app);
    const other = await sourceOf(app, { extension: '102' });
    const ownCall = { type: 'call.started', domain: 'acme', call: { id: 'pbx-1', from: { number: '+12025550100' } } };
    await app.fetch('/v1/events', { method: 'POST', headers: json, body: JSON.stringify(ownCall) });
    await send(app, path, form({ ...base, CallID: 'pbx-1', SubCallID: 'x1', EventType: 'dial-in', EventTime: at(0) }));
    const { call, connector } = (await (await app.fetch('/v1/calls/pbx-1')).json()) as {
      call: { from: { number: string } };
      connector: string;
    };
    assert.equal(call.from.number, '+12025550100', 'a call of the domain’s own phone system is not touched');
    assert.notEqual(connector, 'in:ringme');
    await send(app, path, form({ ...base, EventType: 'dial-in', EventTime: at(0) }));
    await send(app, other.path, form({ ...base, EventType: 'hangup', CallStatus: 'CANCEL', EventTime: at(1) }));
    const found = await (await app.fetch(`/v1/calls/${encodeURIComponent('c1@in:ringme')}`)).json();
    const { legs } = found as { legs: { extension: string; state: string }[] };
    assert.deepEqual(
      legs.map(({ extension, state }) => `${extension} ${state}`),
      ['101 ringing', '102 ended'],
      'the leg of 101 is 101’s to end',
    );
    await make(app, '/v1/domains', { name: 'globex' });
    const foreign = await sourceOf(app, { domain: 'globex' });
    const time = at(2);
    for (const one of [path, foreign.path]) {
      await send(app, one, form({ ...base, CallID: 'same', SubCallID: 'x2', EventType: 'dial-in', EventTime: time }));
    }
    for (const domain of ['acme', 'globex']) {
      const query = `/v1/events?domain=${domain}&call=${encodeURIComponent('same@in:ringme')}`;
      const { items } = (await (await app.fetch(query)).json()) as { items: unknown[] };
      assert.equal(items.length, 2, domain);
    }
  });
});

test('agents who log in and out are ready, or not, in the live view; messages are in the log', async () => {
  await withApp(async (app) => {
    await acme(app);
    const { path } = await sourceOf(app);
    const agent = (status: string, name: string) =>
      form({ event_type: name, agent_id: '101', agent_status: status, agent_type: 'local', EventTime: at(0) });
    const ready = async () => {
      const live = (await (await app.fetch('/v1/live')).json()) as { agents: { extension: string; state: string }[] };
      return live.agents.map(({ extension, state }) => `${extension} ${state}`);
    };
    assert.equal((await send(app, path, agent('available', 'agent-login'))).status, 200);
    assert.deepEqual(await ready(), ['101 available']);
    assert.equal((await send(app, path, agent('logged_out', 'agent-logout'))).status, 200);
    assert.deepEqual(await ready(), []);
    for (const _ of ['sent', 'sent again']) {
      await send(app, path, form({ event_type: 'message-in', src_number: '+12157010680', text: 'Привет' }));
    }
    const found = (await (await app.fetch('/v1/events?type=message.received')).json()) as {
      items: { extension: string; data: { text: string } }[];
    };
    assert.deepEqual(
      found.items.map(({ extension, data }) => [extension, data.text]),
      [['101', 'Привет']],
    );
  });
});

test('what is not to be taken is told nothing but that nothing is there, and guessing is slowed down', async () => {
  await withApp(async (app) => {
    await acme(app);
    const { id, path } = await sourceOf(app);
    const fields = form({ ...base, EventType: 'dial-in' });
    const statusOf = async (one: string, request: RequestInit = fields) => (await send(app, one, request)).status;
    assert.equal(await statusOf(path.replace('ringme', 'voipnow')), 404, 'another dialect');
    assert.equal(await statusOf(path.replace('ringme', 'cloudevents')), 404, 'one that is not read');
    assert.equal(await statusOf(`${path}x`), 404);
    assert.equal(await statusOf(path, { method: 'DELETE' }), 405);
    assert.equal(await statusOf(path, { method: 'HEAD' }), 405);
    const body = JSON.stringify({ allowFrom: ['192.0.2.0/24'] });
    assert.equal((await app.fetch(`/v1/sources/${id}`, { method: 'PATCH', headers: json, body })).status, 200);
    assert.equal(await statusOf(path), 404, 'from another network');
    const open = JSON.stringify({ allowFrom: ['127.0.0.0/8', '::1/128'] });
    await app.fetch(`/v1/sources/${id}`, { method: 'PATCH', headers: json, body: open });
    assert.equal(await statusOf(path), 200);
    let last = 0;
    for (let tries = 0; tries < 25; tries++) last = await statusOf(`/in/ringme/${'a'.repeat(32)}`);
    assert.equal(last, 429);
    assert.equal(await statusOf(path), 200, 'the right one is taken all the same');
    await app.fetch(`/v1/sources/${id}`, { method: 'PATCH', headers: json, body });
    assert.equal(await statusOf(path), 429, 'from another network it is answered as a wrong one is');
    await app.fetch(`/v1/sources/${id}`, { method: 'PATCH', headers: json, body: open });
    const rotated = (await (await app.fetch(`/v1/sources/${id}/rotate`, { method: 'POST' })).json()) as Source;
    assert.deepEqual([(await statusOf(path)) >= 400, await statusOf(rotated.path)], [true, 200]);
    assert.equal((await app.fetch(`/v1/sources/${id}`, { method: 'DELETE' })).status, 204);
    assert.ok((await statusOf(rotated.path)) >= 400);
    const metrics = await (await app.fetch('/metrics')).text();
    assert.match(metrics, /offhook_reports_total\{dialect="ringme",outcome="unknown_token"\} \d+/);
    assert.match(metrics, /offhook_reports_total\{dialect="ringme",outcome="wrong_network"\} 2/);
  });
});

test('what can’t be understood is answered with the field at fault; what is odd is counted', async () => {
  await withApp(async (app) => {
    await acme(app);
    const { path } = await sourceOf(app);
    const refused = await send(app, path, form({ EventType: 'dial-in' }));
    const problem = (await refused.json()) as { code: string; field: string; remedy: string };
    assert.deepEqual([refused.status, problem.code, problem.field], [400, 'invalid_field', 'CallID']);
    assert.equal((await send(app, path, form({ EventType: 'dial-sideways' }))).status, 200);
    assert.equal((await send(app, path, { method: 'POST', body: 'x'.repeat(70_000) })).status, 413);
    assert.equal((await send(app, path, { method: 'POST', headers: json, body: '{' })).status, 400);
    assert.equal((await send(app, path)).status, 400);
    const metrics = await (await app.fetch('/metrics')).text();
    assert.match(metrics, /offhook_report_doubts_total\{dialect="ringme",kind="unknown_event"\} 1/);
    assert.match(metrics, /offhook_reports_total\{dialect="ringme",outcome="refused"\} 3/);
  });
});

test('sources: wrong ones are refused with the field, a token is shown once, and all go with their domain', async () => {
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(JSON.stringify([fields, message]));
  const logger = { debug: note, info: note, warn: note, error: note };
  await withApp(
    async (app) => {
      await acme(app);
      const refusedAt = async (body: object) => {
        const answer = await app.fetch('/v1/sources', { method: 'POST', headers: json, body: JSON.stringify(body) });
        return [answer.status, ((await answer.json()) as { field: string }).field];
      };
      const good = { dialect: 'ringme', domain: 'acme', extension: '101' };
      assert.deepEqual(await refusedAt({ ...good, dialect: 'cloudevents' }), [400, 'dialect']);
      assert.deepEqual(await refusedAt({ ...good, domain: 'nobody' }), [400, 'domain']);
      assert.deepEqual(await refusedAt({ ...good, event: 'dial-sideways' }), [400, 'event']);
      assert.deepEqual(await refusedAt({ ...good, allowFrom: ['10.0.0.0/99'] }), [400, 'allowFrom[0]']);
      const key = { ...json, 'idempotency-key': 'k1' };
      const ask = () => app.fetch('/v1/sources', { method: 'POST', headers: key, body: JSON.stringify(good) });
      const made = (await (await ask()).json()) as Source;
      const again = (await (await ask()).json()) as { id: string; path: string | null };
      assert.deepEqual([again.id, again.path], [made.id, null]);
      await send(app, made.path, form({ ...base, EventType: 'dial-in' }));
      const token = made.path.split('/').at(-1) as string;
      const seen = [lines.join('\n')];
      for (const path of [
        '/v1/sources',
        `/v1/sources/${made.id}`,
        '/v1/audit?limit=100',
        '/v1/events?limit=100',
        '/metrics',
      ]) {
        seen.push(await (await app.fetch(path)).text());
      }
      assert.ok(!seen.some((text) => text.includes(token)));
      assert.match(seen[3] as string, /"object":"source"/);
      assert.equal((await app.fetch('/v1/domains/acme', { method: 'DELETE' })).status, 409);
      assert.equal((await app.fetch('/v1/domains/acme?cascade=true', { method: 'DELETE' })).status, 204);
      assert.ok((await send(app, made.path, form({ ...base, EventType: 'dial-in' }))).status >= 400);
    },
    {},
    { logger },
  );
});
