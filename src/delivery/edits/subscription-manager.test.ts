import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, draftOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
import { endpointKey } from './endpoint-book.ts';
import { nextVersions } from './selection-versions.ts';

const selection = draftOf('https://a.test/').selection;

async function world(): Promise<DeliveryWorld> {
  const made = new DeliveryWorld(1);
  await made.start();
  return made;
}

test('subscriptions of one domain share an endpoint by origin, unless they name another', async () => {
  const w = await world();
  const a = await w.subscribe('crm.test');
  const b = await w.subscribe('crm.test', { selection: { events: ['call.ended'] } });
  const named = await w.subscribe('crm.test', { target: { name: 'billing' } });
  const other = await w.subscribe('crm.test', { selection: { scope: { ...selection.scope, domain: 'globex' } } });
  assert.equal(a.endpoint, b.endpoint);
  assert.equal(new Set([a.endpoint, named.endpoint, other.endpoint]).size, 3);
  assert.equal(endpointKey(draftOf('https://crm.test:443/x?y').target), 'https://crm.test');
  assert.equal(endpointKey(draftOf('inbox:abc').target), 'inbox:abc');
});

test('a caller sees and changes only what is in its scope', async () => {
  const w = await world();
  const a = await w.subscribe('crm.test');
  const stranger = { ...everything, domain: 'globex' };
  assert.equal(w.delivery.subscriptions.get(stranger, a.id), null);
  assert.deepEqual(w.delivery.subscriptions.list(stranger, { after: 0, limit: 10 }), []);
  assert.equal(await w.delivery.subscriptions.update(stranger, a.id, () => ({ draft: a })), null);
  assert.equal(await w.delivery.subscriptions.remove(stranger, a.id), false);
  const refused = await w.delivery.subscriptions.create(stranger, draftOf('https://x.test/'));
  assert.equal('problem' in refused && refused.problem.field, 'scope.domain');
});

test('a caller of one user or extension neither sees nor makes a subscription to more', async () => {
  const w = await world();
  const whole = await w.subscribe('crm.test');
  const scope = { ...selection.scope, domain: 'acme' };
  const own = await w.subscribe('crm.test', { selection: { scope: { ...scope, extension: '101' } } });
  for (const narrow of [{ extension: '101' }, { user: 'alice' }]) {
    const access = { ...everything, domain: 'acme', ...narrow };
    assert.equal(w.delivery.subscriptions.get(access, whole.id), null);
    assert.equal(w.delivery.subscriptions.byNumber(access, own.number)?.id, 'user' in narrow ? undefined : own.id);
    assert.equal(await w.delivery.subscriptions.remove(access, whole.id), false);
    const [level] = Object.keys(narrow);
    const refused = await w.delivery.subscriptions.create(access, draftOf('https://x.test/', { selection: { scope } }));
    assert.equal('problem' in refused && refused.problem.field, `scope.${level}`);
  }
  // Nor widens one of its own.
  const access = { ...everything, domain: 'acme', extension: '101' };
  const widened = await w.delivery.subscriptions.update(access, own.id, () => ({ draft: whole }));
  assert.equal(widened && 'problem' in widened && widened.problem.field, 'scope.extension');
});

test('a plan longer than events are kept, an unknown dialect and a filter that is wrong are refused by name', async () => {
  const w = await world();
  const create = async (facts: Parameters<typeof draftOf>[1]) => {
    const result = await w.delivery.subscriptions.create(everything, draftOf('https://a.test/', facts));
    return 'problem' in result ? result.problem.field : null;
  };
  assert.equal(await create({ retry: { maxAttempts: 10, delaysMs: [86_400_000], jitter: 0 } }), 'retry');
  assert.equal(await create({ dialect: 'klingon' }), 'dialect');
  assert.equal(await create({ selection: { filter: 'call.bogus' } }), 'filter');
});

test('an edit of what is wanted starts a version; one that changes nothing, or comes before any event, does not', () => {
  const first = [{ ...selection, endpoint: 1, from: 11, to: null }];
  const edited = { ...selection, events: ['call.ended' as const] };
  assert.deepEqual(nextVersions(first, selection, { endpoint: 1 }, 20, 0), first);
  assert.deepEqual(
    nextVersions(first, edited, { endpoint: 1 }, 20, 0).map(({ from, to }) => [from, to]),
    [
      [11, 20],
      [21, null],
    ],
  );
  assert.deepEqual(
    nextVersions(first, edited, { endpoint: 1 }, 10, 0).map(({ from, to }) => [from, to]),
    [[11, null]],
  );
  const two = nextVersions(first, edited, { endpoint: 1 }, 20, 0);
  assert.deepEqual(
    nextVersions(two, selection, { endpoint: 1 }, 30, 25).map(({ from, to }) => [from, to]),
    [
      [21, 30],
      [31, null],
    ],
  );
});

test('a subscription alone on its endpoint takes it along to a new address, with what is parked', async () => {
  const w = await world();
  const a = await w.subscribe('old.test', { retry: { maxAttempts: 3, delaysMs: [1_000], jitter: 0 } });
  w.moods.set('old.test', 'fails');
  await w.append({});
  await w.pass(100);
  const moved = await w.delivery.subscriptions.update(everything, a.id, () => ({
    draft: draftOf('https://new.test/hook'),
  }));
  assert.equal(moved && 'subscription' in moved && moved.subscription.endpoint, a.endpoint);
  await w.pass(2_000);
  assert.deepEqual(w.firstReceipts(a.number), [1]);
});

test('edits of one subscription are made one after the other, and many may be made at once', async () => {
  const w = await world();
  const a = await w.subscribe('a.test');
  const edits = Array.from({ length: 5 }, (_, index) =>
    w.delivery.subscriptions.update(everything, a.id, (stored) => ({
      draft: { ...stored, name: `name ${index}`, notes: `${stored.notes}${index}` },
    })),
  );
  await Promise.all(edits);
  assert.equal(w.delivery.subscriptions.get(everything, a.id)?.name, 'name 4');
  assert.equal(w.delivery.subscriptions.get(everything, a.id)?.notes, '01234');
  const made = await Promise.all(Array.from({ length: 20 }, () => w.subscribe('many.test')));
  assert.equal(new Set(made.map(({ endpoint }) => endpoint)).size, 1);
  assert.equal(new Set(made.map(({ number }) => number)).size, 20);
});

/** Where everything stands is stored before a subscription leaves its endpoint. */
async function move(w: DeliveryWorld, id: string, url: string): Promise<void> {
  const moving = w.delivery.subscriptions.update(everything, id, (now) => ({
    draft: { ...now, target: { ...now.target, url } },
  }));
  await w.pass(50);
  const result = await moving;
  assert.ok(result && 'subscription' in result);
}

test('a former origin can be subscribed again, after a move, after a deletion and after a restart', async () => {
  const w = await world();
  const update = async (id: string, url: string) => {
    await move(w, id, url);
  };
  await w.subscribe('shared.test');
  const moved = await w.subscribe('former.test');
  await w.append({});
  await update(moved.id, 'https://shared.test/hook');
  await w.delivery.subscriptions.remove(everything, moved.id);
  await w.pass(2_000);
  const hosts = () => w.delivery.endpoints(everything).map(({ key }) => key);
  assert.deepEqual(hosts(), ['https://shared.test']);
  assert.deepEqual(await w.subscriptions.keys(), ['https://shared.test']);
  await w.subscribe('former.test');
  await w.append({});
  await w.pass(1_000);
  await w.crash(true);
  assert.deepEqual(hosts(), ['https://shared.test', 'https://former.test']);
});

test('an edit that leaves an endpoint behind lets go of it once no version sends there', async () => {
  const w = await world();
  await w.subscribe('shared.test');
  const moved = await w.subscribe('former.test');
  // No event came in between: the version that sent there decides about nothing.
  await move(w, moved.id, 'https://shared.test/hook');
  await w.pass(2_000);
  assert.deepEqual(await w.subscriptions.keys(), ['https://shared.test']);
  await w.subscribe('former.test');
});

test('an endpoint that lost its last subscription just before the process ended goes at the next start', async () => {
  const w = await world();
  await w.subscribe('kept.test');
  const removed = await w.subscribe('lost.test');
  await w.subscriptions.remove(removed.number);
  await w.crash(true);
  await w.pass(2_000);
  assert.deepEqual(await w.subscriptions.keys(), ['https://kept.test']);
  assert.equal(w.delivery.endpoints(everything).length, 1);
});

test('an endpoint is not let go of while a new subscription takes it up', async () => {
  const w = await world();
  const before = await w.subscribe('a.test');
  const removing = w.delivery.subscriptions.remove(everything, before.id);
  const again = w.subscribe('a.test');
  await Promise.all([removing, again]);
  await w.pass(2_000);
  assert.deepEqual(await w.subscriptions.keys(), ['https://a.test']);
  await w.crash(true);
  await w.append({});
  await w.pass(1_000);
  assert.deepEqual(w.firstReceipts((await again).number), [1]);
});

test('what is parked goes along when the last subscription leaves an address for an endpoint that is there', async () => {
  const w = await world();
  await w.subscribe('there.test', { selection: { events: ['leg.ringing'] } });
  const a = await w.subscribe('old.test');
  w.moods.set('old.test', 'busy');
  await w.append({});
  await w.pass(100);
  await move(w, a.id, 'https://there.test/hook');
  await w.pass(2_000);
  assert.deepEqual(w.firstReceipts(a.number), [1]);
});

test('what is on its way to a dead receiver goes along with a subscription that leaves it, in order; others wait on', async () => {
  const w = await world();
  const a = await w.subscribe('dead.test');
  const b = await w.subscribe('dead.test');
  await w.subscribe('well.test', { selection: { events: ['leg.ringing'] } });
  w.moods.set('dead.test', 'busy');
  const call = callOf('one');
  await w.append({ call }, { call });
  await w.pass(100);
  await move(w, a.id, 'https://well.test/hook');
  await w.append({ call });
  await w.pass(3_000);
  assert.deepEqual([w.firstReceipts(a.number), w.firstReceipts(b.number)], [[1, 2, 3], []]);
  assert.equal(w.delivery.subscriptions.get(everything, a.id)?.versions.at(-1)?.lane, undefined);
  assert.deepEqual(
    [...w.store.parked.values()].map(({ subscription }) => subscription),
    [b.number, b.number, b.number],
  );
});

test('one that is paused alone may move, and stays paused', async () => {
  const w = await world();
  const [a] = [await w.subscribe('shared.test'), await w.subscribe('shared.test')];
  await w.subscribe('other.test');
  const pausing = w.delivery.subscriptions.setSubscriptionPaused(everything, a.id, true);
  await w.pass(50);
  await pausing;
  await w.append({});
  await move(w, a.id, 'https://other.test/hook');
  await w.append({});
  await w.pass(3_000);
  assert.deepEqual(w.firstReceipts(a.number), []);
  await w.crash(true);
  await w.delivery.subscriptions.setSubscriptionPaused(everything, a.id, false);
  await w.pass(3_000);
  assert.deepEqual(w.firstReceipts(a.number), [1, 2]);
});

test('a named endpoint that is at another address begins anew there, once nobody sends to the former one', async () => {
  const w = await world();
  const target = { name: 'crm' };
  const [a, b] = [await w.subscribe('old.test', { target }), await w.subscribe('old.test', { target })];
  assert.equal(a.endpoint, b.endpoint);
  w.moods.set('old.test', 'busy');
  await w.append({});
  await w.pass(100);
  await move(w, a.id, 'https://new.test/hook');
  await w.pass(2_000);
  assert.deepEqual(w.received, []);
  await move(w, b.id, 'https://new.test/hook');
  await w.pass(2_000);
  assert.deepEqual([w.firstReceipts(a.number), w.firstReceipts(b.number)], [[1], [1]]);
});
