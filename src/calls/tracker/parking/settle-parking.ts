import { isLive } from '../../graph/channel.ts';
import type { Moment, World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { stateOf } from '../state.ts';
import { isParked, type Parked } from './parked.ts';

/** Tells that the call was parked, and what became of it. */
export function tellParking(world: World, call: CallRecord, moment: Moment): void {
  for (const parked of call.parked) {
    if (!parked.toldParked || (!isParked(parked) && !parked.toldEnd)) call.state = stateOf(call);
    if (!parked.toldParked) {
      parked.toldParked = true;
      const { lot, slot, by, timeoutMs } = parked;
      world.teller.parking('park.parked', call, parked, moment.at, by, { lot, slot, by, timeoutMs });
    }
    const channel = moment.over ? undefined : world.graph.get(parked.channelId);
    if (isParked(parked) && !(channel && isLive(channel)))
      Object.assign(parked, { state: 'abandoned', endedAt: moment.at, found: moment.found });
    if (!isParked(parked) && !parked.toldEnd) tellEnd(world, call, parked, moment);
  }
}

function tellEnd({ teller }: World, call: CallRecord, parked: Parked, moment: Moment): void {
  const { lot, slot, by } = parked;
  const parkedMs = Math.max(0, (parked.endedAt ?? moment.at) - parked.at);
  const how = { parkedMs, ...(parked.found && { estimated: true }) };
  parked.toldEnd = true;
  switch (parked.state) {
    case 'retrieved': {
      const leg = parked.retrieverId === null ? undefined : call.legs.get(parked.retrieverId);
      const retrievedBy = leg?.extension ?? leg?.number ?? null;
      const data = { lot, slot, by, retrievedBy, ...how };
      return teller.parking('park.retrieved', call, parked, moment.at, leg?.extension ?? null, data);
    }
    case 'timed_out':
      return teller.parking('park.timed_out', call, parked, moment.at, by, { lot, slot, by, returnedTo: by, ...how });
    default:
      return teller.parking('park.abandoned', call, parked, moment.at, by, { lot, slot, by, ...how });
  }
}
