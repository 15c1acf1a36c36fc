/** What the PBX says of transfers, taken into the call's record. What comes of it is found when the call is settled. */
import { partnersOf, standsBefore } from '../../graph/connected.ts';
import type { Channel } from '../../graph/channel.ts';
import { deviceReached } from '../../graph/reached.ts';
import type { Signal } from '../../signal.ts';
import type { World } from '../moment.ts';
import { clean, dialledBy } from '../parties.ts';
import type { CallRecord, LegRecord } from '../record.ts';
import type { TransferRecord } from './transfer.ts';

type SentSignal = Extract<Signal, { readonly kind: 'transfer.sent' }>;
type JoinedSignal = Extract<Signal, { readonly kind: 'transfer.joined' }>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Transfers of one call that are remembered; the oldest go first. */
const mostTransfers = 100;

/** Somebody sends whoever they talk with on. Told before anybody leaves. */
export function sentOn({ graph }: World, callOf: CallOf, signal: SentSignal, at: number): Channel | null {
  const channel = graph.refer(signal.transfererId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  const others = partnersOf(graph, channel.group, channel.id);
  const transferees = others.length > 0 || signal.transfereeId === null ? others : [signal.transfereeId];
  note(call, [channel.id], transferees, {
    kind: 'blind',
    target: clean(signal.target),
    byKeys: signal.byKeys,
    at,
    stays: false,
    askingId: null,
  });
  return channel;
}

/** Somebody who had two conversations made one of them. */
export function joined({ graph }: World, callOf: CallOf, signal: JoinedSignal, at: number): Channel | null {
  const first = graph.refer(signal.firstId, at);
  const second = graph.refer(signal.secondId, at);
  if (!first || !second) return first ?? second;
  graph.relate(first, second);
  const call = callOf(first);
  if (!call) return first;
  const consulted = call.legs.get(second.id);
  const named = signal.transfereeId === null ? [] : [signal.transfereeId];
  const talking = named.length > 0 ? named : partnersOf(graph, first.group, first.id);
  const said = signal.targetId === null ? undefined : graph.get(signal.targetId);
  const asked = serviceAsked(graph, call, said, talking);
  const reached = asked ?? said;
  // A queue that was asked may be calling its agents.
  const target = asked ? undefined : call.legs.get((reached && deviceReached(graph, reached)?.id) ?? '');
  const transfererIds = [...new Set([first.id, second.id])];
  const isOther = (id: string): boolean => !transfererIds.includes(id) && id !== target?.channelId;
  if (wasAsking(call, transfererIds, signal)) return first;
  const transfer = note(call, transfererIds, talking.filter(isOther), {
    kind: asked || signal.into === 'application' ? 'semi_attended' : 'attended',
    target: target?.extension ?? target?.number ?? dialledBy(reached?.facts ?? null) ?? dialledBy(second.facts),
    byKeys: signal.byKeys,
    at,
    stays: signal.into === 'three_way',
    askingId: null,
  });
  // Where the call in which the target was asked goes on as the one, it is that one itself.
  const consultation = consulted?.bornIn ?? (call.legs.get(first.id)?.bornIn ? call.id : null);
  if (transfer) transfer.consultationCallId = consultation;
  if (transfer && signal.into === 'application') takeTheirPlace(call, second.id, signal.transfereeId);
  return first;
}

/** The pipe to the queue, menu or mailbox that was asked: the target, or, where none is named, what the transferees have now. */
function serviceAsked(
  graph: World['graph'],
  { service }: CallRecord,
  said: Channel | undefined,
  transfereeIds: readonly string[],
): Channel | undefined {
  const near = service ? graph.get(graph.get(service.channelId)?.otherHalfId ?? '') : undefined;
  if (!service || !near || (said && said !== near)) return undefined;
  return said || transfereeIds.some((id) => standsBefore(graph, id, service.channelId)) ? near : undefined;
}

/** The transferer asked by keys: it is known already, and no longer asks. */
function wasAsking(call: CallRecord, transfererIds: readonly string[], signal: JoinedSignal): boolean {
  const asked = call.transfers.findLast(
    ({ askingId, transfererIds: [id] }) => askingId !== null && id !== undefined && transfererIds.includes(id),
  );
  if (!asked) return false;
  const target = call.legs.get(asked.askingId ?? '');
  asked.askingId = null;
  asked.stays = signal.into === 'three_way';
  if (signal.into === 'application' || target?.answeredAt === null) asked.kind = 'semi_attended';
  if (!asked.stays)
    letGo(
      call,
      [...call.legs.values()].filter(({ channelId }) => transfererIds.includes(channelId)),
    );
  return true;
}

/** A device that has answered, and has the others wait, calls somebody: it asks before it sends them on. */
export function asks(world: World, call: CallRecord, transferer: LegRecord, target: LegRecord, at: number): void {
  const others = [...call.legs.values()].filter(
    (leg) => leg !== transferer && leg !== target && leg.answeredAt !== null && leg.endedAt === null,
  );
  const isAsking = call.transfers.some(
    (transfer) => transfer.state === 'pending' && transfer.transfererIds.includes(transferer.channelId),
  );
  if (transferer.answeredAt === null || !transferer.holding || others.length === 0 || isAsking) return;
  const channel = world.graph.get(target.channelId);
  const number = target.extension ?? target.number ?? dialledBy(channel?.facts ?? null);
  const transferees = others.map(({ channelId }) => channelId);
  const facts = {
    kind: 'attended',
    target: number,
    byKeys: true,
    at,
    stays: false,
    askingId: target.channelId,
  } as const;
  note(call, [transferer.channelId], transferees, facts);
}

/** Whoever waited in a service for the transferees has left them its place. */
function takeTheirPlace(call: CallRecord, transfererId: string, transfereeId: string | null): void {
  if (transfereeId === null || call.service?.channelId !== transfererId) return;
  call.service = { ...call.service, channelId: transfereeId };
  for (const part of [...call.stays, ...call.machines]) {
    if (part.channelId === transfererId && !('toldLeft' in part ? part.toldLeft : part.toldEnd))
      part.channelId = transfereeId;
  }
}

interface Facts extends Pick<TransferRecord, 'kind' | 'target' | 'byKeys' | 'at' | 'stays' | 'askingId'> {}

/** Null where it is known already, or the transferer is nobody who could. */
export function note(
  call: CallRecord,
  transfererIds: readonly string[],
  transfereeIds: readonly string[],
  facts: Facts,
): TransferRecord | null {
  const legs = transfererIds.flatMap((id) => call.legs.get(id) ?? []);
  const [transferer] = legs;
  // A transferer has left with its transfer, unless that came to nothing; that it parked the call may be said first.
  const isKnown = call.transfers.some(
    (one) =>
      (one.state === 'pending' || one.state === 'completed') &&
      one.transfererIds.some((id) => transfererIds.includes(id)),
  );
  if (!transferer || isKnown) return null;
  const transfer: TransferRecord = {
    ...facts,
    by: transferer.extension,
    transfererIds,
    transfereeIds: new Set(transfereeIds),
    targetQueue: null,
    consultationCallId: null,
    state: 'pending',
    toldStart: false,
    toldId: null,
  };
  if (!facts.stays && facts.askingId === null) letGo(call, legs);
  call.transfers = [...call.transfers, transfer].slice(-mostTransfers);
  return transfer;
}

/** That they hang up now ends nothing. */
export function letGo(call: CallRecord, legs: readonly LegRecord[]): void {
  for (const leg of legs) leg.transferred = true;
  if (legs.some((leg) => leg.channelId === call.hungUp?.channelId)) call.hungUp = null;
}
