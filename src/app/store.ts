import type { EventLog } from '../log/event-log.ts';
import { openSqliteEventLog } from '../log/sqlite/event-log.ts';
import { openSqliteRecords, type Records } from '../records/sqlite/records.ts';
import { resealSubscriptions } from '../records/sqlite/reseal-subscriptions.ts';
import { openSqliteEngine } from '../sqlite/engine.ts';
import { type AdminToken, openAdminToken } from './admin-token.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import { createStoreProbe, type StoreProbe } from './health/store-probe.ts';
import { openSeal } from './seal/seal.ts';

export interface Store {
  readonly log: EventLog;
  readonly records: Records;
  readonly token: AdminToken;
  /** Whether it works, found out by trying. */
  readonly probe: StoreProbe;
  /** Signs what tokens give out for a short time. */
  readonly grantKey: Buffer;
  /** The one in force first. */
  readonly sourceKeys: readonly Buffer[];
}

/**
 * @param onAppend told how many milliseconds each append took
 * @param fatal called when a storage thread dies: nothing can be accepted or recorded any more
 */
export async function openStore(
  parts: Parts,
  { clock, logger, config }: Base,
  fatal: (error: Error) => void,
  onAppend: (ms: number) => void = () => {},
): Promise<Store> {
  const { dir } = config.data;
  const { ids, maxBytes } = config.retention;
  const engine = await parts.add(
    'store',
    () => openSqliteEngine({ dir, onCrash: fatal }),
    (started) => started.close(),
  );
  const seal = await openSeal(config.secret, dir);
  const resealed = await resealSubscriptions(engine, seal);
  if (resealed > 0)
    logger.info({ credentials: resealed, key: seal.keyId }, 'stored credentials were sealed by the key in force');
  const log = await parts.add(
    'log',
    () => openSqliteEventLog({ engine, clock, idWindowMs: ids, maxBytes, onAppend }),
    (started) => started.close(),
  );
  const hole = log.holes().at(-1);
  if (hole && hole.upTo === log.head()) {
    const fields = { lastEvent: hole.after, nextEvent: hole.upTo + 1 };
    logger.warn(fields, 'the store is a restored backup, or lost what was written last: later events are not in it');
  }
  const records = openSqliteRecords({ engine, seal });
  const probe = createStoreProbe(engine, clock);
  const grantKey = seal.keyFor('grants');
  const sourceKeys = seal.keysFor('registered sources');
  return {
    log,
    records,
    probe,
    grantKey,
    sourceKeys,
    token: await openAdminToken(records.settings, config.admin.token),
  };
}
