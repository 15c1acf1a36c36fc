/** A delivery over the embedded store, as the server wires it, in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDelivery } from '../../src/delivery/create-delivery.ts';
import { defaultEngineLimits } from '../../src/delivery/engine.ts';
import { createMemoryInbox } from '../../src/delivery/inbox/memory-inbox.ts';
import type { Delivery } from '../../src/delivery/management.ts';
import { createAddressGuard } from '../../src/delivery/sender/address-guard.ts';
import { createUndiciSender } from '../../src/delivery/sender/undici-sender.ts';
import { findDialect } from '../../src/dialects/registry.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { systemRandom } from '../../src/kit/random.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import { openSqliteRecords, type Records } from '../../src/records/sqlite/records.ts';
import { openSqliteEngine, type SqliteEngine } from '../../src/sqlite/engine.ts';

const clock = systemClock;
const week = 7 * 86_400_000;

/** The parts of one server's data directory, open. */
export class BenchStore {
  readonly dir: string;
  readonly engine: SqliteEngine;
  readonly log: EventLog;
  readonly records: Records;

  private constructor(dir: string, engine: SqliteEngine, log: EventLog, records: Records) {
    this.dir = dir;
    this.engine = engine;
    this.log = log;
    this.records = records;
  }

  static async open(): Promise<BenchStore> {
    const dir = await mkdtemp(join(tmpdir(), 'offhook-bench-'));
    const engine = await openSqliteEngine({ dir });
    const log = await openSqliteEventLog({ engine, clock, idWindowMs: 3_600_000 });
    return new BenchStore(dir, engine, log, openSqliteRecords({ engine }));
  }

  /** A delivery over it, not started. Loopback is allowed, since that is where the sink is. */
  delivery(): Delivery {
    const guard = createAddressGuard({ allowNetworks: ['127.0.0.0/8'] });
    const sender = createUndiciSender({ clock, guard, inbox: createMemoryInbox({ clock }) });
    const delivery = createDelivery(
      {
        clock,
        random: systemRandom,
        logger: silentLogger,
        log: this.log,
        store: this.records.delivery,
        subscriptions: this.records.subscriptions,
        sender,
        dialect: (name) => findDialect(name) ?? undefined,
        retentionMs: week,
      },
      defaultEngineLimits,
    );
    const stop = async (): Promise<void> => {
      await delivery.stop();
      await sender.close();
    };
    return { ...delivery, stop };
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.engine.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}
