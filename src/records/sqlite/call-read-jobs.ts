/** The journal of calls in SQLite: what the reader thread does. Every job is bounded in calls looked at. */
import type { DatabaseSync } from 'node:sqlite';
import { knownNumbers } from '../../sqlite/names.ts';
import { matchesCall } from '../../model/call-filter.ts';
import type { CallRecord } from '../../model/call-record.ts';
import { mayAccessParticipants, type Access } from '../../model/scope.ts';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import type { CallKey, CallPage, CallPosition, CallQuery, JournalPlace } from '../call-journal.ts';
import { beginningReader, isWholeBeginning, mostBeginnings } from './call-beginnings.ts';
import { callKey, hasOutcomeKey } from './call-keys.ts';
import { type Entry, type Found, order, pageOf, type Walk } from './call-walk.ts';
import { type CallBody, callPlaceName } from './call-write-jobs.ts';

/** Calls looked at in one go under one key, and records read: some 10 ms. */
const mostLookedAt = 1_000;
/** Entries of numbers that begin alike and are sorted by time: about 1 ms. */
const mostOfPrefix = 1_000;

interface Row {
  readonly seq: number;
  readonly body: string;
}

function recordOf({ seq, body }: Row): CallRecord {
  const record = { ...(JSON.parse(body) as CallBody), seq };
  // Of a log that is no more: nobody finds its events by their sequences.
  return seq === 0 ? { ...record, firstSeq: 0, seqs: [] } : record;
}

const isVisible = (access: Access, { reseller, domain, users, extensions }: CallRecord): boolean =>
  mayAccessParticipants(access, { reseller, domain, users, extension: null, extensions });

export function callReadJobs(db: DatabaseSync) {
  const meta = metaFacts(db);
  const names = knownNumbers(db);
  const numberOf = (name: string): number | undefined => names.get([name])[0];
  const any = db.prepare('SELECT 1 FROM calls LIMIT 1');
  const byKey = db.prepare('SELECT seq, body FROM calls WHERE call_id = ? AND domain = ?');
  const byId = db.prepare('SELECT seq, body FROM calls WHERE call_id = ? ORDER BY seq DESC');
  // What a call does not have is found out without reading its record.
  const byRow = db.prepare(
    'SELECT seq, body FROM calls WHERE row = ?1 AND (?2 IS NULL OR direction = ?2) AND (?3 IS NULL OR outcome = ?3)',
  );
  const entries = db.prepare(`
    SELECT started_at AS startedAt, call AS row FROM call_keys
    WHERE key = ?1 AND started_at >= ?2 AND (started_at, call) < (?3, ?4)
    ORDER BY started_at DESC, call DESC LIMIT ${mostLookedAt}`);
  const beginning = db.prepare(
    `SELECT DISTINCT started_at AS startedAt, call AS row FROM call_keys WHERE key >= ? AND key < ? LIMIT ${mostOfPrefix + 1}`,
  );
  const beginnings = beginningReader(db);

  /** At most one of each domain. */
  function rowsOfId(callId: string, domain: string): Iterable<Row> {
    const id = toExactText(callId);
    if (domain === '*') return byId.iterate(id) as unknown as Iterable<Row>;
    const number = numberOf(domain);
    const row = number === undefined ? undefined : byKey.get(id, number);
    return row ? [row as unknown as Row] : [];
  }

  /** The keys that together have every call that may match; null: there is none. */
  function keysFor({ access, numbers, prefix, ...query }: CallQuery): readonly string[] | null {
    if (query.recording !== undefined) return [callKey.recording(query.recording)];
    if (numbers !== undefined && !prefix) return numbers.map(callKey.number);
    const name = access.domain === '*' ? query.domain : access.domain;
    const domain = name === undefined ? undefined : numberOf(name);
    if (name !== undefined && domain === undefined) return null;
    if (domain !== undefined) return keysWithin(domain, access, query);
    if (hasOutcomeKey(query.outcome)) return [callKey.outcome(query.outcome)];
    if (access.reseller === '*') return [callKey.every];
    const reseller = numberOf(access.reseller);
    return reseller === undefined ? null : [callKey.reseller(reseller)];
  }

  function keysWithin(domain: number, access: Access, query: Pick<CallQuery, 'extension' | 'outcome'>): string[] {
    if (query.extension !== undefined) return [callKey.extension(domain, query.extension)];
    if (access.extension !== '*') return [callKey.extension(domain, access.extension)];
    if (access.user !== '*') {
      const owned = (access.owned ?? []).map((extension) => callKey.extension(domain, extension));
      return [callKey.user(domain, access.user), ...owned];
    }
    return [hasOutcomeKey(query.outcome) ? callKey.outcomeIn(domain, query.outcome) : callKey.domain(domain)];
  }

  /** @param most entries that `candidates` has at most: where all of them came, there may be more */
  function look(query: CallQuery, candidates: Iterable<Entry>, most = mostLookedAt): Walk {
    const found: Found[] = [];
    let looked = 0;
    let records = 0;
    let last: Entry | null = null;
    /** The call whose record was looked at; it may come again under another of its numbers. */
    let decided: number | null = null;
    for (const entry of candidates) {
      last = entry;
      looked++;
      if (!(entry.fits ?? true) || entry.row === decided) continue;
      decided = entry.row;
      const record = wantedRecord(query, entry.row);
      if (record) found.push({ ...entry, record });
      if (found.length >= query.limit || ++records >= mostLookedAt) return { found, stoppedAt: last };
    }
    if (looked < most || !last) return { found, stoppedAt: null };
    // Of the last call not all may have come: unless its record was looked at, it comes again.
    return { found, stoppedAt: last.row === decided ? last : { ...last, row: last.row + 1 } };
  }

  function wantedRecord(query: CallQuery, number: number): CallRecord | null {
    const row = byRow.get(number, query.direction ?? null, query.outcome ?? null) as Row | undefined;
    if (!row) return null;
    const record = recordOf(row);
    return matchesCall(query, record) && isVisible(query.access, record) ? record : null;
  }

  const top = ({ before, until }: CallQuery): CallPosition => {
    const limit = until === undefined ? null : { startedAt: Math.ceil(until), row: 0 };
    if (!before || !limit) return before ?? limit ?? { startedAt: Number.MAX_SAFE_INTEGER, row: 0 };
    return order(before, limit) > 0 ? before : limit;
  };

  /** Calls whose numbers begin so, where these are few enough to be put in order; null: they are not. */
  function fewOfPrefix(query: CallQuery): readonly Entry[] | null {
    const all = new Map<number, Entry>();
    for (const number of query.numbers ?? []) {
      const from = callKey.number(number);
      const some = beginning.all(from, `${from}\u{10ffff}`) as unknown as Entry[];
      for (const entry of some) all.set(entry.row, { ...entry });
      if (all.size > mostOfPrefix || some.length > mostOfPrefix) return null;
    }
    const first = top(query);
    return [...all.values()]
      .filter((entry) => order(first, entry) < 0 && entry.startedAt >= (query.since ?? 0))
      .sort(order);
  }

  /** By the entries for beginnings; null: one of them is too short to have any. */
  function walksOfPrefix(query: CallQuery): readonly Walk[] | null {
    const name = query.access.domain === '*' ? query.domain : query.access.domain;
    const domain = name === undefined ? null : numberOf(name);
    if (domain === undefined) return [];
    const facts = { domain, since: query.since ?? 0, before: top(query) };
    const walks: Walk[] = [];
    for (const prefix of query.numbers ?? []) {
      const candidates = beginnings({ ...facts, prefix });
      if (!candidates) return null;
      walks.push(look(query, candidates, mostBeginnings));
    }
    return walks;
  }

  function search(query: CallQuery): CallPage {
    if (query.numbers && query.prefix) {
      const few = query.numbers.every(isWholeBeginning) ? null : fewOfPrefix(query);
      const walks = few ? [look(query, few, Infinity)] : walksOfPrefix(query);
      if (walks) return pageOf(walks, query.limit);
    }
    const first = top(query);
    const keys = keysFor(query) ?? [];
    const walk = (key: string): Walk =>
      look(query, entries.iterate(key, query.since ?? 0, first.startedAt, first.row) as unknown as Iterable<Entry>);
    return pageOf(keys.map(walk), query.limit);
  }

  return {
    'calls.place': (): JournalPlace | null => {
      const stored = meta.text(callPlaceName);
      if (stored === null || !any.get()) return null;
      const [log, seq] = JSON.parse(stored) as [string, number];
      return { log, seq };
    },
    'calls.records': ({ keys }: { readonly keys: readonly CallKey[] }): readonly (CallRecord | null)[] =>
      keys.map(({ domain, callId }) => {
        const [row] = rowsOfId(callId, domain);
        return row ? recordOf(row) : null;
      }),
    'calls.search': search,
    'calls.find': ({ access, callId }: { readonly access: Access; readonly callId: string }): CallRecord | null => {
      for (const row of rowsOfId(callId, access.domain)) {
        const record = recordOf(row);
        if (isVisible(access, record)) return record;
      }
      return null;
    },
  };
}
