/**
 * What the journal says of a call, from what it said before and the events that came since. Pure, and the same whether
 * events come one by one or all at once; an event that is in the record already changes nothing.
 *
 * A call's record begins with the first event about it; it is *final* with the first that shows it ended, and stays so:
 * a later event corrects what it tells (a recording, a leg), but an ended call has no new life.
 */
import type { Call, Leg } from '../../model/call.ts';
import { type CallRecord, ringTimeOf } from '../../model/call-record.ts';
import type { Event } from '../../model/event.ts';
import { type JournalLeg, type LegFacts, legFactsIn } from '../../model/leg-facts.ts';
import { callIdOf, callStateOf, legIdOf, StoredEvent } from '../../model/stored-event.ts';

/** Families of event types that tell how a call stands; others (charges, deliveries) only mention one. */
const families = /^(?:call|leg|transfer|queue|park|conference|recording|voicemail)\./;

/**
 * Kept per call: beyond it the legs that came first, the sequences in the middle, and the extensions and users that came
 * last are left out. As many as one event may name; each of them is an entry that the call is found by.
 */
const mostLegs = 200;
const mostSeqs = 500;
const mostNames = 200;

export const isAboutCall = (event: Event): boolean => callIdOf(event) !== null && families.test(event.type);

/** Read without keeping what was read: the log's newest events stay as small as their text. */
const bodyOf = (event: Event): Pick<Event, 'call' | 'leg' | 'data'> =>
  event instanceof StoredEvent ? event.peek() : event;

/** @param events all about this call, in order; null where none of them is news and there was no record */
export function foldCall(before: CallRecord | null, events: readonly Event[]): CallRecord | null {
  const news = events.filter(({ seq }) => seq > (before?.seq ?? 0));
  const last = news.at(-1);
  if (!last) return before;
  const call = callOf(before, news);
  const legs = legsOf(before, news);
  const seqs = [...(before?.seqs ?? []), ...news.map(({ seq }) => seq)];
  return {
    reseller: last.reseller,
    domain: last.domain,
    connector: last.connector,
    extensions: union(
      before?.extensions,
      news.flatMap(({ extension, extensions }) => [extension, ...extensions]),
    ),
    users: union(
      before?.users,
      news.map(({ user }) => user),
    ),
    call,
    legs,
    ringMs: ringTimeOf(call, legs),
    final: call.state === 'ended',
    firstSeq: before?.firstSeq || (seqs[0] as number),
    seq: last.seq,
    seqs: seqs.length <= mostSeqs ? seqs : [...seqs.slice(0, mostSeqs / 2), ...seqs.slice(-mostSeqs / 2)],
  };
}

function callOf(before: CallRecord | null, news: readonly Event[]): Call {
  let ended = before?.final ?? false;
  let telling: Event | null = null;
  for (const event of news) {
    const isOver = callStateOf(event) === 'ended';
    if (!ended || isOver) telling = event;
    ended ||= isOver;
  }
  return telling === null ? (before as CallRecord).call : (bodyOf(telling).call as Call);
}

function legsOf(before: CallRecord | null, news: readonly Event[]): readonly JournalLeg[] {
  const newest = new Map<string, Event>();
  const facts = new Map<string, LegFacts>();
  for (const event of news) {
    const id = legIdOf(event);
    if (id === null) continue;
    newest.set(id, event);
    if (tellsOfLeg(event)) facts.set(id, factsAfter(facts.get(id) ?? factsOf(before, id), event));
  }
  if (newest.size === 0) return before?.legs ?? [];
  const legs = new Map((before?.legs ?? []).map((leg) => [leg.id, leg]));
  for (const [id, event] of newest) {
    const known = legs.get(id);
    legs.set(id, { ...(facts.get(id) ?? (known && legFactsIn(known))), ...(bodyOf(event).leg as Leg) });
  }
  return [...legs.values()].slice(-mostLegs);
}

const factsOf = (before: CallRecord | null, id: string): LegFacts =>
  legFactsIn(before?.legs.find((leg) => leg.id === id) ?? {});

/** A leg is marked by what was inferred of it, and no more once its phone system says how long it was connected. */
function factsAfter({ estimated: wasEstimated, ...before }: LegFacts, event: Event): LegFacts {
  const { type } = event;
  const { estimated, ...facts } = legFactsIn(bodyOf(event).data);
  const isMarked = tellsOfTalk.has(type) && estimated === true;
  const isMeasured = type === 'leg.ended' && facts.talkUs !== undefined;
  const isEstimated = isMarked || (wasEstimated === true && !isMeasured);
  return { ...before, ...facts, ...(isEstimated && { estimated: true }) };
}

const tellsOfTalk: ReadonlySet<string> = new Set(['leg.answered', 'leg.ended']);

/** Most say nothing beside the leg, which is seen without reading them. */
const tellsOfLeg = (event: Event): boolean =>
  event.type.startsWith('leg.') && !(event instanceof StoredEvent && !event.hasData);

function union(before: readonly string[] | undefined, more: readonly (string | null)[]): readonly string[] {
  return [...new Set([...(before ?? []), ...more.filter((name) => name !== null)])].slice(0, mostNames);
}
