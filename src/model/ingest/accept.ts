/**
 * Taking in an event: unknown JSON becomes a complete event, or a problem that names the field.
 *
 * - `type` is required, and `call.id` for types about a call or a leg. The rest is optional: what is missing follows
 *   from what is there (the state from the type, the direction from the numbers), else it is null.
 * - `connector`, `reseller` and `domain` are the server's to say; a sender that says otherwise is refused. `seq` and
 *   `acceptedAt` are overwritten when the log takes the event, so what the sender says there is ignored.
 * - Unknown fields of call, leg, party and `data` stay where they are; those of the event itself go to `data.extra`.
 * - Times become UTC with milliseconds. Reading its own output again changes nothing.
 *
 * Not in it: the size of the whole body, whether the id is known already.
 */
import { newId } from '../../kit/ids.ts';
import { families, likelyTypes } from '../event-types/likely.ts';
import type { Call, Leg } from '../call.ts';
import type { NewEvent } from '../event.ts';
import { type EventType, eventCatalog, isEventType } from '../event-types/index.ts';
import { longestEventId, longestScope } from '../fields.ts';
import type { NumberReader } from '../numbers/index.ts';
import { readCall } from './call.ts';
import { createDataReader, type DataReader } from './data.ts';
import { readExtensions } from './extensions.ts';
import { extrasOf, KnownFields } from './extras.ts';
import { readLeg } from './leg.ts';
import { type EventProblem, isObject, type JsonObject, nameAt, objectAt, Reading, textAt } from './reading.ts';
import { timeAt } from './time.ts';

/** What the server knows of the sender, whatever it says itself. */
export interface SenderFacts {
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
  readonly numbers: NumberReader;
  /** When it came, by the server's clock; the time of an event that has none. */
  readonly nowMs: number;
}

export type Accepted = { readonly event: NewEvent } | { readonly problem: EventProblem };
export type EventAccepter = (json: unknown, sender: SenderFacts) => Accepted;

/** Makes the function that takes events in; it keeps compiled checkers, so make one and share it. */
export function createEventAccepter(): EventAccepter {
  const readData = createDataReader();
  return (json, sender) => {
    const reading = new Reading();
    const event = readEvent(reading, json, sender, readData);
    return reading.problem || !event ? { problem: reading.problem ?? notAnEvent } : { event };
  };
}

const notAnEvent: EventProblem = {
  field: '',
  message: 'This is no event.',
  remedy: 'Send a JSON object with at least `type`.',
};

const known = new KnownFields(
  'id',
  'seq',
  'type',
  'time',
  'reseller',
  'domain',
  'user',
  'extension',
  'connector',
  'extensions',
  'acceptedAt',
  'call',
  'leg',
  'data',
);

function readEvent(reading: Reading, json: unknown, sender: SenderFacts, readData: DataReader): NewEvent | null {
  if (!isObject(json)) return null;
  const type = readType(reading, json['type']);
  if (type === null) return null;
  checkScope(reading, json, sender);
  const id = readId(reading, json['id']) ?? newId(sender.nowMs);
  const time = timeAt(reading, json['time'], '', 'time') ?? new Date(sender.nowMs).toISOString();
  const given = nameAt(reading, json['extension'], '', 'extension', longestScope);
  const call = callOf(reading, json['call'], { type, time, numbers: sender.numbers });
  const leg = legOf(reading, json['leg'], { type, time, call, extension: given });
  const extension = given ?? leg?.extension ?? null;
  return {
    id,
    type,
    time,
    reseller: sender.reseller,
    domain: sender.domain,
    user: nameAt(reading, json['user'], '', 'user', longestScope),
    extension,
    connector: sender.connector,
    extensions: readExtensions(reading, json['extensions'], { extension, call, leg }),
    call,
    leg,
    data: readData(reading, json['data'], type, extrasOf(reading, json, '', known)),
  };
}

function readType(reading: Reading, value: unknown): EventType | null {
  if (!isEventType(value)) {
    const message = value === undefined ? '`type` is missing.' : '`type` is not a known type of event.';
    const like = typeof value === 'string' ? likelyTypes(value) : [];
    const begin = `Types begin with ${families.join(', ')}; the reference lists them.`;
    const hint = like.length > 0 ? `Did you mean ${like.join(' or ')}?` : begin;
    reading.refuse('type', message, hint);
    return null;
  }
  if (eventCatalog[value].reporter === 'source') return value;
  reading.refuse('type', `\`${value}\` is said by Offhook alone.`, 'Send only what happened on the phone system.');
  return null;
}

function checkScope(reading: Reading, json: JsonObject, sender: SenderFacts): void {
  for (const name of ['connector', 'reseller', 'domain'] as const) {
    const claimed = json[name];
    if (claimed === undefined || claimed === null || claimed === sender[name]) continue;
    const message = `\`${name}\` is not the one this sender belongs to.`;
    reading.refuse(name, message, 'Leave it out: the server sets it, by the token the event came with.');
  }
}

function readId(reading: Reading, value: unknown): string | null {
  const id = textAt(reading, value, '', 'id', longestEventId);
  if (id === null || /^[!-~]+$/.test(id)) return id;
  const message = '`id` has other characters than visible ASCII, or none.';
  reading.refuse('id', message, 'Send letters, digits and signs without spaces, or leave it out.');
  return null;
}

type About = { readonly type: EventType; readonly time: string };

function callOf(reading: Reading, value: unknown, about: About & { numbers: NumberReader }): Call | null {
  const input = objectAt(reading, value, 'call');
  const id = input ? nameAt(reading, input['id'], 'call.', 'id') : null;
  if (input && id !== null) return readCall(reading, input, id, about);
  if (input || eventCatalog[about.type].subject !== 'none') {
    const message = `\`call.id\` is missing, which \`${about.type}\` needs.`;
    reading.refuse('call.id', message, 'Send the id that all events of the call have in common.');
  }
  return null;
}

function legOf(
  reading: Reading,
  value: unknown,
  about: About & { readonly call: Call | null; readonly extension: string | null },
): Leg | null {
  const input = objectAt(reading, value, 'leg');
  const { call } = about;
  if (call)
    return input || eventCatalog[about.type].subject === 'leg'
      ? readLeg(reading, input ?? {}, { ...about, call })
      : null;
  if (input)
    reading.refuse('call.id', 'There is a leg, but no call.', 'Send the call the leg is part of, with its id.');
  return null;
}
