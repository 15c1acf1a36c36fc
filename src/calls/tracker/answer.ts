import { isLive } from '../graph/channel.ts';
import type { Moment, World } from './moment.ts';
import type { CallRecord, LegRecord } from './record.ts';
import { stateOf } from './state.ts';
import { serviceUp, talksToMachine } from './talk.ts';
import { sentOn } from './transfers/transfer-data.ts';
import { moveOn } from './teller.ts';

/** Tells who was answered, by whom, and whether that is the call's first answer. */
export function answer(world: World, call: CallRecord, moment: Moment): void {
  const data = moment.found ? { estimated: true } : {};
  const roomJoined = call.service?.kind === 'conference' && serviceUp(world, call) ? call.service.channelId : null;
  const isAnswered = (leg: LegRecord): boolean => call.connected.has(leg.channelId) || leg.channelId === roomJoined;
  const answered = [...call.legs.values()]
    .filter((leg) => leg.answeredAt === null && isAnswered(leg))
    // The one who picks up is told before the one who waited for it.
    .sort((one, two) => Number(one.role === 'caller') - Number(two.role === 'caller') || one.order - two.order);
  for (const leg of answered) {
    leg.answeredAt = moveOn(call, moment.at);
    call.metPhone ||= leg.role === 'callee' && leg.extension !== null;
  }
  const by = answererOf(call, answered) ?? machineOf(world, call);
  if (by && outranks(by.kind, call.answeredBy?.kind)) call.answeredBy = by;
  const first = call.answeredAt === null && (call.connected.size > 0 || talksToMachine(world, call));
  if (first) call.answeredAt = moveOn(call, moment.at);
  call.state = stateOf(call);
  for (const leg of answered) {
    world.teller.leg('leg.answered', call, leg, moment.at, { ...sentOn(leg), ...data });
  }
  if (first) world.teller.answered(call, moment.at, data);
}

/** The person (or the conference) that two connected devices mean. */
export function answererOf(call: CallRecord, answered: readonly LegRecord[] = []): CallRecord['answeredBy'] {
  if (call.connected.size === 0) return null;
  if (call.service?.kind === 'conference') return { kind: 'conference', extension: null };
  const isCalled = (leg: LegRecord | undefined): boolean => leg !== undefined && leg.role === 'callee';
  const connected = [...call.connected].map((id) => call.legs.get(id));
  const isOther = (leg: LegRecord | undefined): boolean => leg !== undefined && leg.channelId !== call.initiatorId;
  // Who picked the call up dialled to do so, and is no callee where its own call was told of first.
  const leg = answered.find(isCalled) ?? connected.find(isCalled) ?? connected.find(isOther);
  return { kind: 'person', extension: leg?.extension ?? null };
}

function machineOf(world: World, call: CallRecord): CallRecord['answeredBy'] {
  const { service } = call;
  if (!service || !serviceUp(world, call)) return null;
  const leg = call.machines.findLast(({ channelId, endedAt }) => channelId === service.channelId && endedAt === null);
  return { kind: service.kind, extension: leg?.extension ?? null };
}

/** Who answered stays who answered, unless it was a machine. */
function outranks(kind: string, known: string | undefined): boolean {
  return known === undefined || (known !== 'person' && known !== kind);
}

export function holds(world: World, call: CallRecord, moment: Moment): void {
  for (const leg of call.legs.values()) {
    const channel = world.graph.get(leg.channelId);
    if (leg.holding === leg.toldHeld || leg.answeredAt === null || !channel || !isLive(channel)) continue;
    leg.toldHeld = leg.holding;
    call.state = stateOf(call);
    world.teller.hold(leg.holding ? 'leg.held' : 'leg.resumed', call, leg, moment);
  }
}
