import { type Call, type Leg, legRoles, legStates } from '../call.ts';
import type { EventType } from '../event-types/index.ts';
import { longestLegId, longestScope } from '../fields.ts';
import { legOutcomes } from '../outcome.ts';
import { earliest, momentOf } from './defaults.ts';
import { extrasOf, KnownFields } from './extras.ts';
import { countAt, type JsonObject, nameAt, type Reading, textAt, wordAt } from './reading.ts';
import { timeAt } from './time.ts';

const roles = new Set(legRoles);
const states = new Set(legStates);
const outcomes = new Set(legOutcomes);
const mostCause = 1000;
const known = new KnownFields(
  'id',
  'extension',
  'role',
  'state',
  'outcome',
  'number',
  'name',
  'startedAt',
  'ringingAt',
  'answeredAt',
  'endedAt',
  'cause',
);

const stateByType: Partial<Record<EventType, Leg['state']>> = {
  'leg.dial_in': 'created',
  'leg.dial_out': 'dialing',
  'leg.ringing': 'ringing',
  'leg.answered': 'answered',
  'leg.held': 'held',
  'leg.resumed': 'answered',
  'leg.ended': 'ended',
};

/** Where the sender leaves out the leg's id, it is that of the call and the extension: one leg of each in a call. */
export function readLeg(
  reading: Reading,
  input: JsonObject,
  about: { readonly type: EventType; readonly time: string; readonly call: Call; readonly extension: string | null },
): Leg {
  const { type, time, call } = about;
  const extension = nameAt(reading, input['extension'], 'leg.', 'extension', longestScope) ?? about.extension;
  const ringingAt = timeAt(reading, input['ringingAt'], 'leg.', 'ringingAt') ?? momentOf(type, 'leg.ringing', time);
  const answeredAt = timeAt(reading, input['answeredAt'], 'leg.', 'answeredAt') ?? momentOf(type, 'leg.answered', time);
  const endedAt = timeAt(reading, input['endedAt'], 'leg.', 'endedAt') ?? momentOf(type, 'leg.ended', time);
  const state =
    wordAt(reading, input['state'], 'leg.', 'state', states) ??
    stateByType[type] ??
    (endedAt ? 'ended' : answeredAt ? 'answered' : ringingAt ? 'ringing' : 'created');
  const leg: Leg = {
    id: nameAt(reading, input['id'], 'leg.', 'id', longestLegId) ?? `${call.id}:${extension ?? 'leg'}`,
    extension,
    role: wordAt(reading, input['role'], 'leg.', 'role', roles) ?? roleOf(type, call, extension),
    state,
    outcome:
      wordAt(reading, input['outcome'], 'leg.', 'outcome', outcomes) ??
      (state === 'ended' && answeredAt ? 'answered' : null),
    number: textAt(reading, input['number'], 'leg.', 'number') ?? extension,
    name: textAt(reading, input['name'], 'leg.', 'name'),
    startedAt:
      timeAt(reading, input['startedAt'], 'leg.', 'startedAt') ?? earliest(time, ringingAt, answeredAt, endedAt),
    ringingAt,
    answeredAt,
    endedAt,
    cause: countAt(reading, input['cause'], 'leg.', 'cause', mostCause),
  };
  const extras = extrasOf(reading, input, 'leg', known);
  return extras ? { ...extras, ...leg } : leg;
}

function roleOf(type: EventType, call: Call, extension: string | null): Leg['role'] {
  if (type === 'leg.dial_out') return 'caller';
  if (type === 'leg.dial_in') return 'callee';
  return extension !== null && call.from.kind === 'internal' && call.from.number === extension ? 'caller' : 'callee';
}
