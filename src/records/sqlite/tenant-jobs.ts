/** Domains, extensions, users and tokens in SQLite: each a row of what it is found by, and the rest as JSON. */
import type { DatabaseSync } from 'node:sqlite';
import type { AccessToken } from '../../model/access-token.ts';
import type { ReportSource } from '../../model/report-source.ts';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import type { Alongside } from '../alongside.ts';
import type { DirectoryChange } from '../directory-store.ts';
import type { StoredToken } from '../token-store.ts';
import type { WriteAlongside } from './alongside-jobs.ts';

/** Rows given at once. */
const page = 1_000;

export type NumberedKind = 'domain' | 'extension' | 'user' | 'token' | 'source';
const tables = ['domains', 'extensions', 'users'] as const;
type Table = (typeof tables)[number];

interface TokenInput {
  readonly token: AccessToken;
  readonly alongside: Alongside | undefined;
}

interface SourceInput {
  readonly source: ReportSource;
  readonly alongside: Alongside | undefined;
}

export function tenantWriteJobs(db: DatabaseSync, writeAlongside: WriteAlongside) {
  const meta = metaFacts(db);
  const put = {
    domains: db.prepare('INSERT INTO domains VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body'),
    extensions: db.prepare(
      'INSERT INTO extensions VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    ),
    users: db.prepare('INSERT INTO users VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body'),
  };
  const remove = {
    domains: db.prepare('DELETE FROM domains WHERE id = ?'),
    extensions: db.prepare('DELETE FROM extensions WHERE id = ?'),
    users: db.prepare('DELETE FROM users WHERE id = ?'),
    tokens: db.prepare('DELETE FROM tokens WHERE number = ?'),
    sources: db.prepare('DELETE FROM sources WHERE number = ?'),
  };
  const putToken = db.prepare(
    'INSERT INTO tokens VALUES (?, ?, ?, NULL) ON CONFLICT (number) DO UPDATE SET body = excluded.body',
  );
  const putSource = db.prepare(
    'INSERT INTO sources VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET body = excluded.body',
  );
  const touch = db.prepare('UPDATE tokens SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE number = ?');
  const takeNumber = db.prepare(`
    INSERT INTO meta VALUES (?, '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1
    RETURNING CAST(value AS INTEGER) AS number`);

  function removeAll({ removed }: DirectoryChange): void {
    for (const table of [...tables, 'tokens', 'sources'] as const) {
      for (const id of removed?.[table] ?? []) remove[table].run(id);
    }
  }

  function putAll({ domains = [], extensions = [], users = [] }: DirectoryChange): void {
    for (const one of domains) {
      meta.raise('domain.lastNumber', one.id);
      put.domains.run(one.id, toExactText(one.name), JSON.stringify(one));
    }
    for (const one of extensions) {
      meta.raise('extension.lastNumber', one.id);
      put.extensions.run(one.id, toExactText(one.domain), toExactText(one.number), JSON.stringify(one));
    }
    for (const one of users) {
      meta.raise('user.lastNumber', one.id);
      put.users.run(one.id, toExactText(one.domain), toExactText(one.name), JSON.stringify(one));
    }
  }

  return {
    'tenants.nextNumber': ({ of }: { readonly of: NumberedKind }): number =>
      (takeNumber.get(`${of}.lastNumber`) as { number: number }).number,
    'directory.apply': (input: {
      readonly change: DirectoryChange;
      readonly alongside: Alongside | undefined;
    }): void => {
      removeAll(input.change);
      putAll(input.change);
      writeAlongside(input.alongside);
    },
    'tokens.put': ({ token, alongside }: TokenInput): void => {
      meta.raise('token.lastNumber', token.number);
      putToken.run(token.number, token.id, JSON.stringify(token));
      writeAlongside(alongside);
    },
    'tokens.remove': (input: { readonly number: number; readonly alongside: Alongside | undefined }): void => {
      remove.tokens.run(input.number);
      writeAlongside(input.alongside);
    },
    'sources.put': ({ source, alongside }: SourceInput): void => {
      meta.raise('source.lastNumber', source.number);
      putSource.run(source.number, JSON.stringify(source));
      writeAlongside(alongside);
    },
    'sources.remove': (input: {
      readonly numbers: readonly number[];
      readonly alongside: Alongside | undefined;
    }): void => {
      for (const number of input.numbers) remove.sources.run(number);
      writeAlongside(input.alongside);
    },
    'tokens.touch': (uses: readonly { readonly number: number; readonly at: number }[]): void => {
      for (const { number, at } of uses) touch.run(Math.round(at), number);
    },
  };
}

interface BodyRow {
  readonly id: number;
  readonly body: string;
}

export function tenantReadJobs(db: DatabaseSync) {
  const after = (table: Table) => db.prepare(`SELECT id, body FROM ${table} WHERE id > ? ORDER BY id LIMIT ${page}`);
  const rows = { domains: after('domains'), extensions: after('extensions'), users: after('users') };
  const tokens = db.prepare(
    `SELECT body, last_used_at AS lastUsedAt FROM tokens WHERE number > ? ORDER BY number LIMIT ${page}`,
  );
  const sources = db.prepare(`SELECT body FROM sources WHERE number > ? ORDER BY number LIMIT ${page}`);
  return {
    'sources.after': ({ number }: { readonly number: number }): readonly ReportSource[] =>
      (sources.all(number) as unknown as { body: string }[]).map(({ body }) => JSON.parse(body) as ReportSource),
    'directory.after': ({ table, id }: { readonly table: Table; readonly id: number }): readonly unknown[] =>
      (rows[table].all(id) as unknown as BodyRow[]).map(({ body }) => JSON.parse(body) as unknown),
    'tokens.after': ({ number }: { readonly number: number }): readonly StoredToken[] =>
      (tokens.all(number) as unknown as { body: string; lastUsedAt: number | null }[]).map(({ body, lastUsedAt }) => ({
        ...(JSON.parse(body) as AccessToken),
        lastUsedAt,
      })),
  };
}
