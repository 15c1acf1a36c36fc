import type { NewEvent } from '../../model/event.ts';
import type { ReportSource } from '../../model/report-source.ts';
import type { Domain, Extension, User } from '../../model/tenants.ts';
import type { SqliteEngine } from '../../sqlite/engine.ts';
import type { Alongside } from '../alongside.ts';
import type { AuditPage, AuditQuery, AuditStore, NumberedEntry } from '../audit-store.ts';
import type { DirectoryStore } from '../directory-store.ts';
import type { Outbox } from '../outbox.ts';
import type { SourceStore } from '../source-store.ts';
import type { StoredToken, TokenStore } from '../token-store.ts';

/** The outbox, and how those who write events into it say so. */
export interface SqliteOutbox extends Outbox {
  /** Passes on what a write gave, and tells the listeners where it brought events. */
  written<T>(alongside: Alongside | undefined, write: Promise<T>): Promise<T>;
}

export function sqliteOutbox(engine: SqliteEngine): SqliteOutbox {
  const listeners = new Set<() => void>();
  const anyOf = (events: readonly NewEvent[] | undefined): boolean => (events?.length ?? 0) > 0;
  return {
    next: (limit) => engine.read('outbox.next', { limit }),
    settle: (upTo) => engine.write('outbox.settle', { upTo }),
    onAdded: (listener) => {
      const own = (): void => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    written: async (alongside, write) => {
      const result = await write;
      if (anyOf(alongside?.events)) for (const listener of listeners) listener();
      return result;
    },
  };
}

/** About how many bytes a write with this alongside takes. */
export function weightAlongside(alongside: Alongside | undefined, own = 500): number {
  if (!alongside) return own;
  return own + JSON.stringify(alongside).length;
}

async function readAll<Row>(next: (after: number) => Promise<readonly Row[]>, keyOf: (row: Row) => number) {
  const rows: Row[] = [];
  for (let last = 0; ; ) {
    const page = await next(last);
    if (page.length === 0) return rows;
    rows.push(...page);
    last = keyOf(rows.at(-1) as Row);
  }
}

/** A limit was not always kept. */
const limited = <T extends { readonly eventLimit: number | null }>(
  rows: readonly (Omit<T, 'eventLimit'> & Partial<Pick<T, 'eventLimit'>>)[],
): T[] => rows.map((row) => ({ eventLimit: null, ...row }) as T);

export function sqliteDirectoryStore(engine: SqliteEngine, outbox: SqliteOutbox): DirectoryStore {
  const all = async <Row extends { readonly id: number }>(table: 'domains' | 'extensions' | 'users') =>
    readAll(
      async (id) => (await engine.read('directory.after', { table, id })) as readonly Row[],
      ({ id }) => id,
    );
  return {
    load: async () => ({
      domains: limited(await all<Domain>('domains')),
      extensions: limited(await all<Extension>('extensions')),
      users: await all<User>('users'),
    }),
    nextId: (of) => engine.write('tenants.nextNumber', { of }),
    apply: (change, alongside) => {
      const weight = weightAlongside(alongside, JSON.stringify(change).length);
      return outbox.written(alongside, engine.write('directory.apply', { change, alongside }, weight));
    },
  };
}

export function sqliteTokenStore(engine: SqliteEngine, outbox: SqliteOutbox): TokenStore {
  return {
    load: () =>
      readAll<StoredToken>(
        (number) => engine.read('tokens.after', { number }),
        ({ number }) => number,
      ),
    nextNumber: () => engine.write('tenants.nextNumber', { of: 'token' }),
    put: (token, alongside) =>
      outbox.written(alongside, engine.write('tokens.put', { token, alongside }, weightAlongside(alongside))),
    remove: (number, alongside) =>
      outbox.written(alongside, engine.write('tokens.remove', { number, alongside }, weightAlongside(alongside))),
    touch: (uses) => engine.write('tokens.touch', uses, uses.length * 50),
  };
}

export function sqliteSourceStore(engine: SqliteEngine, outbox: SqliteOutbox): SourceStore {
  return {
    load: () =>
      readAll<ReportSource>(
        (number) => engine.read('sources.after', { number }),
        ({ number }) => number,
      ),
    nextNumber: () => engine.write('tenants.nextNumber', { of: 'source' }),
    put: (source, alongside) =>
      outbox.written(alongside, engine.write('sources.put', { source, alongside }, weightAlongside(alongside))),
    remove: (numbers, alongside) =>
      outbox.written(alongside, engine.write('sources.remove', { numbers, alongside }, weightAlongside(alongside))),
  };
}

/** Pieces a search is made of at most, up to 10 ms of the reader each; then it answers with what it has found. */
const mostAuditPieces = 50;

async function listAudit(engine: SqliteEngine, query: AuditQuery): Promise<AuditPage> {
  const entries: NumberedEntry[] = [];
  let next = query.before ?? null;
  for (let piece = 0; piece < mostAuditPieces; piece++) {
    const from = next === null ? {} : { before: next };
    const limit = query.limit - entries.length;
    const page: AuditPage = await engine.read('audit.list', { ...query, limit, ...from });
    entries.push(...page.entries);
    next = page.next;
    if (next === null || entries.length >= query.limit) break;
  }
  return { entries, next };
}

export function sqliteAuditStore(engine: SqliteEngine, outbox: SqliteOutbox): AuditStore {
  return {
    list: (query) => listAudit(engine, query),
    write: (alongside) =>
      outbox.written(alongside, engine.write('alongside.write', alongside, weightAlongside(alongside))),
    trim: (request) => engine.write('audit.trim', request),
  };
}
