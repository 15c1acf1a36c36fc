import type { NewEvent } from '../../src/model/event.ts';
import { plain, table } from './markdown.ts';
import { callsOf, eventWords } from './words.ts';

/** Every event of a story: what it says, and how the call then stands. */
export function eventTable(events: readonly NewEvent[]): string {
  const { ids, word } = callsOf(events);
  const several = ids.length > 1;
  const head = ['', 'event', 'says', ...(several ? ['of'] : []), 'call is'];
  const rows = events.map((event, index) => [
    String(index + 1),
    `\`${event.type}\``,
    plain(eventWords(event, word)),
    ...(several ? [event.call ? word(event.call.id) : ''] : []),
    event.call?.state ?? '',
  ]);
  return table(head, rows);
}
