/** A delivery over the embedded store, as the server wires it, in a folder of its own. */
import { createDelivery } from '../../src/delivery/create-delivery.ts';
import { defaultEngineLimits } from '../../src/delivery/engine-parts.ts';
import { createMemoryInbox } from '../../src/delivery/inbox/memory-inbox.ts';
import type { Delivery } from '../../src/delivery/management.ts';
import { createAddressGuard } from '../../src/delivery/sender/address-guard.ts';
import type { Sender } from '../../src/delivery/sender/sender.ts';
import { createUndiciSender } from '../../src/delivery/sender/undici-sender.ts';
import { findDialect } from '../../src/dialects/registry.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { systemRandom } from '../../src/kit/random.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { DeliveryStore } from '../../src/records/delivery-store.ts';
import { openSqliteRecords, type Records } from '../../src/records/sqlite/records.ts';
import { openSqliteEngine, type SqliteEngine } from '../../src/sqlite/engine.ts';
import { removeDir, temporaryDir } from './temporary.ts';

const clock = systemClock;
const week = 7 * 86_400_000;
const appendedAtOnce = 500;
/** Rarely enough that looking costs what is measured next to nothing, often enough to be right to a fraction of a percent. */
const lookEveryMs = 25;

/** Over the network, to loopback too, since that is where the sink is. */
export function networkSender(): Sender {
  const guard = createAddressGuard({ allowNetworks: ['127.0.0.0/8'] });
  return createUndiciSender({ clock, guard, inbox: createMemoryInbox({ clock }) });
}

/** Every receiver answers 204 at once, without a network: what is left is Offhook's own work. */
export const instantSender: Sender = {
  send: (_request, ended) =>
    queueMicrotask(() => ended({ kind: 'answered', status: 204, excerpt: '', retryAfterMs: null, durationMs: 0 })),
  close: () => Promise.resolve(),
};

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
    const dir = temporaryDir();
    const engine = await openSqliteEngine({ dir });
    const log = await openSqliteEventLog({ engine, clock, idWindowMs: 3_600_000 });
    return new BenchStore(dir, engine, log, openSqliteRecords({ engine }));
  }

  /** A delivery over it, not started. */
  delivery(sender: Sender, store: DeliveryStore = this.records.delivery): Delivery {
    const delivery = createDelivery(
      {
        clock,
        random: systemRandom,
        logger: silentLogger,
        log: this.log,
        store,
        subscriptions: this.records.subscriptions,
        replays: this.records.replays,
        sender,
        dialect: (name) => findDialect(name) ?? undefined,
        eventLimit: () => 16,
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

  async append(events: Iterable<NewEvent>): Promise<void> {
    let batch: NewEvent[] = [];
    for (const event of events) {
      batch.push(event);
      if (batch.length < appendedAtOnce) continue;
      await this.log.append(batch);
      batch = [];
    }
    await this.log.append(batch);
  }

  /** Resolves when so many attempts are on stable storage. */
  async attemptsStored(count: number): Promise<void> {
    for (;;) {
      const { attempts } = await this.records.attempts.list({ subscriptions: null, limit: 1 });
      if ((attempts[0]?.row ?? 0) >= count) return;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.engine.close();
    removeDir(this.dir);
  }
}
