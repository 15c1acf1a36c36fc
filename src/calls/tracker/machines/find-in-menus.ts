/** Sets right which menus a call is in, by a picture of all there is. */
import { type Channel, isLive } from '../../graph/channel.ts';
import type { World } from '../moment.ts';
import { dialledBy } from '../parties.ts';
import type { CallRecord } from '../record.ts';
import type { MachineLeg } from './machine.ts';

/**
 * A menu that its channel is in no more was left while nobody listened. Where the channel is gone as well, its end says so.
 * @param inMenus channels that run an application of menus; others are in one by where they stand in the dialplan
 */
export function findInMenus({ graph, rules }: World, call: CallRecord, inMenus: ReadonlySet<string>, at: number): void {
  for (const leg of call.machines) {
    const channel = graph.get(leg.channelId);
    if (leg.role !== 'ivr' || leg.endedAt !== null || !channel || !isLive(channel)) continue;
    if (inMenus.has(channel.id) || rules.isMenu(channel.facts?.context ?? null)) continue;
    if (standsIn(leg, channel) || !hasGoneOn(channel)) continue;
    leg.endedAt = at;
    leg.estimated = true;
    if (call.service?.kind === 'ivr' && call.service.channelId === channel.id) call.service = null;
  }
}

/** It talks, or somebody is called for it. Where nobody is yet, what comes next says that it has left. */
const hasGoneOn = ({ id, bridgeId, group }: Channel): boolean =>
  bridgeId !== null ||
  [...group.channels.values()].some(
    (other) => other.id !== id && isLive(other) && (other.facts?.state === 'ringing' || other.facts?.state === 'up'),
  );

/** As while it hears something between two questions: in the context of the menu, at one of its keys and no number. */
function standsIn({ name, isUnnamed, extension }: MachineLeg, { facts, bridgeId }: Channel): boolean {
  if (bridgeId !== null || !(isUnnamed || facts?.context === name)) return false;
  const number = dialledBy(facts);
  return number === null || number.length === 1 || number === extension;
}
