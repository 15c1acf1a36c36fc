/**
 * A notification in the CloudEvents dialect, in its three modes, as the events it carries. Only the body is read for
 * them, since only the body is signed: the `ce-*` headers of binary mode repeat what the body says.
 *
 * Of an event its envelope is checked, and no more: the signature says that an Offhook sent it, and an Offhook sends no
 * event that its type's schema does not allow.
 */
import { isEventType } from '../model/event-types/names.ts';
import { headerOf, type RequestHeaders } from './headers.ts';
import type { OffhookEvent, UnknownEvent } from './offhook-event.ts';
import { ReceiverProblem } from './problem.ts';

export type NotificationMode = 'structured' | 'batch' | 'binary';

export interface Notification {
  readonly mode: NotificationMode;
  /** In the order they happened; one, but for batches. */
  readonly events: readonly (OffhookEvent | UnknownEvent)[];
}

type JsonObject = Readonly<Record<string, unknown>>;

const unreadable = (message: string, header: string | null = null): ReceiverProblem =>
  new ReceiverProblem('unreadable', message, header);

/** Whether the library knows the event's type, so that `switch (event.type)` can tell what it is. */
export function isKnownEvent(event: OffhookEvent | UnknownEvent): event is OffhookEvent {
  return isEventType(event.type);
}

/** Call it with what `verify` has let pass. @throws ReceiverProblem `unreadable` */
export function parseNotification(request: {
  readonly headers: RequestHeaders;
  readonly body: string | Uint8Array;
}): Notification {
  const mode = modeOf(request.headers);
  const value = jsonOf(request.body);
  if (mode === 'binary') return { mode, events: [eventOf(value, 'the body')] };
  if (mode === 'structured') return { mode, events: [dataOf(value, 'the body')] };
  if (!Array.isArray(value)) throw unreadable('a batch is a JSON array');
  return { mode, events: value.map((document, index) => dataOf(document, `[${index}]`)) };
}

function modeOf(headers: RequestHeaders): NotificationMode {
  const type = (headerOf(headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/cloudevents+json') return 'structured';
  if (type === 'application/cloudevents-batch+json') return 'batch';
  if (type === 'application/json' && headerOf(headers, 'ce-specversion') === '1.0') return 'binary';
  throw unreadable('no CloudEvent: the subscription must have the dialect "cloudevents"', 'content-type');
}

/** JSON is UTF-8, whatever charset the unsigned Content-Type claims. */
function jsonOf(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw unreadable('the body is not valid JSON in UTF-8');
  }
}

function dataOf(document: unknown, place: string): OffhookEvent | UnknownEvent {
  if (!isObject(document)) throw unreadable(`${place} is not a CloudEvent`);
  if (document['specversion'] !== '1.0') throw unreadable(`${place} is not CloudEvents 1.0`);
  return eventOf(document['data'], `data of ${place}`);
}

function eventOf(value: unknown, place: string): OffhookEvent | UnknownEvent {
  if (!isObject(value)) throw unreadable(`${place} is not an event`);
  const wrong = Object.keys(envelope).find((name) => !envelope[name]?.(value[name]));
  if (wrong !== undefined) throw unreadable(`${place} is not an event: "${wrong}" is missing or wrong`);
  return value as unknown as OffhookEvent | UnknownEvent;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNameOrNull = (value: unknown): boolean => value === null || isName(value);
const isSnapshot = (value: unknown): boolean => value === null || (isObject(value) && isName(value['id']));

const envelope: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isName,
  seq: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  type: isName,
  time: isName,
  acceptedAt: isName,
  reseller: isText,
  domain: isText,
  user: isNameOrNull,
  extension: isNameOrNull,
  connector: isName,
  extensions: (value) => Array.isArray(value) && value.every(isText),
  call: isSnapshot,
  leg: isSnapshot,
  data: isObject,
};
