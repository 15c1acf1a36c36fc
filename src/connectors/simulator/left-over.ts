import { idFromFacts } from '../../kit/ids.ts';
import type { Call, Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { OpenCall } from '../connector.ts';
import type { Source } from './draft.ts';

/**
 * Ends a call that a former run left open: nobody plays it any more, so its end will never be seen. What was last known
 * stands; the rest is marked as estimated. The same call always gives the same events, so a second restart adds none.
 */
export function endLeftOver(open: OpenCall, source: Source): readonly NewEvent[] {
  const time = open.seenAt ?? latestTime(open);
  const call: Call = { ...open.call, state: 'ended', outcome: 'lost', endedAt: open.call.endedAt ?? time };
  const base = { ...source, time, extensions: open.extensions };
  const live = open.legs.filter((leg) => leg.endedAt === null);
  const legs = live
    .sort((one, other) => Number(one.role === 'caller') - Number(other.role === 'caller'))
    .map((leg): Leg => ({ ...leg, state: 'ended', outcome: 'lost', endedAt: time }));
  const queues = [...open.legs.filter(({ endedAt }) => endedAt !== null), ...legs].filter(
    ({ role }) => role === 'queue',
  );
  const bridged = open.legs.some(({ role, extension, answeredAt }) => role === 'callee' && extension && answeredAt);
  return [
    ...legs.map((leg) => eventOf(base, 'leg.ended', { ...open.call }, leg)),
    eventOf(base, 'call.ended', call, null),
    ...queues.map((leg) => ({ ...eventOf(base, 'leg.closed', call, leg), data: { bridged, estimated: true } })),
    eventOf(base, 'call.closed', call, null),
  ];
}

function latestTime({ call, legs }: OpenCall): string {
  const times = [call, ...legs].flatMap(({ startedAt, answeredAt, endedAt }) => [startedAt, answeredAt, endedAt]);
  return times.reduce<string>((latest, time) => (time !== null && time > latest ? time : latest), call.startedAt);
}

interface Base extends Source {
  readonly time: string;
  readonly extensions: readonly string[];
}

function eventOf(base: Base, type: EventType, call: Call, leg: Leg | null): NewEvent {
  const { connector, reseller, domain, time, extensions } = base;
  const extension = leg?.extension ?? null;
  return {
    id: idFromFacts(Date.parse(call.startedAt), connector, call.id, 'lost', type, leg?.id ?? ''),
    type,
    time,
    reseller,
    domain,
    user: base.userOf(extension),
    extension,
    connector,
    extensions,
    call,
    leg,
    data: { estimated: true },
  };
}
