import { numberKinds, type Party } from '../call.ts';
import type { NumberReader } from '../numbers/index.ts';
import { extrasOf, KnownFields } from './extras.ts';
import { objectAt, type Reading, textAt, wordAt } from './reading.ts';

const kinds = new Set(numberKinds);
const known = new KnownFields('number', 'raw', 'name', 'kind');

/**
 * A party as given. A bare string or number stands for what the phone system shows. Where the sender does not say
 * what kind of number it is, the number is read by the rules; where it does, its word is taken.
 */
export function readParty(
  reading: Reading,
  value: unknown,
  field: 'call.from' | 'call.to',
  numbers: NumberReader,
): Party {
  if (typeof value === 'string' || typeof value === 'number') {
    return numbers.party(textAt(reading, value, field, ''), null);
  }
  const input = objectAt(reading, value, field);
  if (!input) return numbers.party(null, null);
  const base = field === 'call.from' ? 'call.from.' : 'call.to.';
  const number = textAt(reading, input['number'], base, 'number');
  const raw = textAt(reading, input['raw'], base, 'raw') ?? number;
  const name = textAt(reading, input['name'], base, 'name');
  const kind = wordAt(reading, input['kind'], base, 'kind', kinds);
  const party = kind !== null && input['number'] !== undefined ? { number, raw, name, kind } : numbers.party(raw, name);
  const extras = extrasOf(reading, input, field, known);
  return extras ? { ...extras, ...party, ...(kind !== null && { kind }) } : kind === null ? party : { ...party, kind };
}
