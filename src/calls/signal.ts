import type { Origin } from '../model/call.ts';

/**
 * Signals: what connectors tell the call tracker, in words that fit every phone system. A connector turns its PBX's
 * own messages into these; the tracker knows nothing else. Times are milliseconds by the PBX's clock where it has
 * one, else of receipt.
 *
 * A channel is one device's (or one half of an internal pipe's) connection to the PBX, for as long as it lasts.
 */
export type ChannelState = 'down' | 'dialing' | 'ring' | 'ringing' | 'up' | 'busy';

export interface ChannelFacts {
  /** The PBX's own unique id; never re-used. */
  readonly id: string;
  /** The PBX's own grouping of channels that belong together, as it stands now; changes without notice. */
  readonly linkedId: string;
  /** Device the channel belongs to, e.g. `PJSIP/101`; null where the PBX does not say. */
  readonly device: string | null;
  /** `pipe`: an internal channel that connects two parts of the PBX and is no device (Asterisk's `Local/`). */
  readonly kind: 'device' | 'pipe';
  readonly state: ChannelState;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly connectedNumber: string | null;
  readonly connectedName: string | null;
  /** Number the channel asked for, or stands at, in the dialplan. */
  readonly dialledNumber: string | null;
  readonly context: string | null;
  readonly accountCode: string | null;
  /** The PBX's word for how the channel left the last queue; null: none yet. Absent where the PBX does not show it. */
  readonly queueStatus?: string | null;
  /** File that the channel is recorded to; absent where the PBX does not show it. */
  readonly recordingFile?: string | null;
  /**
   * When the PBX made the channel, milliseconds (perhaps exact to the second only), where its ids or messages say so.
   * Ids are made from it: with it, whoever starts to listen later names the call alike.
   */
  readonly createdAt?: number | null;
}

export type DialStatus =
  | 'answered'
  | 'busy'
  | 'no_answer'
  | 'cancelled'
  | 'unreachable'
  | 'congested'
  | 'rejected'
  | 'forwarded'
  | 'aborted'
  | 'continued'
  /** The PBX could not so much as try. */
  | 'failed';

interface At {
  readonly at: number;
}

/** `waiting`: so many callers wait there, itself included. */
export interface Waiting {
  readonly channelId: string;
  readonly queue: string | null;
  readonly position: number | null;
  readonly waiting: number | null;
}

/** One of those whom a queue calls. */
export interface QueueAgent {
  readonly queue: string | null;
  /** As the queue names its members. */
  readonly agent: string | null;
  readonly agentName: string | null;
  /** Device by whose state the queue knows whether the agent is free, where that is another name. */
  readonly device: string | null;
}

export interface ParkedHere {
  readonly channelId: string;
  readonly lot: string | null;
  readonly slot: string | null;
  /** Device of who parked it. */
  readonly parkedBy: string | null;
  readonly timeoutMs: number | null;
}

export type Signal = At &
  (
    | { readonly kind: 'channel.created'; readonly channel: ChannelFacts }
    /** Anything about it may have changed; sent for every message that shows a channel. */
    | { readonly kind: 'channel.seen'; readonly channel: ChannelFacts }
    /**
     * Software has the PBX begin a call between these two numbers, by calling `channel` first. The PBX is asked after
     * this, so it has not made that channel yet. Numbers are as they are to be dialled.
     */
    | {
        readonly kind: 'call.ordered';
        readonly channel: ChannelFacts;
        readonly dialString: string;
        readonly from: string;
        readonly to: string;
        readonly origin: Origin;
      }
    /** The PBX will not make an ordered call's first channel. Of one that it made, its end tells. */
    | { readonly kind: 'call.order_failed'; readonly channelId: string; readonly status: DialStatus }
    /** Software had the PBX end the call of this channel, for everybody in it: the PBX has said yes, and what ends follows. */
    | { readonly kind: 'call.given_up'; readonly channelId: string }
    /** This channel's own device asked for the end; not sent when the PBX itself ends it (dial timeout, `Hangup()`). */
    | { readonly kind: 'channel.hangup_requested'; readonly channelId: string }
    | {
        readonly kind: 'channel.ended';
        readonly channelId: string;
        readonly cause: number | null;
        readonly sipStatus: number | null;
      }
    | { readonly kind: 'channel.held'; readonly channelId: string }
    | { readonly kind: 'channel.resumed'; readonly channelId: string }
    /** The channel runs a service of the PBX that answers by itself. */
    | {
        readonly kind: 'service.entered';
        readonly channelId: string;
        readonly service: 'voicemail' | 'ivr' | 'queue' | 'conference';
        readonly name: string | null;
      }
    /** `sourceId` null: the PBX itself dials (an originated call). */
    | {
        readonly kind: 'dial.begun';
        readonly sourceId: string | null;
        readonly destinationId: string;
        readonly dialString: string | null;
      }
    | {
        readonly kind: 'dial.progressed';
        readonly sourceId: string | null;
        readonly destinationId: string;
        readonly ringing: boolean;
      }
    | {
        readonly kind: 'dial.ended';
        readonly sourceId: string | null;
        readonly destinationId: string;
        readonly status: DialStatus;
        readonly forwardTo: string | null;
      }
    /**
     * `holding`: a bridge in which nobody talks to anybody (parking, music). `room`: that of a conference, which makes no
     * one call of those who meet there. `swapFor`: takes that channel's place.
     */
    | {
        readonly kind: 'bridge.entered';
        readonly bridgeId: string;
        readonly channelId: string;
        readonly holding: boolean;
        readonly room?: boolean;
        readonly swapFor: string | null;
      }
    | { readonly kind: 'bridge.left'; readonly bridgeId: string; readonly channelId: string }
    | { readonly kind: 'bridge.ended'; readonly bridgeId: string }
    /**
     * A device sends whoever it talks with on to a number. The PBX has begun to, and nobody has left the conversation yet.
     * `byKeys`: by keys pressed during the call, not by the phone's own means.
     */
    | {
        readonly kind: 'transfer.sent';
        readonly transfererId: string;
        /** Null: whoever it talks with. */
        readonly transfereeId: string | null;
        readonly target: string | null;
        readonly byKeys: boolean;
      }
    /**
     * A device that had two conversations (`firstId` and `secondId` are its channels in them, the same where keys made
     * both) joined them, and leaves; in `three_way` it stays. `application`: the second was with no device yet, and the
     * first one's partner takes the device's place there.
     */
    | {
        readonly kind: 'transfer.joined';
        readonly firstId: string;
        readonly secondId: string;
        readonly transfereeId: string | null;
        readonly targetId: string | null;
        readonly into: 'bridge' | 'application' | 'three_way';
        readonly byKeys: boolean;
      }
    /** The channel waits in a queue; `waiting` callers do, itself included. */
    | ({ readonly kind: 'queue.joined' } & Waiting)
    /** The queue calls an agent for the channel that waits: `memberId` is the channel it calls. */
    | {
        readonly kind: 'queue.agent_called';
        readonly channelId: string;
        readonly memberId: string;
        /** As the queue names its members. */
        readonly agent: string | null;
        readonly agentName: string | null;
      }
    /** The agent let it ring out, or refused. */
    | {
        readonly kind: 'queue.agent_missed' | 'queue.agent_connected';
        readonly channelId: string;
        readonly memberId: string;
        readonly agent: string | null;
        readonly agentName: string | null;
        readonly ringMs: number | null;
      }
    /** `abandoned`: the caller gave up; told besides `left`, which is told of all. */
    | { readonly kind: 'queue.abandoned' | 'queue.left'; readonly channelId: string; readonly position: number | null }
    /** The channel waits in a slot for somebody to fetch it. */
    | ({ readonly kind: 'park.parked' } & ParkedHere)
    | { readonly kind: 'park.retrieved'; readonly channelId: string; readonly retrieverId: string }
    | { readonly kind: 'park.timed_out' | 'park.abandoned'; readonly channelId: string }
    /** The channel is in a room in which any number of people talk; `roomId` names this meeting there. */
    | {
        readonly kind: 'room.joined';
        readonly channelId: string;
        readonly room: string | null;
        readonly roomId: string;
        readonly moderator: boolean | null;
      }
    | { readonly kind: 'room.left'; readonly channelId: string }
    /** `pickerId` takes the call that rings at `targetId`, whose device does not ring any more. */
    | { readonly kind: 'call.picked_up'; readonly pickerId: string; readonly targetId: string }
    /** What is said in the call is recorded from now on, at this channel. */
    | { readonly kind: 'recording.started'; readonly channelId: string; readonly recordingId: string | null }
    | { readonly kind: 'recording.stopped'; readonly channelId: string }
    /** The channel was played music, or nothing, while others held it, and hears them again. */
    | { readonly kind: 'channel.unheld'; readonly channelId: string }
    /** Two pipe channels are the two ends of one pipe. */
    | { readonly kind: 'pipe.joined'; readonly oneId: string; readonly twoId: string }
    /** All there is on the PBX now: what is missing here has ended, unseen. */
    | {
        readonly kind: 'resync';
        readonly channels: readonly ChannelFacts[];
        readonly bridges: readonly {
          readonly id: string;
          readonly holding: boolean;
          readonly room?: boolean;
          /** Name of the room. */
          readonly name?: string | null;
          readonly channelIds: readonly string[];
        }[];
        /** The pipes among the channels; without them two devices that talk through one look unconnected. */
        readonly pipes?: readonly { readonly oneId: string; readonly twoId: string }[];
        /** The channels that wait in queues, and those that are parked; absent where the PBX does not say. */
        readonly waiting?: readonly Waiting[];
        readonly parked?: readonly ParkedHere[];
        /** The agents of all queues; absent where the PBX does not say. */
        readonly agents?: readonly QueueAgent[];
        /** The channels that run a menu; absent where it is not known. */
        readonly inMenus?: readonly string[];
        /** The PBX was restarted meanwhile: every call before it is lost. */
        readonly restarted: boolean;
        /**
         * Of a PBX that was listened to all the time: the end of a channel that is missing may be on its way still, so it
         * has ended unseen only if the next picture lacks it too.
         */
        readonly again?: boolean;
      }
  );
