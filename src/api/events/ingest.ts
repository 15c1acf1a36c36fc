/**
 * Taking events in: every one is read and checked before any is stored, and the answer comes when all are durable.
 * This is a hot path: one parse, no schema run over what the reader has checked already.
 */
import type { EventAccepter, SenderFacts } from '../../model/ingest/accept.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import type { Access } from '../../model/scope.ts';
import type { AppendOutcome, EventLog } from '../../log/event-log.ts';
import type { Problem } from '../problems/problem.ts';
import type { Admission } from './admission.ts';

export interface IngestDeps {
  readonly log: Pick<EventLog, 'append' | 'get'>;
  readonly accept: EventAccepter;
  readonly admission: Admission;
  readonly numbers: NumberReader;
  readonly defaults: { readonly reseller: string; readonly domain: string };
}

export interface IngestRequest {
  readonly access: Access;
  readonly inputs: readonly unknown[];
  readonly isList: boolean;
  /** Bytes of the body they came in. */
  readonly bytes: number;
  readonly nowMs: number;
}

interface AcceptedEvent {
  readonly id: string;
  readonly seq: number;
}

export type IngestResult =
  | { readonly accepted: readonly AcceptedEvent[]; readonly duplicates: number }
  | { readonly problem: Problem };

/** Events that came over HTTP name this as their connector; their ids are unique within it. */
const connector = 'api';
export const maxEventBytes = 262_144;

export async function ingest(deps: IngestDeps, request: IngestRequest): Promise<IngestResult> {
  const events = readAll(deps, request);
  if ('problem' in events) return events;
  const leave = deps.admission.enter(events.length, request.bytes);
  if (!leave) return { problem: { code: 'overloaded', retryAfter: 1 } };
  try {
    const outcomes = await deps.log.append(events);
    return await answer(deps, request, events, outcomes);
  } finally {
    leave();
  }
}

function readAll(deps: IngestDeps, request: IngestRequest): NewEvent[] | { readonly problem: Problem } {
  const events: NewEvent[] = [];
  for (const [index, input] of request.inputs.entries()) {
    const read = deps.accept(input, senderOf(deps, request, input));
    if ('problem' in read) return { problem: eventProblem(read.problem, request.isList ? index : null) };
    // A body within one event's limit holds no event over it.
    if (request.bytes > maxEventBytes && tooLarge(read.event)) {
      return { problem: { code: 'event_too_large', ...(request.isList ? { field: `[${index}]` } : {}) } };
    }
    events.push(read.event);
  }
  return events;
}

const tooLarge = (event: NewEvent): boolean => {
  const text = JSON.stringify(event);
  return text.length * 3 > maxEventBytes && Buffer.byteLength(text) > maxEventBytes;
};

/** Whom a caller may speak for: with access to every domain, the one the event names. */
function senderOf(deps: IngestDeps, { access, nowMs }: IngestRequest, input: unknown): SenderFacts {
  const named = input as { readonly reseller?: unknown; readonly domain?: unknown } | null;
  const { defaults, numbers } = deps;
  return {
    connector,
    reseller: speaksFor(access.reseller, named?.reseller, defaults.reseller),
    domain: speaksFor(access.domain, named?.domain, defaults.domain),
    numbers,
    nowMs,
  };
}

function speaksFor(allowed: string, named: unknown, usual: string): string {
  if (allowed !== '*') return allowed;
  return typeof named === 'string' && isScopeName(named) ? named : usual;
}

const isScopeName = (name: string): boolean => name.length > 0 && name.length <= 128 && !notInNames.test(name);
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not be in a name
const notInNames = /[\u0000-\u001f\u007f*]/;

function eventProblem(problem: { field: string; message: string; remedy: string }, index: number | null): Problem {
  const { field, message, remedy } = problem;
  const path = index === null ? field : `[${index}]${field === '' || field.startsWith('[') ? '' : '.'}${field}`;
  const detail = index === null ? message : `Event [${index}]: ${message}`;
  return { code: 'invalid_event', detail, remedy, ...(path === '' ? {} : { field: path }) };
}

async function answer(
  deps: IngestDeps,
  request: IngestRequest,
  events: readonly NewEvent[],
  outcomes: readonly AppendOutcome[],
): Promise<IngestResult> {
  const accepted: AcceptedEvent[] = [];
  const conflicts: (AcceptedEvent & { readonly index: number })[] = [];
  let duplicates = 0;
  for (const [index, outcome] of outcomes.entries()) {
    const { id, seq } = outcome;
    const isSame = outcome.kind === 'accepted' || (await isSameButForTime(deps, request, index, events, seq));
    if (isSame) accepted.push({ id, seq });
    else conflicts.push({ index, id, seq });
    if (isSame && (outcome.kind === 'conflict' || outcome.duplicate)) duplicates++;
  }
  return conflicts.length === 0
    ? { accepted, duplicates }
    : { problem: conflictProblem(conflicts, accepted, request.isList) };
}

/**
 * An event sent without a time gets the time of its arrival, so the same body sent again reads differently. It is
 * read once more with the time that the first one got.
 */
async function isSameButForTime(
  deps: IngestDeps,
  request: IngestRequest,
  index: number,
  events: readonly NewEvent[],
  seq: number,
): Promise<boolean> {
  const input = request.inputs[index] as { readonly time?: unknown };
  if (input.time !== undefined && input.time !== null) return false;
  const [stored] = await deps.log.get([seq]);
  if (!stored) return false;
  const nowMs = Date.parse(stored.time);
  const again = deps.accept(input, senderOf(deps, { ...request, nowMs }, input));
  if ('problem' in again) return false;
  const { seq: _seq, acceptedAt: _acceptedAt, ...body } = stored;
  return events[index] !== undefined && sameJson(again.event, body);
}

/** Whether two values are the same JSON, whatever the order of their keys. */
function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  const keys = Object.keys(one);
  if (Array.isArray(one) !== Array.isArray(other) || keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => sameJson((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]));
}

function conflictProblem(
  conflicts: readonly (AcceptedEvent & { readonly index: number })[],
  accepted: readonly AcceptedEvent[],
  isList: boolean,
): Problem {
  const [first] = conflicts;
  const detail = isList
    ? `${conflicts.length} of the events have a known id with another body; the others were stored.`
    : `The id is that of event ${first?.seq}, whose body is another.`;
  return {
    code: 'event_id_conflict',
    detail,
    field: isList ? `[${first?.index}].id` : 'id',
    more: { accepted, conflicts },
  };
}
