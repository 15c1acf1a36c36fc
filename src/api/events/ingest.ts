/**
 * Taking events in: every one is read and checked before any is stored, and the answer comes when all are durable.
 * This is a hot path: one parse, no schema run over what the reader has checked already.
 */
import type { EventAccepter, SenderFacts } from '../../model/ingest/accept.ts';
import type { NewEvent } from '../../model/event.ts';
import type { NumberReader } from '../../model/numbers/index.ts';
import type { Access } from '../../model/scope.ts';
import type { AppendOutcome, EventLog } from '../../log/event-log.ts';
import { type DomainNames, isScopeName } from '../../tenants/naming.ts';
import type { Problem } from '../problems/problem.ts';
import { appendTraced, type Tracing } from '../tracing.ts';
import type { Admission } from './admission.ts';

export interface IngestDeps {
  readonly log: Pick<EventLog, 'append' | 'get'>;
  readonly accept: EventAccepter;
  readonly admission: Admission;
  /** Reads numbers as they are written where the domain is. */
  readonly numbersOf: (domain: string) => NumberReader;
  readonly names: DomainNames;
  readonly tracing?: Tracing | undefined;
  readonly defaults: { readonly reseller: string; readonly domain: string };
}

export interface IngestRequest {
  readonly access: Access;
  /** What the events name as connector; their ids are unique within it. */
  readonly source: string;
  readonly inputs: readonly unknown[];
  readonly isList: boolean;
  /** Bytes of the body they came in. */
  readonly bytes: number;
  readonly nowMs: number;
  /** As the header says. */
  readonly traceparent: string | undefined;
}

interface AcceptedEvent {
  readonly id: string;
  readonly seq: number;
}

export type IngestResult =
  | { readonly accepted: readonly AcceptedEvent[]; readonly duplicates: number }
  | { readonly problem: Problem };

export const maxEventBytes = 262_144;

/**
 * What was sent and read is let go of while the disk works: kept until the answer, it would be most of what the process
 * holds, and the costliest to clear away. So nothing here that waits may have it in scope.
 */
export function ingest(deps: IngestDeps, request: IngestRequest): Promise<IngestResult> {
  const events = readAll(deps, request);
  if ('problem' in events) return Promise.resolve(events);
  const leave = deps.admission.enter(events.length, request.bytes);
  if (!leave) return Promise.resolve({ problem: { code: 'overloaded', retryAfter: 1 } });
  const sent = { isList: request.isList, untimed: untimedOf(request) };
  const arrival = deps.tracing?.arrived(events, request.traceparent, request.nowMs);
  return answer(deps, sent, appendTraced(deps.log, events, arrival)).finally(leave);
}

/** What the answer is made from besides the log's. */
interface Sent {
  readonly isList: boolean;
  /** Events that came without a time, by their index; null where there are none. */
  readonly untimed: ReadonlyMap<number, Untimed> | null;
}

interface Untimed {
  readonly input: unknown;
  readonly access: Access;
  readonly source: string;
}

function untimedOf({ inputs, access, source }: IngestRequest): Sent['untimed'] {
  let untimed: Map<number, Untimed> | null = null;
  for (let index = 0; index < inputs.length; index++) {
    const input = inputs[index] as { readonly time?: unknown };
    if (input.time === undefined || input.time === null) (untimed ??= new Map()).set(index, { input, access, source });
  }
  return untimed;
}

function readAll(deps: IngestDeps, request: IngestRequest): NewEvent[] | { readonly problem: Problem } {
  const events: NewEvent[] = [];
  for (const [index, input] of request.inputs.entries()) {
    const sender = senderOf(deps, request, input);
    if ('outside' in sender) return { problem: outsideScope(sender.outside, request.isList ? index : null) };
    const read = deps.accept(input, sender.facts);
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

type Sender = { readonly facts: SenderFacts } | { readonly outside: 'reseller' | 'domain' };

/** Who sent an event, and when it came. */
type Origin = Pick<IngestRequest, 'access' | 'source' | 'nowMs'>;

/**
 * Whom a caller speaks for: with one domain, for that; else for the domain the event names, and its reseller. To who
 * sees everything a domain needs no record; a reseller speaks only for those recorded as theirs.
 */
function senderOf(deps: IngestDeps, { access, source, nowMs }: Origin, input: unknown): Sender {
  const named = input as { readonly reseller?: unknown; readonly domain?: unknown } | null;
  const { defaults, names, numbersOf } = deps;
  if (!isOwn(access.domain, named?.domain)) return { outside: 'domain' };
  if (!isOwn(access.reseller, named?.reseller)) return { outside: 'reseller' };
  const domain = speaksFor(access.domain, named?.domain, defaults.domain);
  const owner = names.ownerOf(domain);
  const mayBeUnknown = access.reseller === '*' || access.domain !== '*';
  if (owner === null ? !mayBeUnknown : !isOwn(access.reseller, owner)) return { outside: 'domain' };
  const reseller = owner ?? speaksFor(access.reseller, named?.reseller, defaults.reseller);
  return { facts: { connector: source, reseller, domain, numbers: numbersOf(domain), nowMs } };
}

const isOwn = (allowed: string, named: unknown): boolean =>
  allowed === '*' || named === undefined || named === null || named === allowed;

function speaksFor(allowed: string, named: unknown, usual: string): string {
  if (allowed !== '*') return allowed;
  return isScopeName(named) ? named : usual;
}

function outsideScope(name: 'reseller' | 'domain', index: number | null): Problem {
  const field = index === null ? name : `[${index}].${name}`;
  const remedy = 'Leave it out, or name what the token covers; a reseller’s domains need a record (POST /v1/domains).';
  return { code: 'outside_scope', field, detail: `${field} is outside what this token covers.`, remedy };
}

function eventProblem(problem: { field: string; message: string; remedy: string }, index: number | null): Problem {
  const { field, message, remedy } = problem;
  const path = index === null ? field : `[${index}]${field === '' || field.startsWith('[') ? '' : '.'}${field}`;
  const detail = index === null ? message : `Event [${index}]: ${message}`;
  return { code: 'invalid_event', detail, remedy, ...(path === '' ? {} : { field: path }) };
}

async function answer(
  deps: IngestDeps,
  { isList, untimed }: Sent,
  appended: Promise<readonly AppendOutcome[]>,
): Promise<IngestResult> {
  const accepted: AcceptedEvent[] = [];
  const conflicts: (AcceptedEvent & { readonly index: number })[] = [];
  let duplicates = 0;
  for (const [index, outcome] of (await appended).entries()) {
    const { id, seq } = outcome;
    const isSame = outcome.kind === 'accepted' || (await isSameButForTime(deps, untimed?.get(index), seq));
    if (isSame) accepted.push({ id, seq });
    else conflicts.push({ index, id, seq });
    if (isSame && (outcome.kind === 'conflict' || outcome.duplicate)) duplicates++;
  }
  return conflicts.length === 0 ? { accepted, duplicates } : { problem: conflictProblem(conflicts, accepted, isList) };
}

/**
 * An event sent without a time gets the time of its arrival, so the same body sent again reads differently. It is
 * read once more with the time that the first one got.
 */
async function isSameButForTime(deps: IngestDeps, untimed: Untimed | undefined, seq: number): Promise<boolean> {
  if (!untimed) return false;
  const [stored] = await deps.log.get([seq]);
  if (!stored) return false;
  const { input, access, source } = untimed;
  const sender = senderOf(deps, { access, source, nowMs: Date.parse(stored.time) }, input);
  if ('outside' in sender) return false;
  const again = deps.accept(input, sender.facts);
  if ('problem' in again) return false;
  const { seq: _seq, acceptedAt: _acceptedAt, ...body } = stored;
  return sameJson(again.event, body);
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
