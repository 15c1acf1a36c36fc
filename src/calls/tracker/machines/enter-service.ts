import type { Channel } from '../../graph/channel.ts';
import { clean } from '../parties.ts';
import type { CallRecord, Service } from '../record.ts';
import { type MachineLeg, newMachine } from './machine.ts';

/** Queues and menus of one call that are remembered; the oldest go first. */
const mostMachines = 100;

/** The channel is in a service of the PBX now, and in no other any more. `anew`: once more, if it was in it before. */
export function enterService(
  call: CallRecord,
  channel: Channel,
  kind: Service,
  name: string | null,
  at: number,
  anew = false,
): void {
  const before = call.service;
  const isSame = before?.kind === kind && before.channelId === channel.id && before.name === name;
  call.service = { kind, channelId: channel.id, name };
  call.servicesReached.add(kind);
  if (isSame && !anew) return;
  const unnamed = kind === 'ivr' ? unnamedMenu(call, channel.id) : undefined;
  if (unnamed) {
    unnamed.name = clean(name);
    unnamed.isUnnamed = false;
    return;
  }
  leaveMachines(call, channel.id, at);
  if (kind !== 'queue' && kind !== 'ivr') return;
  const sameMoment = call.machines.filter((one) => one.channelId === channel.id && one.startedAt === at).length;
  const leg = { ...newMachine(kind, channel.id, at, sameMoment), extension: channel.stoodAt, name: clean(name) };
  call.machines = [...call.machines, leg].slice(-mostMachines);
}

/** The menu that it was in before a restart, as it turns out to be. */
const unnamedMenu = (call: CallRecord, channelId: string): MachineLeg | undefined =>
  call.machines.find((leg) => leg.isUnnamed && leg.channelId === channelId && leg.endedAt === null);

/** The channel goes on: whatever menu or queue it was in is over. */
export function leaveMachines(call: CallRecord, channelId: string, at: number): void {
  for (const leg of call.machines) {
    if (leg.channelId !== channelId || leg.endedAt !== null) continue;
    leg.endedAt = at;
  }
}
