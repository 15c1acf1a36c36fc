/** What the writer thread does for the log. Every job runs inside a transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { toExactText } from '../../sqlite/exact-text.ts';
import { sameBody } from '../event-body.ts';

export interface AppendInput {
  readonly acceptedAt: number;
  /** Ids of events accepted before this are forgotten. */
  readonly idsSince: number;
  /** No event is taken while the database is at least this large; null: no limit. */
  readonly maxBytes: number | null;
  /** Connectors and domains of these events, each once. */
  readonly names: readonly string[];
  /** Two for each event: the place of its connector, and of its domain, in `names`. */
  readonly places: readonly number[];
  /** Two for each event: id and body. */
  readonly texts: readonly string[];
}

export type AppendOutput = Stored | 'over maxBytes';

export interface Stored {
  /** Sequence of the first event that was stored; those after it follow without a hole. */
  readonly first: number;
  /** Null: all were stored. Else for each event 0 (stored), its first one's sequence (duplicate), or that negated (conflict). */
  readonly known: readonly number[] | null;
}

export interface LogFacts {
  readonly id: string;
  readonly head: number;
  readonly floor: number;
  readonly lastAcceptedAt: number;
}

/** Trimmed in one transaction at most, so that a commit of others waits a few milliseconds. */
const mostTrimmed = 1_000;
/** Names remembered in memory; beyond that they are looked up again. */
const mostNames = 50_000;

function metaStatements(db: DatabaseSync) {
  const get = db.prepare('SELECT value FROM meta WHERE name = ?');
  const put = db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  return {
    get: (name: string): string | null => (get.get(name) as { value: string } | undefined)?.value ?? null,
    put: (name: string, value: string | number): void => void put.run(name, String(value)),
  };
}

/** Names of connectors and domains as small numbers, given out as they first appear. */
function nameNumbers(db: DatabaseSync) {
  const known = new Map<string, number>();
  const find = db.prepare('SELECT id FROM names WHERE name = ?');
  const add = db.prepare('INSERT INTO names (name) VALUES (?)');
  const look = (name: string): number => {
    const exact = toExactText(name);
    const row = find.get(exact) as { id: number } | undefined;
    return row ? row.id : Number(add.run(exact).lastInsertRowid);
  };
  return {
    numberOf: (name: string): number => {
      const number = known.get(name) ?? look(name);
      if (known.size >= mostNames) known.clear();
      known.set(name, number);
      return number;
    },
    forget: () => known.clear(),
  };
}

function usedBytes(statements: readonly StatementSync[]): number {
  const [pages, free, size] = statements.map((statement) => Object.values(statement.get() ?? {})[0] as number);
  return ((pages ?? 0) - (free ?? 0)) * (size ?? 0);
}

export function eventWriteJobs(db: DatabaseSync) {
  const meta = metaStatements(db);
  const names = nameNumbers(db);
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)');
  const find = db.prepare('SELECT seq, domain, body FROM events WHERE id = ? AND connector = ? AND accepted_at >= ?');
  const last = db.prepare('SELECT seq, accepted_at FROM events ORDER BY seq DESC LIMIT 1');
  const sizes = ['page_count', 'freelist_count', 'page_size'].map((name) => db.prepare(`PRAGMA ${name}`));
  const oldest = db.prepare(
    'SELECT max(seq) AS seq FROM (SELECT seq, accepted_at FROM events ORDER BY seq LIMIT ?) WHERE accepted_at < ?',
  );
  const remains = db.prepare('SELECT accepted_at FROM events WHERE seq > ? ORDER BY seq LIMIT 1');
  const remove = db.prepare('DELETE FROM events WHERE seq <= ?');
  let head: number | null = null;

  const floor = (): number => Number(meta.get('log.floor') ?? 0);
  const newest = () => last.get() as { seq: number; accepted_at: number } | undefined;
  const headNow = (): number => newest()?.seq ?? floor();

  /** 0 when it was stored, else what `AppendOutput.known` says. */
  function store(input: AppendInput, index: number, numbers: readonly number[]): number {
    const connector = numbers[input.places[index * 2] as number] as number;
    const domain = numbers[input.places[index * 2 + 1] as number] as number;
    const id = toExactText(input.texts[index * 2] as string);
    const body = input.texts[index * 2 + 1] as string;
    const known = find.get(id, connector, input.idsSince) as { seq: number; domain: number; body: string } | undefined;
    if (known) return known.domain === domain && sameBody(known.body, body) ? known.seq : -known.seq;
    head = (head as number) + 1;
    insert.run(head, input.acceptedAt, connector, domain, id, body);
    return 0;
  }

  function append(input: AppendInput): AppendOutput {
    if (input.maxBytes !== null && usedBytes(sizes) >= input.maxBytes) return 'over maxBytes';
    head ??= headNow();
    const first = head + 1;
    const numbers = input.names.map((name) => names.numberOf(name));
    const known: number[] = [];
    let anyKnown = false;
    for (let index = 0; index * 2 < input.texts.length; index++) {
      const seq = store(input, index, numbers);
      anyKnown ||= seq !== 0;
      known.push(seq);
    }
    return { first, known: anyKnown ? known : null };
  }

  function open({ newId }: { readonly newId: string }): LogFacts {
    if (meta.get('log.id') === null) meta.put('log.id', newId);
    const lastAcceptedAt = newest()?.accepted_at ?? Number(meta.get('log.lastAcceptedAt') ?? 0);
    return { id: meta.get('log.id') as string, head: headNow(), floor: floor(), lastAcceptedAt };
  }

  function trim(request: { readonly acceptedBefore: number; readonly limit: number }): {
    trimmedTo: number;
    more: boolean;
  } {
    const found = oldest.get(Math.min(request.limit, mostTrimmed), request.acceptedBefore) as { seq: number | null };
    if (found.seq === null) return { trimmedTo: floor(), more: false };
    // The newest event may go now: what it told about the head and the clock has to stay.
    meta.put('log.lastAcceptedAt', newest()?.accepted_at ?? 0);
    meta.put('log.floor', found.seq);
    remove.run(found.seq);
    const next = remains.get(found.seq) as { accepted_at: number } | undefined;
    return { trimmedTo: found.seq, more: next !== undefined && next.accepted_at < request.acceptedBefore };
  }

  return {
    jobs: { 'log.open': open, 'log.append': append, 'log.trim': trim },
    forget: () => {
      head = null;
      names.forget();
    },
  };
}
