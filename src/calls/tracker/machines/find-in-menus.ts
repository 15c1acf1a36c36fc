/** Sets right which menus a call is in, by a picture of all there is. */
import { isLive } from '../../graph/channel.ts';
import type { World } from '../moment.ts';
import type { CallRecord } from '../record.ts';

/**
 * A menu that its channel is in no more was left while nobody listened. Where the channel is gone as well, its end says so.
 * @param inMenus channels that run a menu; others are in one by where they stand in the dialplan
 */
export function findInMenus({ graph, rules }: World, call: CallRecord, inMenus: ReadonlySet<string>, at: number): void {
  for (const leg of call.machines) {
    const channel = graph.get(leg.channelId);
    if (leg.role !== 'ivr' || leg.endedAt !== null || !channel || !isLive(channel)) continue;
    if (inMenus.has(channel.id) || rules.isMenu(channel.facts?.context ?? null)) continue;
    leg.endedAt = at;
    leg.estimated = true;
    if (call.service?.kind === 'ivr' && call.service.channelId === channel.id) call.service = null;
  }
}
