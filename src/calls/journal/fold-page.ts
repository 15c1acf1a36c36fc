/** A page of the log, folded into the records that are held: those of its calls that are in the store alone are looked up. */
import { type Event, orderKeyOf } from '../../model/event.ts';
import { callIdOf } from '../../model/stored-event.ts';
import { foldCall, isAboutCall } from './fold.ts';
import type { HeldRecords } from './held-records.ts';
import type { JournalStore } from './journal-store.ts';

export interface FoldDeps {
  readonly held: HeldRecords;
  readonly journal: Pick<JournalStore, 'records'>;
  /** `Clock.monotonic` */
  readonly now: () => number;
}

/** By call. */
type EventsOfCalls = ReadonlyMap<string, readonly Event[]>;

export async function foldPage(events: readonly Event[], { held, journal, now }: FoldDeps): Promise<void> {
  const calls: EventsOfCalls = Map.groupBy(events.filter(isAboutCall), orderKeyOf);
  await lookUp(calls, held, journal);
  const readAt = now();
  for (const [key, own] of calls) {
    const before = held.get(key) ?? null;
    const record = foldCall(before, own);
    if (record && record !== before) held.changed(key, record, (own[0] as Event).seq, readAt);
  }
}

async function lookUp(calls: EventsOfCalls, held: HeldRecords, journal: FoldDeps['journal']): Promise<void> {
  const unknown = [...calls].filter(([key]) => held.get(key) === undefined);
  if (unknown.length === 0) return;
  const keyOf = ([, [event]]: readonly [string, readonly Event[]]) => ({
    domain: (event as Event).domain,
    callId: callIdOf(event as Event) as string,
  });
  const stored = await journal.records(unknown.map(keyOf));
  unknown.forEach(([key], index) => {
    const record = stored[index];
    if (record) held.found(key, record);
  });
}
