/** What the reader thread does for the log. Every job is bounded in rows looked at and bytes given. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fromExactText, toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import { decodeBody } from '../event-body.ts';
import { type DomainAccess, mostFoundById } from '../event-log.ts';
import { domainMap, type DomainMapLimits } from './domain-map.ts';
import { columnCount, columns, type FlatRows } from './event-rows.ts';
import { knownNumbers, namesByNumber } from '../../sqlite/names.ts';

export interface ReadInput {
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
  readonly domains: readonly string[] | null;
}

export interface ReadOutput {
  readonly rows: FlatRows;
  readonly scannedTo: number;
  /** Everything up to here was trimmed by the time the page was read, or even later. */
  readonly floor: number;
}

interface FindInput {
  readonly id: string;
  readonly within: DomainAccess | null;
}

/** A page ends at about this many characters of bodies. */
const pageCharacters = 4 * 1024 * 1024;
/** Rows a filtered read looks at in one go: about 20 ms, then others have their turn. */
const mostScanned = 20_000;
type Row = [seq: number, acceptedAt: number, connector: number, domain: number, id: string, body: string];

/** Where at least one of so many events is wanted, all of them are gone through in order. */
const dense = 4;

export function eventReadJobs(db: DatabaseSync, mapLimits?: DomainMapLimits) {
  const map = domainMap(db, mapLimits);
  const names = namesByNumber(db);
  const prepare = (where: string): StatementSync => {
    const statement = db.prepare(`SELECT ${columns} FROM events ${where}`);
    statement.setReturnArrays(true);
    return statement;
  };
  const readAll = prepare('WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?');
  const readDomain = prepare('WHERE seq > ?1 AND seq <= ?2 AND domain = ?4 ORDER BY seq LIMIT ?3');
  const readDomains = prepare(
    'WHERE seq > ?1 AND seq <= ?2 AND domain IN (SELECT value FROM json_each(?4)) ORDER BY seq LIMIT ?3',
  );
  const readSeq = prepare('WHERE seq = ?');
  const meta = metaFacts(db);
  const readId = prepare('WHERE id = ? ORDER BY seq DESC');
  const readIdOfDomain = prepare('WHERE id = ? AND domain = ? ORDER BY seq DESC');
  const numbersOf = knownNumbers(db);

  /** Takes rows until the page is full; `full` says that it stopped before the rows did. */
  function page(rows: Iterable<unknown>): { flat: (number | string)[]; full: boolean } {
    const flat: (number | string)[] = [];
    let characters = 0;
    for (const row of rows) {
      const [seq, acceptedAt, connector, domain, id, body] = row as Row;
      flat.push(seq, acceptedAt, names.get(connector), names.get(domain), fromExactText(id), body);
      characters += body.length;
      if (characters >= pageCharacters) return { flat, full: true };
    }
    return { flat, full: false };
  }

  function select({ after, limit }: ReadInput, end: number, domains: readonly number[] | null): Iterable<unknown> {
    if (domains === null) return readAll.iterate(after, end, limit);
    if (domains.length === 1) return readDomain.iterate(after, end, limit, domains[0] as number);
    return readDomains.iterate(after, end, limit, JSON.stringify(domains));
  }

  function* rowsAt(seqs: readonly number[]): Iterable<unknown> {
    for (const seq of seqs) {
      const row = readSeq.get(seq);
      if (row) yield row;
    }
  }

  function readThrough(input: ReadInput, end: number, domains: readonly number[] | null): ReadOutput {
    const { flat, full } = page(select(input, end, domains));
    const stopped = full || flat.length / columnCount === input.limit;
    return output(flat, stopped ? (flat.at(-columnCount) as number) : end);
  }

  function readDomainsOf(input: ReadInput, domains: readonly number[]): ReadOutput {
    const { seqs, scannedTo } = map.find({ ...input, domains: new Set(domains) });
    if (scannedTo === input.after) return readThrough(input, Math.min(input.upTo, input.after + mostScanned), domains);
    if (seqs.length * dense > scannedTo - input.after) return readThrough(input, scannedTo, domains);
    const { flat, full } = page(rowsAt(seqs));
    return output(flat, full ? (flat.at(-columnCount) as number) : scannedTo);
  }

  /** The floor is asked last: had anything of the page been trimmed before it was read, it is known here. */
  const output = (rows: FlatRows, scannedTo: number): ReadOutput => ({
    rows,
    scannedTo,
    floor: meta.number('log.floor'),
  });

  function read(input: ReadInput): ReadOutput {
    if (input.domains === null) return readThrough(input, input.upTo, null);
    const domains = numbersOf.get(input.domains);
    if (domains.length === 0) return { rows: [], scannedTo: input.upTo, floor: 0 };
    return readDomainsOf(input, domains);
  }

  /** The events at the given places, as far as one page goes; `taken`: how many of them were looked at. */
  function get({ seqs }: { readonly seqs: readonly number[] }): { rows: FlatRows; taken: number } {
    let taken = 0;
    const rows = function* () {
      for (const seq of seqs) {
        taken++;
        const row = readSeq.get(seq);
        if (row) yield row;
      }
    };
    return { rows: page(rows()).flat, taken };
  }

  function rowsOfId(id: string, domain: string): Iterable<unknown> {
    if (domain === '*') return readId.iterate(toExactText(id));
    const [number] = numbersOf.get([domain]);
    return number === undefined ? [] : readIdOfDomain.iterate(toExactText(id), number);
  }

  /** There are few of one id: a connector has it once within the id window. */
  function* foundById({ id, within }: FindInput): Iterable<unknown> {
    let found = 0;
    for (const row of rowsOfId(id, within?.domain ?? '*')) {
      if (within && within.reseller !== '*' && decodeBody((row as Row)[5]).reseller !== within.reseller) continue;
      yield row;
      if (++found === mostFoundById) return;
    }
  }

  const findById = (input: FindInput): FlatRows => page(foundById(input)).flat;

  const forget = (): void => {
    names.forget();
    numbersOf.forget();
    map.forget();
  };
  return { jobs: { 'log.read': read, 'log.get': get, 'log.findById': findById }, forget };
}
