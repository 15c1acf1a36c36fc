/** Stores of every schema there ever was, made by the code of their day, are brought to the newest and lose nothing. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Clock, systemClock } from '../src/kit/clock.ts';
import { everything } from '../src/model/scope.ts';
import { schemaOf } from '../src/sqlite/migrate.ts';
import { migrations, newestSchema } from '../src/sqlite/migrations/index.ts';
import { eventNamed } from './conformance/event-log-support.ts';
import { startApp, type TestApp } from './support/app.ts';
import { keptAnswerKey, keptEvents, keptSettings, keptStoreFile, keptSubscriptions } from './support/kept-store.ts';
import { temporaryDir } from './support/temporary-dir.ts';

const keptIds = keptEvents.map(({ id }) => id);

test('a store is kept for every schema', () => {
  for (const { number, name } of migrations) {
    const how = 'run "npm run keep:store" once, in the commit that brings the migration, and add the file';
    assert.ok(existsSync(keptStoreFile(number)), `there is no store of schema ${number} (${name}): ${how}`);
  }
});

for (const { number } of migrations) {
  test(`from schema ${number}: all of it is there, goes on, and is of schema ${newestSchema}`, async () => {
    const dir = await temporaryDir('upgrade');
    try {
      await mkdir(dir.path, { recursive: true });
      const file = join(dir.path, 'offhook.db');
      await copyFile(keptStoreFile(number), file);
      assert.equal(look(file).schema, number);
      const clock = clockAt(look(file).newestAt + 60_000);
      const app = await startApp(keptSettings, { dir: dir.path, clock });
      try {
        await everythingIsThere(app, number);
      } finally {
        await app.stop();
      }
      assert.equal(look(file).schema, newestSchema);
      assert.equal(look(file).integrity, 'ok');
      assert.ok(!look(file).secrets.some((text) => /a-kept-/.test(text)), 'credentials stay sealed');
      const again = await startApp(keptSettings, { dir: dir.path, clock });
      await again.stop();
    } finally {
      await dir.remove();
    }
  });
}

/** The time at which the store was made goes on: by today's, retention would take all of it. */
function clockAt(now: number): Clock {
  const offset = now - systemClock.now();
  return { ...systemClock, now: () => systemClock.now() + offset };
}

function look(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const newest = db.prepare('SELECT max(accepted_at) AS at FROM events').get() as { at: number };
    const rows = db.prepare('SELECT secrets FROM subscriptions').all() as { secrets: string }[];
    const { quick_check: integrity } = db.prepare('PRAGMA quick_check').get() as { quick_check: string };
    return { schema: schemaOf(db), newestAt: newest.at, integrity, secrets: rows.map(({ secrets }) => secrets) };
  } finally {
    db.close();
  }
}

/** @param schema the store was of */
async function everythingIsThere(app: TestApp, schema: number): Promise<void> {
  const { log, delivery } = app.app.parts();
  const { events } = await log.read({ after: 0, limit: 1_000 });
  // Among them may be what Offhook said itself when the store was made.
  const ours = events.filter(({ id }) => keptIds.includes(id));
  assert.deepEqual(
    ours.map(({ id }) => id),
    keptIds,
  );
  assert.equal(ours[0]?.data['text'], 'Grüße, 電話');
  const subscriptions = delivery.subscriptions.list(everything, { after: 0, limit: 10 });
  assert.deepEqual(
    subscriptions.map(({ name, target }) => [name, target.url, target.auth]),
    keptSubscriptions.map(({ name, endpoint }) => [name, endpoint.url, endpoint.auth]),
  );
  assert.deepEqual(
    subscriptions.map(({ createdBy }) => createdBy),
    Array.from({ length: 2 }, () => (schema < 8 ? null : 'administrator')),
    'who made what was there before that was kept is not known',
  );
  assert.deepEqual(
    delivery.endpoints(everything).map(({ parked }) => parked),
    [0, 1],
    'what was parked still is',
  );
  const { items } = await app.client.get<{ items: { outcome: string; subscription: number; seq: number }[] }>(
    '/v1/deliveries?limit=500',
  );
  const delivered = items.filter(({ outcome }) => outcome === 'delivered').map(({ seq }) => seq);
  assert.ok(ours.every(({ seq }) => delivered.includes(seq)));
  for (const { seq } of ours) {
    const found = await app.client.get<{ items: { seq: number }[] }>(`/v1/deliveries?seq=${seq}`);
    const expected = items.filter((item) => item.seq === seq);
    assert.deepEqual(found.items, expected, 'what was delivered before the upgrade is found by its event');
  }
  const calls = await app.client.get<{ items: { call: { id: string } }[] }>('/v1/calls?state=live');
  assert.deepEqual(
    calls.items.map(({ call }) => call.id),
    ['call-1'],
  );
  await repeats(
    app,
    ours.map(({ seq }) => seq),
  );
  const before = log.head();
  const [outcome] = await log.append([eventNamed('new')]);
  assert.equal(outcome?.seq, before + 1);
  await delivery.settledUpTo(before + 1);
}

/** The answer of a request that was answered before the upgrade. */
async function repeats(app: TestApp, seqs: readonly number[]): Promise<void> {
  const answer = await app.fetch('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': keptAnswerKey },
    body: JSON.stringify(keptEvents),
  });
  assert.equal(answer.status, 202);
  const { accepted } = (await answer.json()) as { accepted: { id: string; seq: number }[] };
  assert.deepEqual(
    accepted.map(({ seq }) => seq),
    seqs,
  );
}
