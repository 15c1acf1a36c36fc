/** Taking in what another phone system reports of its calls: what whoever receives such reports sees of it. */
import type { Report } from '../model/report.ts';

/** Whose reports they are. */
export interface Reporter {
  /** The phone system: what it says of a call is put together. */
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
}

/**
 * `repeated`: nothing was made of it, since it says what is known already, or comes after the end of what it is about. `busy`: the
 * log takes nothing now; whoever sends it again later loses nothing.
 */
export type Taken = 'taken' | 'repeated' | 'busy';

export interface Reports {
  /** Resolves when what was made of it is in the log, or can't be for now. */
  take(reporter: Reporter, report: Report): Promise<Taken>;
}
