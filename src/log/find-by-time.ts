import { beneathHole } from './cursor.ts';
import type { EventLog } from './event-log.ts';

/** The highest sequence up to `upTo` accepted before `until` (milliseconds), found by halving; the floor where there is none. */
export async function lastAcceptedBefore(
  log: Pick<EventLog, 'get' | 'floor' | 'holes'>,
  until: number,
  upTo: number,
): Promise<number> {
  let low = log.floor();
  let high = upTo;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const at = beneathHole(log, middle);
    const [event] = await log.get([at]);
    if (event && Date.parse(event.acceptedAt) >= until) high = at - 1;
    else low = middle;
  }
  return low;
}
