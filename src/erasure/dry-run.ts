/** What an erasure would find, looked for a bounded time; nothing is changed. */
import { erasedNumber, type ErasedNumber } from '../model/erasure/erased-number.ts';
import { spellingsIn } from '../model/erasure/erase-event.ts';
import type { ErasedRecords } from '../records/erasure-store.ts';
import type { ErasureDeps, ErasureScope } from './deps.ts';
import type { ErasureDryRun } from './management.ts';
import { callsInProgress } from './stages.ts';

const longestMs = 3_000;
/** Events looked into for other ways to write the number, and such ways told. */
const mostLookedInto = 500;
const mostSpellings = 20;

interface Looking {
  readonly deps: ErasureDeps;
  readonly number: ErasedNumber;
  readonly scope: ErasureScope;
  readonly isLate: () => boolean;
}

export async function dryRun(
  deps: ErasureDeps,
  spellings: readonly string[],
  scope: ErasureScope,
): Promise<ErasureDryRun> {
  const number = erasedNumber(spellings);
  const stopAt = deps.clock.monotonic() + longestMs;
  const looking = { deps, number, scope, isLate: () => deps.clock.monotonic() >= stopAt };
  const events = await lookInLog(looking);
  const found: Record<ErasedRecords, number> = { calls: 0, attempts: 0, audit: 0, outbox: 0, counters: 0, answers: 0 };
  let complete = events.complete;
  for (const of of Object.keys(found) as ErasedRecords[]) {
    const { count, all } = await lookIn(looking, of);
    found[of] = count;
    complete &&= all;
  }
  const { calls, attempts, audit, outbox, counters, answers } = found;
  return {
    found: { events: events.count, calls, attempts, audit, other: outbox + counters + answers },
    spellings: events.spellings,
    liveCalls: await callsInProgress(deps, scope, number, new AbortController().signal),
    configuration: deps.configuration(scope, number),
    complete,
  };
}

async function lookInLog({ deps: { log }, number, scope, isLate }: Looking) {
  const upTo = log.head();
  const spellings = new Set<string>();
  let count = 0;
  let lookedInto = 0;
  for (let after = 0; ; ) {
    const page = await log.erase({ number, scope, after, upTo, dryRun: true });
    count += page.found.length;
    const some = page.found.slice(0, mostLookedInto - lookedInto);
    lookedInto += some.length;
    for (const event of some.length === 0 ? [] : await log.get(some)) {
      for (const spelling of event ? spellingsIn(event, number) : []) spellings.add(spelling);
    }
    after = page.scannedTo;
    if (after >= upTo || isLate()) break;
  }
  return { count, spellings: [...spellings].slice(0, mostSpellings), complete: !isLate() };
}

async function lookIn({ deps, number, scope, isLate }: Looking, of: ErasedRecords) {
  const owners = deps.owners(scope);
  let count = 0;
  for (let after: number | null = 0; after !== null; ) {
    if (isLate()) return { count, all: false };
    const page = await deps.store.find({ of, number, scope, owners, after });
    count += page.rows.length;
    after = page.next;
  }
  return { count, all: true };
}
