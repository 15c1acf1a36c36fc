/** Sets right who is in menus, waits in queues, is parked or in a room, by a picture of all there is. */
import type { World } from './moment.ts';
import { findInMenus } from './machines/find-in-menus.ts';
import { findParked } from './parking/find-parked.ts';
import { findWaiting } from './queues/find-waiting.ts';
import type { CallRecord } from './record.ts';
import type { ResyncSignal } from './handle.ts';
import { findMembers } from './rooms/find-members.ts';

/**
 * To be called when the graph is as the picture shows it. A later picture of a PBX that was listened to all the time changes
 * nothing here: what it shows may be on its way.
 */
export function findServices(world: World, calls: Iterable<CallRecord>, signal: ResyncSignal, at: number): void {
  if (signal.again && !signal.restarted) return;
  const queues = signal.waiting && {
    waiting: new Map(signal.waiting.map((one) => [one.channelId, one])),
    agents: signal.agents ?? null,
  };
  const parked = signal.parked && new Map(signal.parked.map((one) => [one.channelId, one]));
  const rooms = new Map(signal.bridges.flatMap(({ id, room, name }) => (room ? [[id, name ?? null] as const] : [])));
  const inMenus = signal.inMenus && new Set(signal.inMenus);
  for (const call of calls) {
    if (inMenus) findInMenus(world, call, inMenus, at);
    if (queues) findWaiting(world, call, queues, at);
    if (parked) findParked(world, call, parked, at);
    findMembers(world, call, rooms, at);
  }
}
