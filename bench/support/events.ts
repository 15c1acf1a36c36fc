/** Events like those of a busy PBX: five for each call, many calls interleaved. */
import { newId } from '../../src/kit/ids.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { EventType } from '../../src/model/event-types/index.ts';
import { callOf, eventOf } from '../../test/support/builders.ts';

const lifecycle: readonly EventType[] = ['call.started', 'leg.dial_in', 'leg.ringing', 'leg.answered', 'call.ended'];

/**
 * @param count events; `calls` go on side by side, each with five events, then the next ones begin
 * @param domainOf which domain the call of this number belongs to
 */
export function* callEvents(
  count: number,
  calls: number,
  domainOf = (_call: number): string => 'acme',
): Generator<NewEvent> {
  const start = Date.UTC(2026, 10, 21, 9);
  const perRound = calls * lifecycle.length;
  for (let index = 0; index < count; index++) {
    const round = Math.floor(index / perRound);
    const step = Math.floor((index % perRound) / calls);
    const call = round * calls + (index % calls);
    const time = new Date(start + index).toISOString();
    const leg = {
      id: `pbx1-${call}.2`,
      extension: '101',
      role: 'callee' as const,
      state: 'ringing' as const,
      outcome: null,
      number: '101',
      name: 'Bob',
      startedAt: time,
      ringingAt: time,
      answeredAt: null,
      endedAt: null,
      cause: null,
    };
    yield eventOf({
      id: newId(start + index),
      type: lifecycle[step] as EventType,
      time,
      domain: domainOf(call),
      connector: 'pbx1',
      call: callOf(`pbx1-${call}`),
      leg: step === 0 || step === 4 ? null : leg,
    });
  }
}
