import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { formatDuration } from '../../kit/duration.ts';
import { databaseFile, unfinishedRestore } from '../../sqlite/connection.ts';
import { schemaOf } from '../../sqlite/migrate.ts';
import { newestSchema } from '../../sqlite/migrations/index.ts';
import { toErrorMessage } from '../../sqlite/storage-error.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

export interface LookedInto {
  readonly findings: readonly Finding[];
  /** Whether its tables are those this version knows, and can be read. */
  readonly isReadable: boolean;
}

const restoreRemedy =
  'stop the server, keep the damaged files aside, and put the newest backup in place: offhook restore BACKUP --replace';
/** What clocks differ by without anybody having set one. */
const toleratedMs = 5_000;

/** @param now milliseconds, by this machine's clock */
export function checkDatabase(dir: string, now: number): LookedInto {
  if (existsSync(join(dir, unfinishedRestore))) {
    const finding = failed('database', 'a restore was interrupted', 'run it again: offhook restore BACKUP --replace');
    return { findings: [finding], isReadable: false };
  }
  if (!existsSync(join(dir, databaseFile))) {
    return { findings: [skipped('database', 'there is none yet; the first start makes it')], isReadable: false };
  }
  try {
    return lookInto(dir, now);
  } catch (error) {
    const { code, message } = toErrorMessage(error);
    const remedy = code === 'corrupt' ? restoreRemedy : 'look at the rights of the data directory, and at its disk';
    return { findings: [failed('database', `it can't be read: ${message}`, remedy)], isReadable: false };
  }
}

function lookInto(dir: string, now: number): LookedInto {
  const db = new DatabaseSync(join(dir, databaseFile), { readOnly: true, timeout: 5_000 });
  try {
    const schema = schemaFinding(schemaOf(db));
    if (schema.status === 'failed') return { findings: [schema], isReadable: false };
    const verdicts = db.prepare('PRAGMA quick_check(3)').all() as { quick_check: string }[];
    const whole = verdicts[0]?.quick_check === 'ok';
    const found = verdicts.map(({ quick_check: text }) => text.replaceAll('\n', ' ')).join('; ');
    const integrity = whole
      ? ok('database', 'it is whole')
      : failed('database', `it is damaged: ${found}`, restoreRemedy);
    const findings = [schema, integrity, ...(schemaOf(db) === 0 ? [] : [clockFinding(db, now)])];
    return { findings, isReadable: whole && schemaOf(db) === newestSchema };
  } finally {
    db.close();
  }
}

function schemaFinding(schema: number): Finding {
  if (schema > newestSchema) {
    const detail = `schema ${schema} was written by a later version; this one knows up to ${newestSchema}`;
    return failed('schema', detail, 'start that version again, or restore a backup made by this one');
  }
  if (schema === newestSchema) return ok('schema', `${schema}, the newest`);
  return warning(
    'schema',
    `${schema}; the start brings it to ${newestSchema}, and there is no way back`,
    'make a backup before the start',
  );
}

function clockFinding(db: DatabaseSync, now: number): Finding {
  const newest = db.prepare('SELECT accepted_at AS at FROM events ORDER BY seq DESC LIMIT 1').get() as
    | { at: number }
    | undefined;
  if (!newest) return ok('clock', new Date(now).toISOString());
  const ahead = newest.at - now;
  if (ahead <= toleratedMs) return ok('clock', `${new Date(now).toISOString()}, after the newest event`);
  const detail = `the newest event is of ${formatDuration(Math.round(ahead / 1_000) * 1_000)} from now: the clock was set back`;
  return warning(
    'clock',
    detail,
    'let the machine keep time (chrony, systemd-timesyncd); retention and expiry go by it',
  );
}
