/** The words that the events of a story have: what is written about it in `code` has to be among them. */
import type { NewEvent } from '../../src/model/event.ts';
import { journalOf } from './journal.ts';

export function vocabularyOf(events: readonly NewEvent[]): ReadonlySet<string> {
  const words = new Set<string>();
  for (const event of events) collect(event, '', words);
  for (const record of journalOf(events)) collect(record, '', words);
  return words;
}

/** Every path in a value, such as `call.from.name`, and every text and number in it. */
function collect(value: unknown, path: string, into: Set<string>): void {
  if (path !== '') into.add(path);
  if (typeof value === 'string' || typeof value === 'number') into.add(String(value));
  if (Array.isArray(value)) for (const one of value) collect(one, path, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) collect(inner, path === '' ? name : `${path}.${name}`, into);
  }
}
