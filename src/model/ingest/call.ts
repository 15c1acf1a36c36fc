import {
  type Answerer,
  answererKinds,
  type Call,
  callStates,
  directions,
  hangUpParties,
  noOrigin,
  type Origin,
  originSources,
  type Party,
} from '../call.ts';
import type { EventType } from '../event-types/index.ts';
import { longestScope, mostItems } from '../fields.ts';
import type { NumberReader } from '../numbers/index.ts';
import { callOutcomes } from '../outcome.ts';
import { readRecordings, readTransfers } from './call-lists.ts';
import { earliest, momentOf } from './defaults.ts';
import { extrasOf, KnownFields } from './extras.ts';
import { readParty } from './party.ts';
import { countAt, type JsonObject, listAt, nameAt, objectAt, type Reading, textAt, wordAt } from './reading.ts';
import { timeAt } from './time.ts';

const directionWords = new Set(directions);
const stateWords = new Set(callStates);
const outcomeWords = new Set(callOutcomes);
const hangUpWords = new Set(hangUpParties);
const answererWords = new Set(answererKinds);
const sourceWords = new Set(originSources);
const known = new KnownFields(
  'id',
  'direction',
  'state',
  'outcome',
  'from',
  'to',
  'did',
  'trunk',
  'queue',
  'answeredBy',
  'hungUpBy',
  'startedAt',
  'answeredAt',
  'endedAt',
  'talkMs',
  'origin',
  'transfers',
  'recordings',
  'relatedCallIds',
);
const knownOfAnswerer = new KnownFields('kind', 'extension');
const knownOfOrigin = new KnownFields('source', 'requestId', 'billingCode', 'buttonId', 'onBehalfOf');

const stateByType: Partial<Record<EventType, Call['state']>> = {
  'call.started': 'ringing',
  'call.answered': 'answered',
  'call.ended': 'ended',
  'call.closed': 'ended',
  'leg.answered': 'answered',
  'leg.held': 'held',
  'leg.resumed': 'answered',
  'queue.joined': 'queued',
  'queue.agent_ringing': 'queued',
  'queue.agent_missed': 'queued',
  'queue.answered': 'answered',
  'park.parked': 'parked',
  'park.retrieved': 'answered',
};

/** Fills what the sender left out with what follows from the rest, else with null. */
export function readCall(
  reading: Reading,
  input: JsonObject,
  id: string,
  about: { readonly type: EventType; readonly time: string; readonly numbers: NumberReader },
): Call {
  const { type, time } = about;
  const from = readParty(reading, input['from'], 'call.from', about.numbers);
  const to = readParty(reading, input['to'], 'call.to', about.numbers);
  const answeredAt = timeAt(reading, input['answeredAt'], 'call.', 'answeredAt') ?? answerMoment(type, time);
  const endedAt = timeAt(reading, input['endedAt'], 'call.', 'endedAt') ?? endMoment(type, time);
  const state =
    wordAt(reading, input['state'], 'call.', 'state', stateWords) ??
    stateByType[type] ??
    (endedAt ? 'ended' : answeredAt ? 'answered' : 'ringing');
  const call: Call = {
    id,
    direction: wordAt(reading, input['direction'], 'call.', 'direction', directionWords) ?? directionOf(type, from, to),
    state,
    outcome:
      wordAt(reading, input['outcome'], 'call.', 'outcome', outcomeWords) ??
      (state === 'ended' && answeredAt ? 'answered' : null),
    from,
    to,
    did: textAt(reading, input['did'], 'call.', 'did'),
    trunk: textAt(reading, input['trunk'], 'call.', 'trunk'),
    queue: textAt(reading, input['queue'], 'call.', 'queue'),
    answeredBy: readAnswerer(reading, input['answeredBy']),
    hungUpBy: wordAt(reading, input['hungUpBy'], 'call.', 'hungUpBy', hangUpWords),
    startedAt: timeAt(reading, input['startedAt'], 'call.', 'startedAt') ?? earliest(time, answeredAt, endedAt),
    answeredAt,
    endedAt,
    talkMs: countAt(reading, input['talkMs'], 'call.', 'talkMs') ?? talkMsOf(answeredAt, endedAt),
    origin: readOrigin(reading, input['origin']),
    transfers: readTransfers(reading, input['transfers']),
    recordings: readRecordings(reading, input['recordings']),
    relatedCallIds: readRelated(reading, input['relatedCallIds']),
  };
  const extras = extrasOf(reading, input, 'call', known);
  return extras ? { ...extras, ...call } : call;
}

function answerMoment(type: EventType, time: string): string | null {
  return (
    momentOf(type, 'call.answered', time) ??
    momentOf(type, 'leg.answered', time) ??
    momentOf(type, 'queue.answered', time)
  );
}

function endMoment(type: EventType, time: string): string | null {
  return momentOf(type, 'call.ended', time) ?? momentOf(type, 'call.closed', time);
}

function directionOf(type: EventType, from: Party, to: Party): Call['direction'] {
  if (from.kind === 'internal') return to.kind === 'internal' ? 'internal' : 'outbound';
  return type === 'leg.dial_out' ? 'outbound' : 'inbound';
}

function talkMsOf(answeredAt: string | null, endedAt: string | null): number {
  return answeredAt && endedAt ? Math.max(0, Date.parse(endedAt) - Date.parse(answeredAt)) : 0;
}

function readAnswerer(reading: Reading, value: unknown): Answerer | null {
  const input = objectAt(reading, value, 'call.answeredBy');
  if (!input) return null;
  const answerer: Answerer = {
    kind: wordAt(reading, input['kind'], 'call.answeredBy.', 'kind', answererWords) ?? 'person',
    extension: nameAt(reading, input['extension'], 'call.answeredBy.', 'extension', longestScope),
  };
  const extras = extrasOf(reading, input, 'call.answeredBy', knownOfAnswerer);
  return extras ? { ...extras, ...answerer } : answerer;
}

function readOrigin(reading: Reading, value: unknown): Origin {
  const input = objectAt(reading, value, 'call.origin');
  if (!input) return noOrigin;
  const origin: Origin = {
    source: wordAt(reading, input['source'], 'call.origin.', 'source', sourceWords),
    requestId: textAt(reading, input['requestId'], 'call.origin.', 'requestId'),
    billingCode: textAt(reading, input['billingCode'], 'call.origin.', 'billingCode'),
    buttonId: textAt(reading, input['buttonId'], 'call.origin.', 'buttonId'),
    onBehalfOf: nameAt(reading, input['onBehalfOf'], 'call.origin.', 'onBehalfOf', longestScope),
  };
  const extras = extrasOf(reading, input, 'call.origin', knownOfOrigin);
  return extras ? { ...extras, ...origin } : origin;
}

function readRelated(reading: Reading, value: unknown): string[] {
  const ids: string[] = [];
  for (const [index, item] of listAt(reading, value, 'call.', 'relatedCallIds', mostItems).entries()) {
    const id = nameAt(reading, item, 'call.relatedCallIds', `[${index}]`);
    if (id !== null) ids.push(id);
  }
  return ids;
}
