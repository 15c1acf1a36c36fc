/**
 * Waiting in a queue. A **stay** is one caller's time in one queue; an **offer** is one agent being called for it.
 *
 *   stay:    waiting ──> taken (an agent has it) ──> left
 *                    ──> given up (the caller hung up) ──> left
 *                    ──> left, and why is said a moment later by what the caller's channel shows next
 *
 *   offer:   called ──> ringing (its device is known) ──> missed | took it | over
 *
 * - An agent whose phone let the call ring out, or refused it, has missed it; one who stopped ringing because another was
 *   quicker, or the caller gone, has not.
 * - One that was found to have left, after a lost connection, left for a reason that only shows where the PBX still says it,
 *   or where the caller talks with an agent of the queue. Else the reason is not known, and nothing is claimed.
 * - The queue that a call waits in is a leg of its own (`machines/`), from joining until leaving.
 */
import type { queueLeaveReasons } from '../../../model/event-types/queues.ts';

import type { ChannelFacts, QueueAgent } from '../../signal.ts';
import type { LegRecord } from '../record.ts';

export type QueueLeaveReason = (typeof queueLeaveReasons)[number];

export interface Offer {
  /** The channel the queue calls: the agent's device, or a pipe that leads to it. Of one taken up after a restart its device. */
  readonly memberId: string;
  /** As the queue names its members: `PJSIP/101`. */
  readonly agent: string | null;
  readonly agentName: string | null;
  /** Told before a restart. */
  readonly restored: boolean;
  readonly at: number;
  /** Milliseconds it rang, when it let the call ring out; null: it did not. */
  missedAfterMs: number | null;
  /** The agent's device, once it is known. */
  legId: string | null;
  toldRinging: boolean;
  toldMissed: boolean;
}

export interface QueueStay {
  /** The channel that waits. Another's, when that one took its place. */
  channelId: string;
  readonly queue: string | null;
  readonly joinedAt: number;
  position: number | null;
  /** Callers who waited when it joined, itself included. */
  readonly waiting: number | null;
  /** Where the channel stood in the dialplan on joining: a key leads it elsewhere. */
  numberBefore: string | null;
  /** The PBX's word for how the channel left the queue before, which it goes on to show. Undefined: not known. */
  statusBefore: string | null | undefined;
  readonly offers: Map<string, Offer>;
  /** The offer that was taken, and how long it rang, milliseconds, as the queue says. */
  taken: { readonly memberId: string; readonly ringMs: number | null } | null;
  /** The PBX says that it was abandoned; some say so too of one that was let go. */
  saidAbandoned: boolean;
  /** The caller hung up in it. */
  gaveUp: boolean;
  leftAt: number | null;
  /** That it left, or how, was not seen, only found. */
  found: boolean;
  /** Agents of the queue when that was found; null: the PBX did not say. */
  agents: readonly QueueAgent[] | null;
  /** Why it left, as told. */
  reason: QueueLeaveReason | null;
  toldJoined: boolean;
  toldTaken: boolean;
  toldLeft: boolean;
}

/** It left unseen, and it may be that an agent had the call before it is seen again. */
export const isUnsure = ({ found, taken, reason }: QueueStay): boolean =>
  found && taken === null && (reason === null || reason === 'answered');

export const isWaiting = (stay: QueueStay): boolean => stay.leftAt === null;

/** It waits, or how it left is not clear yet. */
export const isInQueue = (stay: QueueStay): boolean => !stay.toldLeft;

/** The stay in which a queue had this device called: one that was called while the caller waited there. */
export const calledIn = (
  stays: readonly QueueStay[],
  { channelId, startedAt }: Pick<LegRecord, 'channelId' | 'startedAt'>,
): QueueStay | undefined =>
  stays.findLast(
    (stay) => stay.channelId !== channelId && stay.joinedAt <= startedAt && startedAt < (stay.leftAt ?? Infinity),
  );

export function newStay(
  channelId: string,
  queue: string | null,
  joinedAt: number,
  position: number | null,
  waiting: number | null,
  shown: Pick<ChannelFacts, 'dialledNumber' | 'queueStatus'> | null = null,
): QueueStay {
  return {
    channelId,
    queue,
    joinedAt,
    position,
    waiting,
    numberBefore: shown?.dialledNumber ?? null,
    statusBefore: shown?.queueStatus ?? null,
    offers: new Map(),
    taken: null,
    saidAbandoned: false,
    gaveUp: false,
    leftAt: null,
    found: false,
    agents: null,
    reason: null,
    toldJoined: false,
    toldTaken: false,
    toldLeft: false,
  };
}
