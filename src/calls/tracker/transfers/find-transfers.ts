/**
 * Finds the transfers that were made while nobody listened, by what a picture of all there is shows: who was there is
 * gone, and those they talked with have somebody else. To be called when the graph is as the picture shows it, and
 * before the calls are settled: their records say how it was before.
 *
 * What a picture can't tell is not told: who talks with whom now shows in the legs, and that is all then.
 */
import type { Moment, World } from '../moment.ts';
import type { CallRecord } from '../record.ts';
import { findJoined } from './find-joined.ts';
import { findLeft } from './find-left.ts';
import { findSent } from './find-sent.ts';
import { relateTaken } from './find-taken.ts';

/** `calls` answers those there are: two may become one. */
export function findTransfers(world: World, calls: () => Iterable<CallRecord>, moment: Moment): void {
  relateTaken(world, [...calls()]);
  for (const call of calls()) {
    if (!call.started || call.ended) continue;
    findJoined(world, call, moment);
    findLeft(world, call);
    findSent(world, call, moment);
  }
}
