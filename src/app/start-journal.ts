import { createJournalist, type Journalist } from '../calls/journal/index.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import type { Store } from './store.ts';

/** The journal of calls, kept from where the last process left it; a new one is made of all the log still has. */
export async function startJournal(
  parts: Parts,
  { clock, logger }: Base,
  { log, records }: Store,
): Promise<Journalist> {
  const journalist = createJournalist({ clock, logger, log, journal: records.calls });
  await parts.add(
    'journal of calls',
    () => journalist.start(),
    () => journalist.stop(),
  );
  return journalist;
}
