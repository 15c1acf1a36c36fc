import { ManualClock } from '../../src/kit/manual-clock.ts';
import { createMemoryEventLog } from '../../src/log/memory/event-log.ts';
import { openSqliteEventLog } from '../../src/log/sqlite/event-log.ts';
import { openMemoryEngine, openSqliteEngine } from '../../src/sqlite/engine.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { eventLogConformance } from './event-log.ts';
import { idWindowMs, type LogUnderTest } from './event-log-support.ts';

function openMemory(): Promise<LogUnderTest> {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs });
  return Promise.resolve({ clock, log: () => log, reopen: null, close: () => log.close() });
}

async function openFile(): Promise<LogUnderTest> {
  const clock = new ManualClock();
  const dir = await temporaryDir('log');
  let engine = await openSqliteEngine({ dir: dir.path });
  let log = await openSqliteEventLog({ engine, clock, idWindowMs });
  return {
    clock,
    log: () => log,
    reopen: async () => {
      await log.close();
      await engine.close();
      engine = await openSqliteEngine({ dir: dir.path });
      log = await openSqliteEventLog({ engine, clock, idWindowMs });
    },
    close: async () => {
      await engine.close();
      await dir.remove();
    },
  };
}

/** Reopening over the same engine drops what the main thread remembers, so that every read goes to the store. */
async function openInMemory(): Promise<LogUnderTest> {
  const clock = new ManualClock();
  const engine = await openMemoryEngine();
  let log = await openSqliteEventLog({ engine, clock, idWindowMs });
  return {
    clock,
    log: () => log,
    reopen: async () => {
      log = await openSqliteEventLog({ engine, clock, idWindowMs });
    },
    close: () => engine.close(),
  };
}

eventLogConformance('memory', openMemory, 200);
eventLogConformance('sqlite, a file', openFile, 10);
eventLogConformance('sqlite, in memory', openInMemory, 30);
