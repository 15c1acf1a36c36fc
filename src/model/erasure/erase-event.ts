/**
 * What an event and a call say without a person's number. Ids, times, counts and who took part stay, so that what hangs
 * on them (order, deliveries, billing, access) stays right; what is left is still a valid event.
 */
import type { Call, Leg, Party } from '../call.ts';
import type { CallRecord } from '../call-record.ts';
import type { EventBody } from '../stored-event.ts';
import { type ErasedNumber, erasedText } from './erased-number.ts';
import { eraseFailure, hasRun } from './erase-runs.ts';
import { eraseFields, eraseValue } from './erase-value.ts';
import { keptInCall, keptInData, keptWithinData } from './kept-fields.ts';
import { withSpellings } from './learn-spellings.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Ways to write the number that stand in an event beside those that were named. */
export function spellingsIn(body: Pick<EventBody, 'call' | 'leg'>, number: ErasedNumber): readonly string[] {
  const { keys } = withSpellings(number, partiesOf(body.call, [body.leg]));
  return keys.filter((key) => !number.keys.includes(key));
}

/** Of a party, `raw` goes with `number` even where it says something else, such as an account. */
function eraseParty(party: Party, number: ErasedNumber): Party {
  const isTheirs = [party.number, party.raw].some((text) => text !== null && hasRun(text, number));
  if (!isTheirs) return eraseFields(party, number) as Party;
  return { ...party, number: null, raw: party.raw === null ? null : erasedText, name: null };
}

export function eraseCall(call: Call, number: ErasedNumber): Call {
  const from = eraseParty(call.from, number);
  const to = eraseParty(call.to, number);
  const rest = eraseFields(call, number, keptInCall) as Call;
  return rest === call && from === call.from && to === call.to ? call : { ...rest, from, to };
}

const eraseLeg = (leg: Leg, number: ErasedNumber): Leg => eraseFields(leg, number, keptInCall) as Leg;

const partiesOf = (call: Call | null, legs: readonly (Leg | null)[]): readonly Partial<Party>[] => [
  ...(call ? [call.from, call.to] : []),
  ...legs.flatMap((leg) => (leg ? [{ number: leg.number }] : [])),
];

/** The very same body where the number is not in it, or only in what stays. */
export function eraseEvent<Body extends Pick<EventBody, 'call' | 'leg' | 'data'>>(
  body: Body,
  number: ErasedNumber,
): Body {
  const all = withSpellings(number, partiesOf(body.call, [body.leg]));
  const call = body.call && eraseCall(body.call, all);
  const leg = body.leg && eraseLeg(body.leg, all);
  const data = eraseData(body.data, all);
  return call === body.call && leg === body.leg && data === body.data ? body : { ...body, call, leg, data };
}

function eraseData(data: Fields, number: ErasedNumber): Fields {
  const inner = Object.entries(data).map(([name, value]): [string, unknown] => {
    if (name === 'lastError' && typeof value === 'string') return [name, eraseFailure(value, number)];
    return [name, typeof value === 'object' ? eraseValue(value, number, keptWithinData) : value];
  });
  const changed = inner.some(([name, value]) => value !== data[name]);
  return eraseFields(changed ? Object.fromEntries(inner) : data, number, keptInData);
}

export function eraseRecord<Body extends Pick<CallRecord, 'call' | 'legs'>>(record: Body, number: ErasedNumber): Body {
  const all = withSpellings(number, partiesOf(record.call, record.legs));
  const call = eraseCall(record.call, all);
  const legs = record.legs.map((leg) => eraseLeg(leg, all));
  const changed = call !== record.call || legs.some((leg, at) => leg !== record.legs[at]);
  return changed ? { ...record, call, legs } : record;
}
