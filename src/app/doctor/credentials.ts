import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Config } from '../../config/schema.ts';
import { decodeSubscription } from '../../records/sqlite/subscription-codec.ts';
import { subscriptionReadJobs } from '../../records/sqlite/subscription-jobs.ts';
import { databaseFile } from '../../sqlite/connection.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { keyIn } from '../seal/key-file.ts';
import { type KeyedSeal, openSeal } from '../seal/seal.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

export interface OpenedCredentials {
  readonly finding: Finding;
  /** Those that could be opened. */
  readonly subscriptions: readonly Subscription[];
}

/** Opens every stored credential, as the start does. Makes nothing. */
export async function checkCredentials({ secret, data }: Config): Promise<OpenedCredentials> {
  const none = (finding: Finding): OpenedCredentials => ({ finding, subscriptions: [] });
  try {
    if (secret.key === null && (await keyIn(data.dir)) === null) {
      const detail = 'there is no key file; if this is a restored store, its former key file belongs here';
      const count = countSubscriptions(data.dir);
      if (count === 0) return none(skipped('credentials', 'none are stored yet'));
      return none(
        failed(
          'credentials',
          `${count} are stored, and ${detail}`,
          'put secret.key back into the data directory, or set OFFHOOK_SECRET_KEY',
        ),
      );
    }
    return openAll(data.dir, await openSeal(secret, data.dir));
  } catch (error) {
    return none(
      failed('credentials', (error as Error).message, 'put the former key back; see the upgrade guide, "The key"'),
    );
  }
}

/** Reads a store that may be another process's. */
export function withDatabase<T>(dir: string, use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(dir, databaseFile), { readOnly: true, timeout: 5_000 });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const countSubscriptions = (dir: string): number =>
  withDatabase(
    dir,
    (db) => (db.prepare('SELECT count(*) AS count FROM subscriptions').get() as { count: number }).count,
  );

function openAll(dir: string, seal: KeyedSeal): OpenedCredentials {
  return withDatabase(dir, (db) => {
    const read = subscriptionReadJobs(db)['subscriptions.after'];
    const subscriptions: Subscription[] = [];
    let stale = 0;
    for (let rows = read({ number: 0 }); rows.length > 0; rows = read({ number: rows.at(-1)?.number ?? 0 })) {
      for (const row of rows) {
        subscriptions.push(decodeSubscription(row, seal));
        if (!seal.isCurrent(row.secrets)) stale++;
      }
    }
    const detail = `all ${subscriptions.length} can be opened (key ${seal.keyId})`;
    if (stale === 0) return { finding: ok('credentials', detail), subscriptions };
    const finding = warning(
      'credentials',
      `${detail}, ${stale} of them by a former key`,
      'restart the server: it encrypts them anew',
    );
    return { finding, subscriptions };
  });
}
