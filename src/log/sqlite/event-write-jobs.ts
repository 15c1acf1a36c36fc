/** What the writer thread does for the log. Every job runs inside a transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { toExactText } from '../../sqlite/exact-text.ts';
import { metaFacts } from '../../sqlite/meta.ts';
import { usedBytes } from '../../sqlite/used-bytes.ts';
import { sameBody } from '../event-body.ts';
import type { Hole } from '../event-log.ts';
import { erasedEvents, eventEraseWriteJobs } from './event-erase-jobs.ts';
import { eventInserter } from './event-inserter.ts';
import { eventTrimJob } from './event-trim-job.ts';
import { passOverLostSequences, storedHoles } from './holes.ts';
import { knownIds } from './known-ids.ts';
import { nameNumbers } from '../../sqlite/names.ts';

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

interface Found {
  readonly seq: number;
  readonly domain: number;
  readonly body: string;
}

export type AppendOutput = Stored | 'over maxBytes';

export interface Stored {
  /** Sequence of the first event that was stored; those after it follow without a hole. */
  readonly first: number;
  /**
   * Null: all were stored. Else for each event 0 (stored), the sequence of the first one of its id (duplicate), or
   * that negated (conflict).
   */
  readonly known: readonly number[] | null;
}

export interface LogFacts {
  readonly id: string;
  readonly head: number;
  readonly floor: number;
  readonly holes: readonly Hole[];
  readonly lastAcceptedAt: number;
}

/** @param taken pages that are as good as free */
export function eventWriteJobs(db: DatabaseSync, taken: () => number = () => 0) {
  const meta = metaFacts(db);
  const names = nameNumbers(db);
  const used = usedBytes(db, taken);
  const rows = eventInserter(db);
  const ids = knownIds(db);
  const erased = erasedEvents(db);
  const find = db.prepare('SELECT seq, domain, body FROM events WHERE id = ? AND connector = ? AND accepted_at >= ?');
  const last = db.prepare('SELECT seq, accepted_at FROM events ORDER BY seq DESC LIMIT 1');
  const newest = () => last.get() as { seq: number; accepted_at: number } | undefined;
  /** Where everything was trimmed, the floor is the head; right after a restore the end of the hole is. */
  const storedHead = (): number =>
    Math.max(newest()?.seq ?? meta.number('log.floor'), storedHoles(meta).at(-1)?.upTo ?? 0);
  const { trim, forget } = eventTrimJob(db);
  let head: number | null = null;

  /** What was erased can't be compared any more: to say that there is a conflict would tell that there was something. */
  const isSame = (known: Found, body: string): boolean => sameBody(known.body, body) || erased.has(known.seq);

  /** 0 when it was stored, else what `Stored.known` says. */
  function store(input: AppendInput, index: number, numbers: readonly number[]): number {
    const connector = numbers[input.places[index * 2] as number] as number;
    const domain = numbers[input.places[index * 2 + 1] as number] as number;
    const id = toExactText(input.texts[index * 2] as string);
    const body = input.texts[index * 2 + 1] as string;
    if (ids.mayHave(id)) {
      rows.flush();
      const known = find.get(id, connector, input.idsSince) as Found | undefined;
      if (known) return known.domain === domain && isSame(known, body) ? known.seq : -known.seq;
    }
    ids.add(id);
    head = (head as number) + 1;
    rows.add(head, input.acceptedAt, connector, domain, id, body);
    return 0;
  }

  function append(input: AppendInput): AppendOutput {
    if (input.maxBytes !== null && used() >= input.maxBytes) return 'over maxBytes';
    head ??= storedHead();
    const first = head + 1;
    const numbers = input.names.map(names.get);
    const known: number[] = [];
    for (let index = 0; index * 2 < input.texts.length; index++) known.push(store(input, index, numbers));
    rows.flush();
    return { first, known: head - first + 1 === known.length ? null : known };
  }

  function open({ newId }: { readonly newId: string }): LogFacts {
    if (meta.text('log.id') === null) meta.put('log.id', newId);
    passOverLostSequences(meta, storedHead());
    return {
      id: meta.text('log.id') as string,
      head: storedHead(),
      floor: meta.number('log.floor'),
      holes: storedHoles(meta),
      lastAcceptedAt: newest()?.accepted_at ?? meta.number('log.lastAcceptedAt'),
    };
  }

  return {
    jobs: { 'log.open': open, 'log.append': append, 'log.trim': trim, ...eventEraseWriteJobs(db) },
    forget: () => {
      head = null;
      rows.forget();
      ids.forget();
      names.forget();
      forget();
    },
  };
}
