/** A store with very many calls, written by direct SQL, and searches over it as the API makes them. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CallRecord, numberKey } from '../../src/model/call-record.ts';
import { everything } from '../../src/model/scope.ts';
import type { CallQuery } from '../../src/records/call-journal.ts';
import { openSqliteRecords } from '../../src/records/sqlite/records.ts';
import { keysOf } from '../../src/records/sqlite/call-keys.ts';
import { openSqliteEngine } from '../../src/sqlite/engine.ts';
import { callEvents } from '../support/events.ts';
import { serve } from '../support/serve.ts';
import { removeDir, temporaryDir } from '../support/temporary.ts';

const start = Date.UTC(2026, 0, 1);
const everyMs = 10;
const domains = 100;
const outcomes = [
  'answered',
  'answered',
  'answered',
  'answered',
  'answered',
  'no_answer',
  'busy',
  'voicemail',
] as const;
/** One call in so many. */
const lostEvery = 2_000;
const rowsAtOnce = 10_000;

const [pattern] = [...callEvents(1, 1)];

const numberAt = (index: number): string => `+1${2_000_000_000 + ((index * 7_919) % 900_000)}`;

function recordAt(index: number): CallRecord {
  const call = pattern?.call;
  if (!call) throw new Error('the pattern is no call');
  const number = numberAt(index);
  const extension = String(100 + (index % 50));
  const outcome = index % lostEvery === 0 ? ('lost' as const) : (outcomes[index % outcomes.length] ?? 'answered');
  const facts = {
    ...call,
    id: `${start + index * everyMs}-${index}`,
    state: 'ended' as const,
    outcome,
    from: { number, raw: number.slice(2), name: 'Alice Ames', kind: 'external' as const },
    to: { number: extension, raw: extension, name: null, kind: 'internal' as const },
    startedAt: new Date(start + index * everyMs).toISOString(),
  };
  const seqs = Array.from({ length: 8 }, (_, at) => index * 8 + at + 1);
  return {
    reseller: 'default',
    domain: `d${index % domains}`,
    connector: 'pbx1',
    extensions: [extension],
    users: [],
    call: facts,
    legs: [],
    ringMs: 5_000,
    final: true,
    firstSeq: seqs[0] as number,
    seq: seqs.at(-1) as number,
    seqs,
  };
}

/** Entries are sorted before they are put in place: in the order of the calls they would scatter over all of it. */
function fill(file: string, calls: number): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE');
  db.exec("INSERT INTO names (id, name) VALUES (1, 'default')");
  const name = db.prepare('INSERT INTO names (id, name) VALUES (?, ?)');
  for (let domain = 0; domain < domains; domain++) name.run(domain + 2, `d${domain}`);
  db.exec('CREATE TABLE staged (key TEXT, started_at INTEGER, call INTEGER)');
  const put = db.prepare('INSERT INTO calls VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)');
  const stage = db.prepare('INSERT INTO staged VALUES (?, ?, ?)');
  for (let index = 0; index < calls; index++) {
    if (index % rowsAtOnce === 0) db.exec(index === 0 ? 'BEGIN' : 'COMMIT; BEGIN');
    const { seq, ...body } = recordAt(index);
    const { id, direction, outcome } = body.call;
    const domain = (index % domains) + 2;
    const startedAt = start + index * everyMs;
    put.run(index + 1, domain, id, startedAt, seq, direction, outcome, JSON.stringify(body));
    for (const key of keysOf({ ...body, seq }, { domain, reseller: 1 })) stage.run(key, startedAt, index + 1);
  }
  db.exec('COMMIT');
  db.exec('INSERT INTO call_keys SELECT key, started_at, call FROM staged ORDER BY 1, 2, 3');
  db.exec('DROP TABLE staged; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

/** What people look for; `turn` is another one each time. */
const searches: Readonly<Record<string, (calls: number, turn: number) => Partial<CallQuery>>> = {
  'by number': (calls, turn) => ({ numbers: [numberKey(numberAt((turn * 104_729) % calls))] }),
  'by how a number begins': (calls, turn) => ({
    numbers: [numberKey(numberAt((turn * 104_729) % calls)).slice(0, 7)],
    prefix: true,
  }),
  'newest of a domain': (_calls, turn) => ({ domain: `d${turn % domains}` }),
  'of an extension': (_calls, turn) => ({ domain: `d${turn % 50}`, extension: String(100 + (turn % 50)) }),
  'by a rare outcome': () => ({ outcome: 'lost' }),
  'by outcome and direction': (_calls, turn) => ({
    outcome: 'answered',
    direction: pattern?.call?.direction ?? 'inbound',
    domain: `d${turn % domains}`,
  }),
  'at a time long ago': (calls, turn) => ({ until: start + ((turn * 104_729) % calls) * everyMs }),
};

async function measure(dir: string, calls: number, times: number): Promise<Record<string, number[]>> {
  const engine = await openSqliteEngine({ dir });
  const journal = openSqliteRecords({ engine }).calls;
  const found: Record<string, number[]> = {};
  try {
    for (const [name, queryOf] of Object.entries(searches)) {
      const one = async (turn: number): Promise<number> => {
        const begin = performance.now();
        await journal.search({ access: everything, limit: 50, ...queryOf(calls, turn) });
        return performance.now() - begin;
      };
      for (let turn = 0; turn < 20; turn++) await one(turn);
      const took: number[] = [];
      for (let turn = 20; turn < 20 + times; turn++) took.push(await one(turn));
      found[name] = took;
    }
    return found;
  } finally {
    await engine.close();
  }
}

const methods = {
  make: async ({ calls }: { readonly calls: number }): Promise<string> => {
    const dir = temporaryDir();
    const engine = await openSqliteEngine({ dir });
    await engine.close();
    fill(join(dir, 'offhook.db'), calls);
    return dir;
  },
  measure: ({ dir, calls, times }: { readonly dir: string; readonly calls: number; readonly times: number }) =>
    measure(dir, calls, times),
  remove: ({ dir }: { readonly dir: string }): void => removeDir(dir),
};

export type SearchMethods = typeof methods;
serve(methods);
