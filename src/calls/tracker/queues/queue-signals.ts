/** What the PBX says of callers in queues, taken into the call's record. */
import type { Channel } from '../../graph/channel.ts';
import type { Signal, Waiting } from '../../signal.ts';
import { enterService } from '../machines/enter-service.ts';
import type { World } from '../moment.ts';
import { clean } from '../parties.ts';
import type { CallRecord } from '../record.ts';
import { isWaiting, newStay, type QueueStay } from './stay.ts';

export type QueueSignal = Extract<Signal, { readonly kind: `queue.${string}` }>;
type CallOf = (channel: Channel) => CallRecord | undefined;

/** Stays of one call, and offers of one stay, that are remembered; the oldest go first. */
const mostStays = 100;
const mostOffers = 500;

/** A channel waits in a queue, whatever the queue tells of it. */
export const joinQueue = (call: CallRecord, channel: Channel, queue: string | null, at: number): void =>
  join(call, channel, { queue, position: null, waiting: null }, at);

export function queueSignal(world: World, callOf: CallOf, signal: QueueSignal, at: number): Channel | null {
  const channel = world.graph.refer(signal.channelId, at);
  const call = channel ? callOf(channel) : undefined;
  if (!channel || !call) return channel;
  if (signal.kind === 'queue.joined') join(call, channel, signal, at);
  else change(call, signal, at);
  return channel;
}

export function join(
  call: CallRecord,
  channel: Channel,
  signal: Pick<Waiting, 'queue' | 'position' | 'waiting'>,
  at: number,
): void {
  const queue = clean(signal.queue);
  // Said twice, it is one stay.
  const known = stayOf(call, channel.id);
  const isDoubled = call.stays.some(({ channelId, joinedAt }) => channelId === channel.id && joinedAt === at);
  const isNew = !isDoubled && (known === undefined || known.queue !== queue);
  enterService(call, channel, 'queue', queue, at, isNew);
  call.queue = queue ?? call.queue;
  if (!isNew) return;
  if (known) known.leftAt = at;
  const { position, waiting } = signal;
  const stay = newStay(channel.id, queue, at, position, waiting, channel.facts);
  call.stays = [...call.stays, stay].slice(-mostStays);
}

function change(call: CallRecord, signal: Exclude<QueueSignal, { readonly kind: 'queue.joined' }>, at: number): void {
  const stay = stayOf(call, signal.channelId) ?? call.stays.findLast(({ channelId }) => channelId === signal.channelId);
  if (!stay) return;
  switch (signal.kind) {
    case 'queue.agent_called':
      return offer(stay, signal, at, 'called');
    case 'queue.agent_missed': {
      offer(stay, signal, at, 'outcome');
      const missed = stay.offers.get(signal.memberId);
      if (missed) missed.missedAfterMs ??= signal.ringMs ?? Math.max(0, at - missed.at);
      return;
    }
    case 'queue.agent_connected':
      offer(stay, signal, at, 'outcome');
      stay.taken ??= { memberId: signal.memberId, ringMs: signal.ringMs };
      return;
    case 'queue.abandoned':
      stay.saidAbandoned = true;
      stay.position = signal.position ?? stay.position;
      return;
    case 'queue.left':
      stay.position = signal.position ?? stay.position;
      // A picture of the same moment may have shown it before.
      if (stay.found && !stay.toldLeft) Object.assign(stay, { leftAt: at, found: false });
      stay.leftAt ??= at;
  }
}

interface Called {
  readonly memberId: string;
  readonly agent: string | null;
  readonly agentName: string | null;
}

/** An agent that the queue calls, or of whom is first heard what came of it: that it rang was told before a restart, or is no news. */
export function offer(stay: QueueStay, signal: Called, at: number, by: 'called' | 'outcome'): void {
  if (stay.offers.has(signal.memberId)) return;
  const legId = by === 'outcome' ? takeUp(stay, clean(signal.agent)) : null;
  if (stay.offers.size >= mostOffers) for (const oldest of stay.offers.keys()) if (stay.offers.delete(oldest)) break;
  stay.offers.set(signal.memberId, {
    memberId: signal.memberId,
    agent: clean(signal.agent),
    agentName: clean(signal.agentName),
    restored: false,
    at,
    missedAfterMs: null,
    legId,
    toldRinging: by === 'outcome',
    toldMissed: false,
  });
}

/** What was told of that agent before a restart goes on, though the channel that the queue calls was not known then: its device. */
function takeUp(stay: QueueStay, agent: string | null): string | null {
  const told = [...stay.offers.values()].find((one) => one.restored && one.agent === agent && agent !== null);
  if (!told) return null;
  stay.offers.delete(told.memberId);
  return told.legId;
}

/** The stay of a channel that still waits. */
export const stayOf = (call: CallRecord, channelId: string): QueueStay | undefined =>
  call.stays.findLast((stay) => stay.channelId === channelId && isWaiting(stay));
