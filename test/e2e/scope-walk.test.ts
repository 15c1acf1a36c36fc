/**
 * Every route, with every kind of token, against every other tenant's things: the answer is 403 or 404, or a list
 * without them, and in none of them is a byte of what is the other's. Afterwards everything is as it was.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mayAccessScope } from '../../src/model/scope.ts';
import { attacks, type Attack } from '../support/scope-walk/cases.ts';
import {
  type Belongings,
  createWalkWorld,
  domainMark,
  type Holder,
  type WalkWorld,
} from '../support/scope-walk/world.ts';

let world: WalkWorld;
before(async () => {
  world = await createWalkWorld();
});
after(() => world.stop());

/** Streams never end by themselves: they have a test of their own below. */
const streamed = new Set(['/v1/stream']);

const isWatching = (asker: Holder, { domain, extension }: Belongings): boolean =>
  asker.kind === 'extension' && asker.domain === domain && asker.extension === extension;
const isForeign = (asker: Holder, other: Belongings): boolean =>
  !mayAccessScope(asker, other.scope) && !isWatching(asker, other);

/** The asker's own things: a subscription they may change. */
const ownOf = (asker: Holder): Belongings | null =>
  world.belongings.find(({ scope }) => mayAccessScope(asker, scope) && mayAccessScope(scope, asker)) ?? null;

function marksFor(asker: Holder, other: Belongings): string[] {
  const isOfDomain = asker.domain === other.domain || (asker.domain === '*' && asker.reseller === other.reseller);
  return [other.mark, other.subscriptionId, ...(isOfDomain ? [] : [domainMark(other.domain), other.connector])];
}

const bearer = (asker: Holder) => ({ authorization: `Bearer ${asker.token}` });

async function attack(method: string, asker: Holder, other: Belongings, { url, body, headers, expect }: Attack) {
  const answer = await world.api.app.inject({
    method: method as 'GET',
    url,
    headers: { ...bearer(asker), ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { payload: body }),
  });
  const { statusCode } = answer;
  const told = `${asker.name} → ${other.owner}: ${method} ${url} ${JSON.stringify(body)} answered ${statusCode} ${answer.body.slice(0, 400)}`;
  if (expect === 'denied') assert.ok(statusCode === 403 || statusCode === 404, told);
  else if (expect === 'hidden') assert.ok([200, 403].includes(statusCode), told);
  else if (expect === 'open') assert.ok(statusCode < 300, told);
  else assert.ok(expect.includes(statusCode) || statusCode === 403, told);
  const whole = JSON.stringify(answer.headers) + answer.body;
  for (const mark of marksFor(asker, other)) assert.ok(!whole.includes(mark), told);
  assert.equal(answer.headers['idempotency-replayed'], undefined, told);
}

test('no token gets at what is another’s, on any route', { timeout: 180_000 }, async () => {
  const before = await everythingThere();
  const routes = world.api.routes.routes.filter(({ path }) => !streamed.has(path));
  const counts = new Map<string, number>();
  for (const { method, path } of routes) {
    const attacksOf = attacks[`${method === 'HEAD' ? 'GET' : method} ${path}`];
    assert.ok(attacksOf, `${method} ${path} has no case in test/support/scope-walk/cases.ts: say how it is attacked`);
    for (const asker of world.holders) {
      for (const other of world.belongings.filter((one) => isForeign(asker, one))) {
        for (const one of attacksOf(other, asker, ownOf(asker))) {
          await attack(method, asker, other, one);
          counts.set(asker.kind, (counts.get(asker.kind) ?? 0) + 1);
        }
      }
    }
  }
  assert.deepEqual(await everythingThere(), before, 'something was changed');
  assert.deepEqual(world.commanded, [], 'somebody’s phones were made to do something');
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(`tried ${total} combinations on ${routes.length} routes: ${kinds}`);
  assert.equal(counts.size, 4);
  assert.ok(total > 10_000, `only ${total} combinations were tried`);
});

test('what is the walk’s own is found with the right token, so that hiding is no accident', async () => {
  for (const asker of world.holders) {
    const own = ownOf(asker);
    if (!own) continue;
    const get = async (url: string) => {
      const answer = await world.api.app.inject({ url, headers: bearer(asker) });
      assert.equal(answer.statusCode, 200, `${asker.name} ${url}: ${answer.body}`);
      return answer.body;
    };
    const urls = [
      `/v1/events/${own.eventId}`,
      `/v1/calls/${own.callId}`,
      `/v1/recordings/${own.recordingId}`,
      `/v1/subscriptions/${own.subscriptionId}`,
      `/v1/deliveries/${own.subscriptionNumber}-${own.eventSeq}`,
      `/v1/extensions/${own.extensionId}`,
      `/v1/users/${own.userId}`,
      `/v1/tokens/${own.tokenId}`,
      `/inbox/${own.inbox}`,
      '/v1/events?limit=500',
      '/v1/subscriptions?limit=500',
      '/v1/audit?limit=500',
    ];
    for (const url of urls) assert.ok((await get(url)).includes(own.mark), `${asker.name} ${url}`);
    const deliveries = JSON.parse(await get(`/v1/deliveries?subscription=${own.subscriptionId}`)) as {
      items: object[];
    };
    assert.ok(deliveries.items.length > 0, asker.name);
  }
});

test('a stream shows its holder nothing of others, whatever it asks for', { timeout: 60_000 }, async () => {
  await world.api.start();
  const start = world.deps.log.head();
  // Reached last in every stream: an event that everybody who may see anything of the domain may see.
  for (const asker of world.holders) {
    const domain = asker.domain === '*' ? ownOf(asker)!.domain : asker.domain;
    const place = { domain, extensions: [asker.extension], user: asker.user };
    const own = asker.kind === 'domain' || asker.kind === 'reseller' ? { domain } : place;
    const id = `last-${asker.tokenId}`;
    const posted = await world.post('/v1/events', { id, type: 'call.started', call: { id }, ...own });
    assert.equal(posted.statusCode, 202, posted.body);
  }
  assert.ok(world.deps.log.head() > start);
  for (const asker of world.holders) {
    for (const query of ['after=0', 'after=0&show=events,deliveries', 'after=0&type=*']) {
      const text = await readUntil(`/v1/stream?${query}`, asker, `last-${asker.tokenId}`);
      for (const other of world.belongings.filter((one) => isForeign(asker, one))) {
        for (const mark of marksFor(asker, other)) {
          assert.ok(!text.includes(mark), `${asker.name} saw ${mark} of ${other.owner} with ${query}`);
        }
        assert.ok(!text.includes(`"delivery":"${other.subscriptionNumber}-`), `${asker.name} ${other.owner}`);
      }
    }
  }
});

async function readUntil(path: string, asker: Holder, end: string): Promise<string> {
  const stop = new AbortController();
  const answer = await fetch(world.api.url() + path, { headers: bearer(asker), signal: stop.signal });
  assert.equal(answer.status, 200);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(end)) break;
  }
  stop.abort();
  return text;
}

/** All records and settings as the administrator sees them, without what changes by itself. */
async function everythingThere(): Promise<unknown> {
  const lists = await Promise.all(
    ['subscriptions', 'tokens', 'domains', 'extensions', 'users'].map(async (name) =>
      (await world.ask({ url: `/v1/${name}?limit=500` })).json<{ items: Record<string, unknown>[] }>(),
    ),
  );
  const moving = ['lastUsedAt', 'counters', 'lag', 'parked', 'lastSuccess', 'lastError', 'status'];
  const fixed = lists.map(({ items }) =>
    items.map((item) => Object.fromEntries(Object.entries(item).filter(([key]) => !moving.includes(key)))),
  );
  const audit = (await world.ask({ url: '/v1/audit?limit=1' })).json<{ items: { id: string }[] }>();
  return { fixed, lastAudit: audit.items[0]?.id, head: world.deps.log.head() };
}
