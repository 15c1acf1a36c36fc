import { type Recording, type Transfer, transferKinds, transferStates } from '../call.ts';
import { longestUrl, mostItems } from '../fields.ts';
import { extrasOf, KnownFields } from './extras.ts';
import { countAt, type JsonObject, listAt, objectAt, type Reading, textAt, wordAt } from './reading.ts';
import { timeAt } from './time.ts';

const kinds = new Set(transferKinds);
const states = new Set(transferStates);
const knownOfTransfer = new KnownFields('kind', 'by', 'target', 'state', 'at');
const knownOfRecording = new KnownFields('id', 'url', 'durationMs', 'startedAt');

export function readTransfers(reading: Reading, value: unknown): Transfer[] {
  return readItems(reading, value, 'transfers', knownOfTransfer, (input, base) => ({
    kind: wordAt(reading, input['kind'], base, 'kind', kinds),
    by: textAt(reading, input['by'], base, 'by'),
    target: textAt(reading, input['target'], base, 'target'),
    state: wordAt(reading, input['state'], base, 'state', states),
    at: timeAt(reading, input['at'], base, 'at'),
  }));
}

export function readRecordings(reading: Reading, value: unknown): Recording[] {
  return readItems(reading, value, 'recordings', knownOfRecording, (input, base) => ({
    id: textAt(reading, input['id'], base, 'id'),
    url: textAt(reading, input['url'], base, 'url', longestUrl),
    durationMs: countAt(reading, input['durationMs'], base, 'durationMs'),
    startedAt: timeAt(reading, input['startedAt'], base, 'startedAt'),
  }));
}

function readItems<Item extends object>(
  reading: Reading,
  value: unknown,
  name: string,
  known: KnownFields,
  read: (input: JsonObject, base: string) => Item,
): Item[] {
  const items: Item[] = [];
  for (const [index, entry] of listAt(reading, value, 'call.', name, mostItems).entries()) {
    const field = `call.${name}[${index}]`;
    const input = objectAt(reading, entry, field);
    if (!input) continue;
    const item = read(input, `${field}.`);
    const extras = extrasOf(reading, input, field, known);
    items.push(extras ? { ...extras, ...item } : item);
  }
  return items;
}
