import type { Channel } from '../graph/channel.ts';
import type { CompiledRules } from './rules.ts';
import { legIdOf, unnamedTrunk, type CallRecord, type LegRecord } from './record.ts';
import { clean, numberInDialString } from './parties.ts';
import { usableTime } from './snapshot.ts';

/** Makes legs of the group's devices that have none yet, and takes over what their channels show now. */
export function refreshLegs(call: CallRecord, rules: CompiledRules): void {
  for (const channel of call.group.channels.values()) {
    if (channel.kind !== 'device') continue;
    const leg = call.legs.get(channel.id) ?? newLeg(call, channel, rules);
    if (channel.facts && leg.endedAt === null) refresh(leg, channel, rules);
  }
}

function newLeg(call: CallRecord, channel: Channel, rules: CompiledRules): LegRecord {
  const leg: LegRecord = {
    channelId: channel.id,
    id: legIdOf(rules.connector, channel.id),
    order: channel.order,
    partial: channel.partial,
    startedAt: startOf(channel),
    extension: null,
    trunk: null,
    role: 'callee',
    fixed: false,
    number: null,
    name: null,
    dialing: false,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    outcome: null,
    cause: null,
    holding: false,
    transferred: false,
    sentBy: null,
    pickedUpBy: null,
    forwardedFrom: null,
    bornIn: null,
    toldDial: false,
    toldHeld: false,
    repeat: [],
  };
  call.legs.set(channel.id, leg);
  // What is told of the call from now on comes after it, even where the PBX's clock was set back meanwhile.
  call.lastAt = Math.max(call.lastAt, leg.startedAt);
  return leg;
}

/** When the channel began: as seen, or as the PBX says where it was there before. */
function startOf(channel: Channel): number {
  const said = channel.partial ? usableTime(channel.facts?.createdAt) : null;
  return said === null ? channel.firstAt : Math.min(said, channel.firstAt);
}

function refresh(leg: LegRecord, channel: Channel, rules: CompiledRules): void {
  const facts = channel.facts;
  if (!facts) return;
  // Once named a leg keeps its extension: devices do not change, what a PBX shows of them does.
  if (leg.extension === null && (leg.trunk === null || leg.trunk === unnamedTrunk)) {
    leg.trunk = rules.trunkOf(facts);
    leg.extension = rules.extensionOf(facts);
  }
  // What a PBX shows as the name of a line it called outside is what it was told to show there, not who answers.
  // That it called that line may be said after the name.
  if (leg.trunk === null || channel.incoming.length === 0) leg.name ??= clean(facts.callerName);
  else if (!leg.toldDial) leg.name = null;
  leg.number ??= leg.extension ?? outsideNumber(channel, rules);
}

/** Number of the outside party a trunk channel leads to, or comes from. */
function outsideNumber(channel: Channel, rules: CompiledRules): string | null {
  const dialled = channel.incoming.map((dial) => numberInDialString(dial.dialString)).find((found) => found !== null);
  const raw = dialled ?? clean(channel.facts?.callerNumber ?? null);
  return raw === null ? null : clean(rules.numbers.read(raw).number);
}
