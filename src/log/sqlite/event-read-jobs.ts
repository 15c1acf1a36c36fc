/** What the reader thread does for the log. Every job is bounded in rows looked at and bytes given. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { fromExactText, toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
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

/** A page ends at about this many characters of bodies. */
const pageCharacters = 4 * 1024 * 1024;
/** Rows a filtered read looks at in one go: about 20 ms, then others have their turn. */
const mostScanned = 20_000;
const mostFoundById = 100;
type Row = [seq: number, acceptedAt: number, connector: number, domain: number, id: string, body: string];

export function eventReadJobs(db: DatabaseSync) {
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
  const readId = prepare('WHERE id = ? ORDER BY seq DESC LIMIT ?');
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

  function read(input: ReadInput): ReadOutput {
    const domains = input.domains && numbersOf(input.domains);
    if (domains?.length === 0) return { rows: [], scannedTo: input.upTo, floor: 0 };
    const end = domains ? Math.min(input.upTo, input.after + mostScanned) : input.upTo;
    const { flat, full } = page(select(input, end, domains));
    const count = flat.length / columnCount;
    const stopped = full || count === input.limit;
    const scannedTo = stopped ? (flat.at(-columnCount) as number) : end;
    // Asked last: had anything of the page been trimmed before it was read, it is known here.
    return { rows: flat, scannedTo, floor: meta.number('log.floor') };
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

  const findById = ({ id }: { readonly id: string }): FlatRows =>
    page(readId.iterate(toExactText(id), mostFoundById)).flat;

  return { jobs: { 'log.read': read, 'log.get': get, 'log.findById': findById }, forget: names.forget };
}
