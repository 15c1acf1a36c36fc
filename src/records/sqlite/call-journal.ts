import type { CallRecord } from '../../model/call-record.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { CallJournal, CallPage, CallPosition, CallQuery } from '../call-journal.ts';

/** Pieces a search is made of at most, up to 10 ms of the reader each; then it answers with what it has found. */
const mostPieces = 10;

async function search(engine: SqliteEngine, query: CallQuery): Promise<CallPage> {
  const calls: CallRecord[] = [];
  let before: CallPosition | null = query.before ?? null;
  for (let piece = 0; piece < mostPieces; piece++) {
    const from = before ? { before } : {};
    const page: CallPage = await engine.read('calls.search', { ...query, ...from, limit: query.limit - calls.length });
    calls.push(...page.calls);
    before = page.next;
    if (before === null || calls.length >= query.limit) break;
  }
  return { calls, next: before };
}

export function sqliteCallJournal(engine: SqliteEngine): CallJournal {
  return {
    place: () => engine.read('calls.place', undefined),
    records: (keys) => engine.read('calls.records', { keys }),
    write: (records, place) => engine.write('calls.write', { records, place }, records.length * 3_000),
    forgetSequences: () => engine.write('calls.forgetSequences', undefined),
    search: (query) => search(engine, query),
    find: (access, callId) => engine.read('calls.find', { access, callId }),
    trim: (request) => engine.write('calls.trim', request),
  };
}
