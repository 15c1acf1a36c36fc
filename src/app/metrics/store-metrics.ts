import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { gauge, histogram } from '../../api/metrics/scraped.ts';
import { PlainHistogram } from '../../api/metrics/plain-histogram.ts';
import type { Clock } from '../../kit/clock.ts';
import type { EventLog } from '../../log/event-log.ts';
import { diskSpace } from '../health/disk-space.ts';
import type { StoreProbe } from '../health/store-probe.ts';

export interface WatchedStore {
  readonly clock: Clock;
  readonly log: EventLog;
  readonly journal: { behind(): number };
  readonly probe: StoreProbe;
  readonly dataDir: string;
  /** `retention.maxBytes` */
  readonly maxBytes: number | null;
}

/** Seconds. */
const appendBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export const newAppendHistogram = (): PlainHistogram => new PlainHistogram(appendBounds);

/** @param running null: not running yet */
export function registerStore(registry: Registry, appends: PlainHistogram, running: () => WatchedStore | null): void {
  const one = (name: string, help: string, read: (store: WatchedStore) => number | Promise<number>): void =>
    gauge(registry, { name, help }, async () => {
      const store = running();
      return store ? [[await read(store)]] : [];
    });
  one('offhook_log_head', 'Sequence of the newest durable event', ({ log }) => log.head());
  one('offhook_log_floor', 'Everything up to this sequence is gone by retention', ({ log }) => log.floor());
  one('offhook_log_oldest_event_age_seconds', 'Age of the oldest event that retention has left', oldestAge);
  one('offhook_journal_behind_events', 'Events the journal of calls has not read yet', ({ journal }) =>
    journal.behind(),
  );
  one('offhook_store_bytes', 'Size of the store, without what retention has freed', async ({ probe }) => {
    return (await probe()).usedBytes ?? Number.NaN;
  });
  one(
    'offhook_store_limit_bytes',
    'Size at which events are refused (retention.maxBytes); NaN: none',
    ({ maxBytes }) => {
      return maxBytes ?? Number.NaN;
    },
  );
  one('offhook_store_wal_bytes', 'Size of the write-ahead log beside the store', ({ dataDir }) =>
    stat(join(dataDir, 'offhook.db-wal')).then(
      ({ size }) => size,
      () => Number.NaN,
    ),
  );
  one('offhook_disk_free_bytes', 'What is left of the disk the store is on', async ({ dataDir }) => {
    return (await diskSpace(dataDir).catch(() => null))?.freeBytes ?? Number.NaN;
  });
  const help = 'How long batches of events took to become durable, the wait for the writer included';
  histogram(registry, { name: 'offhook_append_duration_seconds', help }, appends);
}

async function oldestAge({ log, clock }: WatchedStore): Promise<number> {
  const page = await log.read({ after: log.floor(), limit: 1, sparing: true }).catch(() => null);
  const oldest = page?.events[0];
  return oldest ? Math.max(0, clock.now() - Date.parse(oldest.acceptedAt)) / 1000 : Number.NaN;
}
