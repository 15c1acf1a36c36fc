/** A journal of very many calls, written by direct SQL, and the searches of it that the API makes. */
import { DatabaseSync } from 'node:sqlite';
import { type CallRecord, numberKey } from '../../../src/model/call-record.ts';
import { everything } from '../../../src/model/scope.ts';
import type { CallQuery } from '../../../src/records/call-journal.ts';
import { beginningsOf } from '../../../src/records/sqlite/call-beginnings.ts';
import { keysOf } from '../../../src/records/sqlite/call-keys.ts';
import { callEvents } from '../events.ts';
import type { Searches } from './searches.ts';

export const start = Date.UTC(2026, 0, 1);
const everyMs = 10;
export const domains = 100;
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
export const lostEvery = 2_000;
const rowsAtOnce = 10_000;

const [pattern] = [...callEvents(1, 1)];

/** One call of fifty is with the same number. */
export const busyNumber = '+12029999999';
const busyEvery = 50;
/** Of the others five are with each, however many there are: pages are as full over few as over many. */
const callsOfNumber = 5;
const numberAt = (index: number, calls: number): string =>
  index % busyEvery === 1
    ? busyNumber
    : `+1${2_000_000_000 + ((index * 7_919) % Math.max(1, Math.floor(calls / callsOfNumber)))}`;
/** A number that few calls are with, another one each time. */
export const someNumber = (calls: number, turn: number): string => numberAt(((turn * 104_729) % calls) & ~1, calls);

const eventsOfCall = 8;
const sideBySide = 1_000;

/** Where the events of a call lie in the log, oldest first: a thousand calls go on at a time. */
export function seqsOf(index: number): number[] {
  const first = Math.floor(index / sideBySide) * sideBySide * eventsOfCall + (index % sideBySide) + 1;
  return Array.from({ length: eventsOfCall }, (_, step) => first + step * sideBySide);
}

export function callOf(seq: number): number {
  const round = Math.floor((seq - 1) / (sideBySide * eventsOfCall));
  return round * sideBySide + ((seq - 1) % sideBySide);
}

/** @param calls how many there are */
export function recordAt(index: number, calls: number): CallRecord {
  const call = pattern?.call;
  if (!call) throw new Error('the pattern is no call');
  const number = numberAt(index, calls);
  const extension = String(100 + (index % 50));
  const outcome = index % lostEvery === 0 ? ('lost' as const) : (outcomes[index % outcomes.length] ?? 'answered');
  const facts = {
    ...call,
    id: `${start + index * everyMs}-${index}`,
    state: 'ended' as const,
    outcome,
    from: { number, raw: number, name: 'Alice Ames', kind: 'external' as const },
    to: { number: extension, raw: extension, name: null, kind: 'internal' as const },
    startedAt: new Date(start + index * everyMs).toISOString(),
  };
  const seqs = seqsOf(index);
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

/** For writing a lot at once; nothing else has the file open. */
export function openToFill(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE');
  return db;
}

/** Runs `put` for every number below `count`, some thousand in one transaction. */
export function inTransactions(db: DatabaseSync, count: number, put: (index: number) => void): void {
  for (let index = 0; index < count; index++) {
    if (index % rowsAtOnce === 0) db.exec(index === 0 ? 'BEGIN' : 'COMMIT; BEGIN');
    put(index);
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
}

export function fillNames(db: DatabaseSync): void {
  db.exec("INSERT INTO names (id, name) VALUES (1, 'default'), (1000, 'pbx1')");
  const name = db.prepare('INSERT INTO names (id, name) VALUES (?, ?)');
  for (let domain = 0; domain < domains; domain++) name.run(domain + 2, `d${domain}`);
}

/**
 * Entries are sorted before they are put in place: in the order of the calls they would scatter over all of it. Until
 * then they lie in a file of their own, which goes.
 */
export function fillCalls(db: DatabaseSync, calls: number): void {
  db.exec(`
    ATTACH '' AS aside;
    CREATE TABLE aside.staged (key TEXT, started_at INTEGER, call INTEGER);
    CREATE TABLE aside.staged_beginnings (beginning TEXT, started_at INTEGER, call INTEGER, rest TEXT, domain INTEGER)`);
  const put = db.prepare('INSERT INTO calls VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)');
  const stage = db.prepare('INSERT INTO staged VALUES (?, ?, ?)');
  const stageBeginning = db.prepare('INSERT INTO staged_beginnings VALUES (?, ?, ?, ?, ?)');
  inTransactions(db, calls, (index) => {
    const { seq, ...body } = recordAt(index, calls);
    const { id, direction, outcome } = body.call;
    const domain = (index % domains) + 2;
    const startedAt = start + index * everyMs;
    put.run(index + 1, domain, id, startedAt, seq, direction, outcome, JSON.stringify(body));
    for (const key of keysOf({ ...body, seq }, { domain, reseller: 1 })) {
      stage.run(key, startedAt, index + 1);
      for (const [beginning, rest] of beginningsOf(key))
        stageBeginning.run(beginning, startedAt, index + 1, rest, domain);
    }
  });
  db.exec(`
    INSERT INTO call_keys SELECT * FROM staged ORDER BY 1, 2, 3;
    DROP TABLE staged;
    INSERT INTO call_beginnings SELECT * FROM staged_beginnings ORDER BY 1, 2, 3, 4;
    DROP TABLE staged_beginnings;
    DETACH aside;
    PRAGMA wal_checkpoint(TRUNCATE)`);
}

const search =
  (queryOf: (calls: number, turn: number) => Partial<CallQuery>): Searches[string] =>
  ({ records }, calls, turn) =>
    records.calls.search({ access: everything, limit: 50, ...queryOf(calls, turn) });

export const callSearches: Searches = {
  'by number': search((calls, turn) => ({ numbers: [numberKey(someNumber(calls, turn))] })),
  'by a busy number': search(() => ({ numbers: [numberKey(busyNumber)] })),
  'by seven digits a number begins with': search((calls, turn) => ({
    numbers: [numberKey(someNumber(calls, turn)).slice(0, 7)],
    prefix: true,
  })),
  'by nine digits a number begins with': search((calls, turn) => ({
    numbers: [numberKey(someNumber(calls, turn)).slice(0, 9)],
    prefix: true,
  })),
  'newest of a domain': search((_calls, turn) => ({ domain: `d${turn % domains}` })),
  'of an extension': search((_calls, turn) => ({ domain: `d${turn % 50}`, extension: String(100 + (turn % 50)) })),
  'by a rare outcome': search(() => ({ outcome: 'lost' })),
  'by outcome and direction': search((_calls, turn) => ({
    outcome: 'answered',
    direction: pattern?.call?.direction ?? 'inbound',
    domain: `d${turn % domains}`,
  })),
  'at a time long ago': search((calls, turn) => ({ until: start + ((turn * 104_729) % calls) * everyMs })),
};
