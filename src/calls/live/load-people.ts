import { attachCursor } from '../../log/cursor.ts';
import type { EventLog } from '../../log/event-log.ts';
import { LivePeople, type PeopleMarks } from './live-people.ts';
import { getAll, readOn } from './load.ts';

/**
 * The live view of people as it stands at the log's head: from the marks saved last, and the events after them. Without
 * marks the whole log is read. Events appended from the turn on in which it resolves are the caller's to feed.
 */
export async function loadLivePeople(
  log: Pick<EventLog, 'id' | 'head' | 'floor' | 'holes' | 'get' | 'read'>,
  marks: PeopleMarks | null,
): Promise<LivePeople> {
  const { next, gap } = attachCursor(log, { log: marks?.log ?? log.id, seq: marks?.cursor ?? log.floor() });
  const known = marks && gap?.reason !== 'log replaced' && gap?.reason !== 'log rolled back' ? marks : null;
  const people = new LivePeople(log.id, known || !marks ? next.seq : log.floor());
  if (known) people.recall([...(await getAll(log, known.seqs)).values()]);
  await readOn(people, log);
  return people;
}
