/**
 * The rules every stream of call events has to keep, whoever makes it: used to test the simulator, and whatever else
 * tells of calls. Calls that are still open at the end of the stream are judged by what they did so far.
 */
import type { Call, Leg } from '../../src/model/call.ts';
import type { NewEvent } from '../../src/model/event.ts';

/** Rules that are broken, in words; empty when all hold. */
export function brokenRules(events: readonly NewEvent[]): readonly string[] {
  const broken: string[] = [];
  const byCall = new Map<string, NewEvent[]>();
  for (const event of events) {
    if (event.call) byCall.set(event.call.id, [...(byCall.get(event.call.id) ?? []), event]);
  }
  const ids = new Set(events.map(({ id }) => id));
  if (ids.size !== events.length) broken.push('an event id is used twice');
  for (const [id, own] of byCall) for (const rule of rulesBrokenBy(own)) broken.push(`call ${id}: ${rule}`);
  return broken;
}

function rulesBrokenBy(events: readonly NewEvent[]): readonly string[] {
  return [...lifeOf(events), ...snapshotsOf(events), ...legsOf(events)];
}

const countOf = (events: readonly NewEvent[], type: string): number =>
  events.filter((event) => event.type === type).length;

function* lifeOf(events: readonly NewEvent[]): Generator<string> {
  const types = events.map(({ type }) => type);
  if (types[0] !== 'call.started' || countOf(events, 'call.started') !== 1) yield 'it does not start once, first';
  if (countOf(events, 'call.answered') > 1) yield 'it is answered twice';
  if (countOf(events, 'call.ended') > 1 || countOf(events, 'call.closed') > 1) yield 'it ends or closes twice';
  const ended = types.indexOf('call.ended');
  const closed = types.indexOf('call.closed');
  if (closed >= 0 && (ended < 0 || closed !== types.length - 1))
    yield 'something comes after it is closed, or it never ended';
  const late = ended < 0 ? [] : types.slice(ended + 1);
  const isLate = /^(?:leg\.(?!closed$)|queue\.|transfer\.)/;
  if (late.some((type) => isLate.test(type))) {
    yield 'something happens in it after its end';
  }
}

function* snapshotsOf(events: readonly NewEvent[]): Generator<string> {
  let before: NewEvent | null = null;
  for (const event of events) {
    const call = event.call as Call;
    if (before && before.time > event.time) yield `${event.type} is earlier than what came before`;
    if (before?.call) yield* goesBack(before.call, call);
    const { startedAt, answeredAt, endedAt, talkMs, outcome, state } = call;
    if ((answeredAt ?? startedAt) < startedAt || (endedAt ?? event.time) < (answeredAt ?? startedAt))
      yield 'its times are out of order';
    if (
      event.type === 'leg.ended' &&
      answeredAt !== null &&
      before?.call?.state === 'answered' &&
      state === 'ringing'
    ) {
      if (!event.leg || event.leg.outcome !== 'transferred') yield 'it rings again when somebody hangs up';
    }
    if ((outcome !== null) !== (endedAt !== null) || (state === 'ended') !== (endedAt !== null))
      yield 'its outcome and its end differ';
    if (talkMs > Date.parse(event.time) - Date.parse(answeredAt ?? event.time))
      yield 'it talked before it was answered';
    if (!before?.extensions.every((extension) => event.extensions.includes(extension)) && before)
      yield 'an extension was forgotten';
    before = event;
  }
}

function* goesBack(before: Call, now: Call): Generator<string> {
  for (const name of ['answeredAt', 'endedAt', 'outcome', 'hungUpBy'] as const) {
    if (before[name] !== null && before[name] !== now[name]) yield `its ${name} changed after it was known`;
  }
  if (before.startedAt !== now.startedAt || before.direction !== now.direction) yield 'its beginning changed';
  if (now.talkMs < before.talkMs) yield 'its talk time shrank';
  if (now.transfers.length < before.transfers.length || now.recordings.length < before.recordings.length)
    yield 'it forgot something';
}

function* legsOf(events: readonly NewEvent[]): Generator<string> {
  const byLeg = new Map<string, NewEvent[]>();
  for (const event of events) {
    if (event.leg) byLeg.set(event.leg.id, [...(byLeg.get(event.leg.id) ?? []), event]);
  }
  const isOver = countOf(events, 'call.ended') === 1;
  for (const [id, own] of byLeg) for (const rule of legRules(own, isOver)) yield `leg ${id}: ${rule}`;
  yield* talkRules(events);
}

function* legRules(events: readonly NewEvent[], callIsOver: boolean): Generator<string> {
  const types = events.map(({ type }) => type);
  const last = events.at(-1)?.leg as Leg;
  for (const type of ['leg.dial_in', 'leg.dial_out', 'leg.ringing', 'leg.answered', 'leg.ended']) {
    if (countOf(events, type) > 1) yield `${type} twice`;
  }
  if (callIsOver && countOf(events, 'leg.ended') !== 1) yield 'it did not end with its call';
  if ((last.outcome !== null) !== (last.endedAt !== null)) yield 'its outcome and its end differ';
  const answered = types.indexOf('leg.answered');
  const ringing = types.indexOf('leg.ringing');
  if (last.role === 'callee' && answered >= 0 && (ringing < 0 || ringing > answered))
    yield 'it was answered before it rang';
  if (last.outcome === 'answered_elsewhere' && last.answeredAt !== null) yield 'it answered, and lost';
  if (last.outcome === 'answered' && last.answeredAt === null) yield 'it never answered';
  const afterEnd = types.slice(types.indexOf('leg.ended') + 1);
  const isLife = (type: string): boolean => type.startsWith('leg.') && type !== 'leg.closed';
  if (types.includes('leg.ended') && afterEnd.some(isLife)) yield 'it goes on after its end';
  if (countOf(events, 'leg.resumed') > countOf(events, 'leg.held')) yield 'it is resumed without hold';
}

/** The talk time at the end is what the legs say: the time two of them were connected. */
function* talkRules(events: readonly NewEvent[]): Generator<string> {
  const ended = events.find(({ type }) => type === 'call.ended');
  if (!ended?.call || ended.call.outcome === 'lost' || ended.call.answeredBy?.kind === 'voicemail') return;
  const legs = new Map(events.flatMap(({ leg }) => (leg ? [[leg.id, leg] as const] : [])));
  const changes = [...legs.values()].flatMap(({ answeredAt, endedAt }) =>
    answeredAt === null
      ? []
      : [
          { at: Date.parse(answeredAt), by: 1 },
          { at: Date.parse(endedAt ?? ended.time), by: -1 },
        ],
  );
  let talked = 0;
  let connected = 0;
  let since = 0;
  for (const { at, by } of changes.sort((one, other) => one.at - other.at || other.by - one.by)) {
    if (connected >= 2) talked += at - since;
    connected += by;
    since = at;
  }
  if (talked !== ended.call.talkMs) yield `it says ${ended.call.talkMs} ms of talk, its legs ${talked}`;
}
