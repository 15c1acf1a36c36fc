/** Random requests to every route: never a 500, always a problem that says what, and nothing stored that is not valid. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { SubscriptionInput, SubscriptionView } from '../../src/api/contract/subscription.ts';
import type { ListedRoute } from '../../src/api/openapi/route-list.ts';
import { problemCatalog } from '../../src/api/problems/catalog.ts';
import { withoutReadOnly } from '../../src/api/subscriptions/to-input.ts';
import { createEventChecker, EventSchema } from '../../src/model/event-schema.ts';
import { eventTypes } from '../../src/model/event-types/index.ts';
import { everything } from '../../src/model/scope.ts';
import { createApiWorld, type ApiWorld } from '../support/api-world.ts';

let world: ApiWorld;
before(async () => {
  world = await createApiWorld({ options: { maxBodyBytes: 200_000 } });
  await world.post('/v1/domains', { name: 'acme' });
  await world.post('/v1/extensions', { domain: 'acme', number: '101', prefix: '0003' });
});
after(() => world.stop());

const hostile = [
  '',
  '\u0000',
  '%',
  '%00',
  '../..',
  '__proto__',
  'constructor',
  '\ud800',
  '💥',
  '-1',
  '1e999',
  'null',
  'a'.repeat(3000),
];
const word = fc.oneof(fc.constantFrom(...hostile), fc.string(), fc.nat().map(String));
const json = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string(),
);

/** Close to right, and so more likely to get far: a value in place of one that is. */
const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(...hostile, null, [], {}, -1, 1e308, true));
/** Right fifteen times of sixteen. */
const mostly = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: value });
const nearEvent = fc.record(
  {
    id: mostly(fc.string({ unit: fc.constantFrom('a', 'b', '-', '7'), minLength: 1, maxLength: 8 })),
    type: mostly(fc.constantFrom<unknown>(...eventTypes)),
    time: mostly(fc.constant('2026-01-01T00:00:00Z')),
    domain: mostly(fc.constantFrom('acme', 'default')),
    extension: mostly(fc.constantFrom('101', null)),
    extensions: mostly(fc.constant(['101'])),
    call: mostly(
      fc.record(
        {
          id: fc.string({ minLength: 1 }),
          from: mostly(fc.record({ number: mostly(word), name: mostly(fc.string()) }, { requiredKeys: [] })),
          startedAt: mostly(fc.constant('2026-01-01T00:00:00+02:00')),
          transfers: mostly(fc.constant([])),
        },
        { requiredKeys: ['id'] },
      ),
    ),
    leg: mostly(
      fc.record({ id: fc.string({ minLength: 1 }), extension: mostly(fc.constant('102')) }, { requiredKeys: ['id'] }),
    ),
    data: mostly(fc.dictionary(word, value)),
    extra: value,
  },
  { requiredKeys: ['type', 'call'] },
);
const nearSubscription = fc.record(
  {
    name: mostly(fc.constant('n')),
    dialect: mostly(fc.constant('cloudevents')),
    enabled: mostly(fc.boolean()),
    scope: mostly(fc.record({ domain: mostly(fc.constant('acme')) })),
    events: mostly(fc.uniqueArray(fc.constantFrom(...eventTypes, 'leg.*', '*'), { minLength: 1 })),
    filter: mostly(fc.constant(null)),
    options: mostly(fc.record({ mode: fc.constantFrom('structured', 'binary', 'batch') }, { requiredKeys: [] })),
    endpoint: mostly(
      fc.record(
        {
          url: mostly(fc.oneof(fc.constantFrom('inbox:x', 'https://crm.example/'), fc.webUrl())),
          headers: mostly(fc.dictionary(fc.constantFrom('x-a', 'x-b'), fc.constantFrom('1', 'two'))),
          auth: mostly(
            fc.oneof(
              fc.record({ kind: fc.constant('none') }),
              fc.record({ kind: fc.constant('bearer'), token: mostly(fc.constant('t')) }),
              fc.record({
                kind: fc.constant('basic'),
                username: fc.string(),
                password: mostly(fc.string({ minLength: 1 })),
              }),
              fc.record({
                kind: fc.constant('headers'),
                headers: fc.dictionary(fc.constantFrom('x-key', 'host'), word),
              }),
            ),
          ),
          signing: mostly(fc.constant(null)),
          maxInFlight: mostly(fc.integer({ min: 1, max: 256 })),
        },
        { requiredKeys: ['url'] },
      ),
    ),
    retry: mostly(
      fc.record({ delays: mostly(fc.constant(['5s', '1m'])), maxAttempts: mostly(fc.integer({ min: 1, max: 9 })) }),
    ),
    expireAfter: mostly(fc.dictionary(fc.constantFrom<string>(...eventTypes), fc.constantFrom('1m', '2h'))),
    order: mostly(fc.constantFrom('call', 'none')),
  },
  { requiredKeys: ['name', 'dialect', 'endpoint'] },
);
/** An event of VoipNow’s and of Ringme’s at once: each takes the fields that are its own. */
const nearVendorEvent = fc.record(
  {
    type: mostly(fc.constantFrom('0', '1', '2', '3', '4', 2)),
    method: mostly(fc.constantFrom('0', '1', 'GET', 'POST')),
    url: mostly(fc.constantFrom('https://crm.example/', 'inbox:x')),
    status: mostly(fc.constantFrom('0', '1')),
    note: mostly(word),
    event_type: mostly(fc.constantFrom('dial-in', 'hangup', 'agent-login', 'extension-call-status')),
    grant_type: mostly(fc.constant('client_credentials')),
    client_id: mostly(word),
    client_secret: mostly(word),
  },
  { requiredKeys: ['url'] },
);
const asForm = (fields: object): string =>
  Object.entries(fields)
    .map(
      ([name, text]) =>
        `${name}=${encodeURIComponent(typeof text === 'string' ? text.toWellFormed() : JSON.stringify(text))}`,
    )
    .join('&');
const body = fc.oneof(
  json,
  nearEvent.map((one) => JSON.stringify(one)),
  fc.array(nearEvent, { maxLength: 4 }).map((list) => JSON.stringify(list)),
  nearSubscription.map((one) => JSON.stringify(one)),
  nearVendorEvent.map((one) => JSON.stringify(one)),
  nearVendorEvent.map(asForm),
);
const contentType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  '',
  'x',
);
const headers = fc.record(
  {
    'idempotency-key': fc.string(),
    'last-event-id': fc.oneof(fc.nat().map(String), fc.string()),
    'ce-specversion': fc.constantFrom('1.0', 'x'),
    'ce-id': fc.string(),
    'ce-type': fc.string(),
  },
  { requiredKeys: [] },
);
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '');

interface Asked {
  readonly params: readonly string[];
  readonly query: Record<string, string>;
  readonly body: string;
  readonly contentType: string;
  readonly headers: Record<string, string | undefined>;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  params: fc.array(fc.oneof(word, fc.constantFrom('@me', '101', '0003*101', '1', '0')), { minLength: 4, maxLength: 4 }),
  query: fc.dictionary(
    fc.constantFrom(
      ...['limit', 'cursor', 'type', 'since', 'outcome', 'state', 'subscription', 'seq', 'odd'],
      ...['count', 'startIndex', 'filterBy', 'filterValue', 'fields', 'sortOrder', 'page', 'grant'],
    ),
    word,
    { maxKeys: 3 },
  ),
  body,
  contentType,
  headers,
});

function urlOf(path: string, { params, query }: Asked): string {
  let index = 0;
  const filled = path.replace(/:[A-Za-z]+/g, () => encodeURIComponent((params[index++] ?? '').toWellFormed()));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

async function send(route: ListedRoute, request: Asked): Promise<void> {
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(route.method);
  const given = Object.entries(request.headers).map(([name, text]) => [name, printable(text ?? '')] as const);
  const answer = await world.ask({
    method: route.method,
    url: urlOf(route.path, request),
    headers: { ...Object.fromEntries(given), ...(hasBody && { 'content-type': request.contentType }) },
    ...(hasBody && { payload: request.body }),
  });
  const told = `${route.method} ${urlOf(route.path, request)} answered ${answer.statusCode}: ${answer.body.slice(0, 500)}`;
  assert.ok(answer.statusCode < 500, told);
  if (answer.statusCode < 400 || route.method === 'HEAD') return;
  assert.ok(!/node_modules|\.ts:\d/.test(answer.body), told);
  const said = answer.json<Record<string, unknown>>();
  if (route.path.startsWith('/uapi/'))
    return checkSaid(said['error'] as Record<string, unknown>, 'code', 'message', told);
  if (route.path.startsWith('/api/ver1.0/')) return checkSaid(said, 'code', 'message', told);
  if (route.path.startsWith('/oauth/')) return checkSaid(said, 'error', 'error_description', told);
  const problem = said as { code: keyof typeof problemCatalog; remedy: string };
  assert.equal(problemCatalog[problem.code].status, answer.statusCode, told);
  assert.ok(problem.remedy, told);
}

/** Vendors have forms of their own: a code, and a text that says something. */
function checkSaid(said: Record<string, unknown>, code: string, text: string, told: string): void {
  assert.match(String(said[code]), /^[a-z_]+$/, told);
  assert.ok(String(said[text]).length > 10 && !String(said[text]).includes('undefined'), told);
}

const isEvent = createEventChecker();
const eventShape = Compile(EventSchema);
const subscriptionShape = Compile(SubscriptionInput);
const viewShape = Compile(SubscriptionView);

async function checkStored(): Promise<void> {
  const { log, delivery } = world.deps;
  const { events } = await log.read({ after: Math.max(0, log.head() - 500), limit: 500 });
  for (const event of events) {
    assert.ok(eventShape.Check(event) && isEvent(event), JSON.stringify(event));
  }
  for (const { id } of delivery.subscriptions.list(everything, { after: 0, limit: 1_000 })) {
    const view = (await world.ask({ url: `/v1/subscriptions/${id}` })).json<unknown>();
    assert.ok(viewShape.Check(view), JSON.stringify(viewShape.Errors(view)));
    assert.ok(subscriptionShape.Check(withoutReadOnly(view)), JSON.stringify(view));
  }
}

test('no request whatever makes a route fail or stores what is not valid', { timeout: 120_000 }, async () => {
  // The stream never ends by itself; its requests are tried where there is a connection to close.
  const routes = world.api.routes.routes.filter(({ path }) => path !== '/v1/stream');
  for (const route of routes) {
    const isWriting = route.method !== 'GET' && route.method !== 'HEAD';
    await fc.assert(
      fc.asyncProperty(asked, (request) => send(route, request)),
      { numRuns: isWriting ? 150 : 25 },
    );
  }
  await checkStored();
});

test('events close to right are taken whole and valid, or refused by the field', { timeout: 60_000 }, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(nearEvent, async (event) => {
      const head = world.deps.log.head();
      const answer = await world.post('/v1/events', [event]);
      if (answer.statusCode === 202) return void taken++;
      assert.ok(answer.statusCode === 400 || answer.statusCode === 409, answer.body);
      assert.match(answer.json<{ field: string }>().field, /^\[0\]/, answer.body);
      assert.equal(world.deps.log.head(), head);
    }),
    { numRuns: 400 },
  );
  assert.ok(taken > 20, `only ${taken} of 400 were taken: the generator is too wild to test anything`);
  await checkStored();
});

test('a subscription that was taken is read, changed and put back as it was', { timeout: 60_000 }, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(nearSubscription, nearSubscription, async (one, other) => {
      const made = await world.post('/v1/subscriptions', one);
      if (made.statusCode !== 201) return;
      taken++;
      const { id } = made.json<{ id: string }>();
      const put = await world.ask({ method: 'PUT', url: `/v1/subscriptions/${id}`, payload: made.json<object>() });
      assert.equal(put.statusCode, 200, put.body);
      const patched = await world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload: other });
      assert.ok(patched.statusCode < 500, patched.body);
      assert.equal((await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` })).statusCode, 204);
    }),
    { numRuns: 300 },
  );
  assert.ok(taken > 10, `only ${taken} of 300 were taken: the generator is too wild to test anything`);
});

test('any body at all is answered, broken or not', { timeout: 60_000 }, async () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  await world.post('/v1/subscriptions', { name: 'x', dialect: 'cloudevents', endpoint: { url: 'inbox:x' } });
  await fc.assert(
    fc.asyncProperty(bytes, contentType, async (payload, type) => {
      for (const url of ['/v1/events', '/v1/subscriptions', '/inbox/x']) {
        const answer = await world.ask({ method: 'POST', url, payload, headers: { 'content-type': type } });
        assert.ok(answer.statusCode < 500, answer.body);
      }
    }),
    { numRuns: 100 },
  );
  const deep = '['.repeat(90_000);
  const nested = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`;
  for (const payload of [deep, nested, `{"type":"call.started","call":{"id":"x"},"data":${nested}}`]) {
    for (const url of ['/v1/events', '/v1/subscriptions']) {
      const answer = await world.post(url, payload);
      assert.ok(answer.statusCode >= 400 && answer.statusCode < 500, `${url} ${answer.statusCode} ${answer.body}`);
    }
  }
});
