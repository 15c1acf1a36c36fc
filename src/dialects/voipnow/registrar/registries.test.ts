import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RemoteEvent, RemoteRequest, RemoteVendor } from '../../../model/remote-registry.ts';
import { ringmeVendor } from './ringme-registry.ts';
import { unifiedVendor } from './unified-registry.ts';

type Answer = { readonly status: number; readonly body?: unknown };

/** Answers in turn; what was asked is kept. */
function registryOf(vendor: RemoteVendor, ...answers: readonly Answer[]) {
  const asked: RemoteRequest[] = [];
  const left = [...answers];
  const registry = vendor.registry(async (request) => {
    asked.push(request);
    const { status, body } = left.shift() ?? { status: 500 };
    return { status, body };
  });
  return { registry, asked, lines: () => asked.map(({ method, path }) => `${method} ${path}`) };
}

const place = { kind: 'extension', name: '0003*210' } as const;
const agent = { kind: 'agent', name: '0003*210' } as const;
const extensions = {
  status: 200,
  body: [
    { id: 77, name: '0003*210@acme.example' },
    { id: '78', name: '0003*211' },
  ],
};
const noMore = { status: 200, body: [] };
const url = 'https://hub.example/in/x/y';

test('VoipNow: an event is made as the vendor’s own client makes it, numbers as texts', async () => {
  const { registry, asked } = registryOf(unifiedVendor, { status: 200, body: { id: 'abc' } });
  assert.deepEqual(await registry.add(place, 'answer-outgoing', url), { value: 'abc' });
  const json = { type: '4', method: '1', url, status: '1', note: 'Offhook' };
  assert.deepEqual(asked, [{ method: 'POST', path: '/uapi/extensions/@me/0003*210/phoneCallEvents/', json }]);
});

test('VoipNow: an id that is not told is looked for later', async () => {
  assert.deepEqual(await registryOf(unifiedVendor, { status: 204 }).registry.add(place, 'hangup', url), {
    value: null,
  });
});

test('VoipNow: events are read with numbers or texts, encoded whole or not, and unknown types by their number', async () => {
  const entry = [
    { type: '0', id: 'a1', url, method: '1', status: '1' },
    { type: 2, id: 7, url: encodeURIComponent(url), method: 1, status: 0 },
    { type: '9', id: 'a3', url, method: '0', status: '1' },
    { type: '1', url },
    'nonsense',
  ];
  const { registry } = registryOf(unifiedVendor, { status: 200, body: { entry } });
  const events: RemoteEvent[] = [
    { id: 'a1', url, event: 'dial-in', isSent: true },
    { id: '7', url, event: 'hangup', isSent: false },
    { id: 'a3', url, event: 'type 9', isSent: false },
  ];
  assert.deepEqual(await registry.list(place), { value: events });
});

test('Ringme: ids are looked up by name, once, to the last page', async () => {
  const events = { status: 200, body: [{ id: 5, url, method: 'POST', event_type: 'dial-in' }] };
  const { registry, lines } = registryOf(ringmeVendor, extensions, noMore, events, { status: 200, body: { id: 6 } });
  assert.deepEqual(await registry.list(place), { value: [{ id: '5', url, event: 'dial-in', isSent: true }] });
  assert.deepEqual(await registry.add(agent, 'agent-login', url), { value: '6' });
  assert.deepEqual(lines(), [
    'GET /api/ver1.0/client/@me/extension/?page=1&per_page=500',
    'GET /api/ver1.0/client/@me/extension/?page=2&per_page=500',
    'GET /api/ver1.0/extension/77/event/',
    'POST /api/ver1.0/agent/77/event/',
  ]);
});

test('Ringme: an extension that is not in the list is gone', async () => {
  const { registry } = registryOf(ringmeVendor, extensions, noMore);
  const listed = await registry.list({ kind: 'extension', name: '0003*999' });
  assert.equal('trouble' in listed && listed.trouble.kind, 'gone');
});

test('nothing is ever deleted without the id of one event', async () => {
  const events = [
    { id: '', event: 'hangup', url, isSent: true },
    { id: '../5', event: 'hangup', url, isSent: true },
    { id: '?', event: 'hangup', url, isSent: true },
  ];
  for (const event of events) {
    const ringme = registryOf(ringmeVendor, extensions, noMore);
    assert.ok('trouble' in (await ringme.registry.remove(place, event)));
    const voipnow = registryOf(unifiedVendor);
    assert.ok('trouble' in (await voipnow.registry.remove(place, event)));
    const lines = [...ringme.lines(), ...voipnow.lines()];
    assert.deepEqual(
      lines.filter((line) => line.startsWith('DELETE')),
      [],
    );
  }
  const { registry, lines } = registryOf(unifiedVendor, { status: 204 });
  const removed = await registry.remove(place, { id: 'a-1', event: 'hangup', url, isSent: true });
  assert.deepEqual(removed, { value: null });
  assert.deepEqual(lines(), ['DELETE /uapi/extensions/@me/0003*210/phoneCallEvents/2/a-1']);
});

test('VoipNow: an extension whose number is another path is not asked for', async () => {
  for (const name of ['..', '.']) {
    const { registry, asked } = registryOf(unifiedVendor);
    const there = { kind: 'extension', name } as const;
    assert.ok('trouble' in (await registry.list(there)));
    assert.ok('trouble' in (await registry.add(there, 'hangup', url)));
    assert.ok('trouble' in (await registry.remove(there, { id: '1', event: 'hangup', url, isSent: true })));
    assert.deepEqual(asked, []);
  }
});

test('refusals are told apart in either form', async () => {
  const cases: readonly (readonly [Answer, string])[] = [
    [{ status: 400, body: { error: { code: 'extension_invalid', message: 'No such extension' } } }, 'gone'],
    [{ status: 404, body: { message: 'not found' } }, 'gone'],
    [{ status: 400, body: { error: { code: 'x', message: 'Maximum number of events reached' } } }, 'limit'],
    [{ status: 409, body: { code: 'event_limit_reached', message: 'as many as it may have' } }, 'limit'],
    [{ status: 403, body: { message: 'Превышен лимит событий' } }, 'limit'],
    [{ status: 403, body: { error: { code: 'access_denied', message: 'no' } } }, 'refused'],
    [{ status: 401, body: { error: 'invalid_token', error_description: 'expired' } }, 'credentials'],
    [{ status: 503 }, 'unavailable'],
    [{ status: 302 }, 'refused'],
  ];
  for (const [answer, kind] of cases) {
    const result = await registryOf(unifiedVendor, answer).registry.add(place, 'hangup', url);
    assert.equal('trouble' in result && result.trouble.kind, kind, JSON.stringify(answer));
  }
});

test('what is no list of events is said, and not taken for none', async () => {
  for (const body of [undefined, '<html>', { hello: 1 }]) {
    const ringme = await registryOf(ringmeVendor, extensions, noMore, { status: 200, body }).registry.list(place);
    assert.equal('trouble' in ringme && ringme.trouble.kind, 'refused', JSON.stringify(body));
  }
  for (const body of [undefined, '<html>', { hello: 1 }]) {
    const voipnow = await registryOf(unifiedVendor, { status: 200, body }).registry.list(place);
    assert.equal('trouble' in voipnow && voipnow.trouble.kind, 'refused', JSON.stringify(body));
  }
  const none = await registryOf(unifiedVendor, { status: 204, body: null }).registry.list(place);
  assert.deepEqual(none, { value: [] });
});

test('Ringme: whatever a recording is called, its path is one of recordings', () => {
  const path = (id: string): string | null => ringmeVendor.recordingPath?.(id) ?? null;
  const own = 'https://pbx.example/api/ver1.0/client/@me/record/';
  const names = [
    ...[
      'r-1',
      'a/../../../oauth/token',
      '../x',
      '/etc',
      '//evil.example/x',
      'https://evil.example/',
      '%2e%2e%2fx',
      '%00',
    ],
    ...['?all=1', '#x', 'a\\b', '\r\nHost: evil', ';x', '@evil.example', ' ', '...x', 'ü'.repeat(256)],
  ];
  for (const name of names) {
    const url = new URL(`https://pbx.example${path(name)}`);
    assert.ok(url.href.startsWith(own), name);
    const part = url.href.slice(own.length);
    assert.doesNotMatch(part, /[/?#\\]/, name);
    assert.equal(decodeURIComponent(part), name);
  }
  for (const dots of ['', '.', '..', '...']) assert.equal(path(dots), null, dots);
  assert.equal(unifiedVendor.recordingPath, undefined, 'VoipNow documents none');
});
