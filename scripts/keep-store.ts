/**
 * Keeps a small store of the newest schema in `test/fixtures/stores/`, for the test that upgrades every one of them.
 * To be run once, with the commit that brings a migration; what is kept is never made again by later code.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { migrations } from '../src/sqlite/migrations/index.ts';
import { startApp, type TestApp } from '../test/support/app.ts';
import {
  keptAnswerKey,
  keptEvents,
  keptSettings,
  keptStoreFile,
  keptSubscriptions,
} from '../test/support/kept-store.ts';

const schema = migrations.at(-1)?.number ?? 0;
const file = keptStoreFile(schema).pathname;
if (existsSync(file)) {
  console.log(`${file} is there already`);
  process.exit(0);
}

async function fill(app: TestApp): Promise<void> {
  for (const subscription of keptSubscriptions) {
    await app.client.send('POST', '/v1/subscriptions', JSON.stringify(subscription));
  }
  const answer = await app.fetch('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': keptAnswerKey },
    body: JSON.stringify(keptEvents),
  });
  if (answer.status !== 202) throw new Error(await answer.text());
  const { delivery, log } = app.app.parts();
  await delivery.settledUpTo(log.head());
  while (
    !delivery.endpoints({ reseller: '*', domain: '*', user: '*', extension: '*' }).some(({ parked }) => parked > 0)
  ) {
    await wait(20);
  }
}

const app = await startApp(keptSettings);
await fill(app);
await app.stop();
const db = new DatabaseSync(join(app.dir, 'offhook.db'));
db.exec(`VACUUM INTO '${file}'`);
db.close();
await rm(app.dir, { recursive: true });
console.log(`wrote ${file}`);
