import type { Call, Leg } from '../call.ts';
import { longestScope, mostExtensions } from '../fields.ts';
import { listAt, nameAt, type Reading } from './reading.ts';

/**
 * Every extension that took part: those the sender names and those the event is about; where the sender names none,
 * also the answerer, whom software began the call for, and internal parties.
 */
export function readExtensions(
  reading: Reading,
  value: unknown,
  about: { readonly extension: string | null; readonly call: Call | null; readonly leg: Leg | null },
): readonly string[] {
  const found: string[] = [];
  for (const [index, item] of listAt(reading, value, '', 'extensions', mostExtensions).entries()) {
    add(found, nameAt(reading, item, 'extensions', `[${index}]`, longestScope));
  }
  add(found, about.extension);
  add(found, about.leg?.extension ?? null);
  if (value === undefined || value === null) addParties(found, about.call);
  if (found.length > mostExtensions) {
    reading.refuse(
      'extensions',
      `More than ${mostExtensions} extensions took part.`,
      `Send at most ${mostExtensions}.`,
    );
  }
  return found;
}

function addParties(found: string[], call: Call | null): void {
  if (!call) return;
  add(found, call.answeredBy?.extension ?? null);
  add(found, call.origin.onBehalfOf ?? null);
  for (const party of [call.from, call.to]) {
    if (party.kind === 'internal' && party.number !== null && party.number.length <= longestScope)
      add(found, party.number);
  }
}

function add(found: string[], extension: string | null): void {
  if (extension !== null && extension !== '' && !found.includes(extension)) found.push(extension);
}
