/** Events like those of a busy PBX: five for each call, many calls interleaved. */
import { newId } from '../../src/kit/ids.ts';
import type { Call, Leg } from '../../src/model/call.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { EventType } from '../../src/model/event-types/index.ts';
import { callOf, eventOf } from '../../test/support/builders.ts';

interface Step {
  readonly type: EventType;
  readonly call: Partial<Call>;
  /** Null: the event is about the call as a whole. */
  readonly leg: Partial<Leg> | null;
}

const answeredBy = { kind: 'person', extension: '101' } as const;

/** What a call goes through: inbound, rings at one phone, is answered there and ends. */
const steps = (time: string): readonly Step[] => [
  { type: 'call.started', call: { state: 'ringing' }, leg: null },
  { type: 'leg.dial_in', call: { state: 'ringing' }, leg: {} },
  { type: 'leg.ringing', call: { state: 'ringing' }, leg: { ringingAt: time } },
  {
    type: 'leg.answered',
    call: { state: 'answered', answeredAt: time, answeredBy },
    leg: { state: 'answered', ringingAt: time, answeredAt: time },
  },
  {
    type: 'call.ended',
    call: { state: 'ended', outcome: 'answered', answeredAt: time, answeredBy, endedAt: time, talkMs: 61_000 },
    leg: null,
  },
];

const eventsOfACall = steps('').length;

function legOf(call: number, time: string, leg: Partial<Leg>): Leg {
  return {
    id: `pbx1-${call}.2`,
    extension: '101',
    role: 'callee',
    state: 'ringing',
    outcome: null,
    number: '101',
    name: 'Bob',
    startedAt: time,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    cause: null,
    ...leg,
  };
}

/**
 * @param count events; `calls` go on side by side, each with five events, then the next ones begin
 * @param domainOf which domain the call of this number belongs to
 */
export function* callEvents(
  count: number,
  calls: number,
  domainOf = (_call: number): string => 'acme',
): Generator<NewEvent> {
  const start = Date.UTC(2026, 0, 21, 9);
  const perRound = calls * eventsOfACall;
  for (let index = 0; index < count; index++) {
    const round = Math.floor(index / perRound);
    const call = round * calls + (index % calls);
    const time = new Date(start + index).toISOString();
    const step = steps(time)[Math.floor((index % perRound) / calls)] as Step;
    yield eventOf({
      id: newId(start + index),
      type: step.type,
      time,
      domain: domainOf(call),
      connector: 'pbx1',
      call: callOf(`pbx1-${call}`, step.call),
      leg: step.leg && legOf(call, time, step.leg),
    });
  }
}
