import type { EventLog } from '../../../src/log/event-log.ts';
import type { Records } from '../../../src/records/sqlite/records.ts';

/** A store that is searched. */
export interface Searched {
  readonly log: EventLog;
  readonly records: Records;
}

/** What people look for, by its name. `rows`: how many there are; `turn` is another one each time. */
export type Searches = Readonly<Record<string, (store: Searched, rows: number, turn: number) => Promise<unknown>>>;
