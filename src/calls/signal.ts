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
  | 'continued';

interface At {
  readonly at: number;
}

export type Signal = At &
  (
    | { readonly kind: 'channel.created'; readonly channel: ChannelFacts }
    /** Anything about it may have changed; sent for every message that shows a channel. */
    | { readonly kind: 'channel.seen'; readonly channel: ChannelFacts }
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
    /** `holding`: a bridge in which nobody talks to anybody (parking, music). `swapFor`: takes that channel's place. */
    | {
        readonly kind: 'bridge.entered';
        readonly bridgeId: string;
        readonly channelId: string;
        readonly holding: boolean;
        readonly swapFor: string | null;
      }
    | { readonly kind: 'bridge.left'; readonly bridgeId: string; readonly channelId: string }
    | { readonly kind: 'bridge.ended'; readonly bridgeId: string }
    /** Two pipe channels are the two ends of one pipe. */
    | { readonly kind: 'pipe.joined'; readonly oneId: string; readonly twoId: string }
    /** All there is on the PBX now: what is missing here has ended, unseen. */
    | {
        readonly kind: 'resync';
        readonly channels: readonly ChannelFacts[];
        readonly bridges: readonly {
          readonly id: string;
          readonly holding: boolean;
          readonly channelIds: readonly string[];
        }[];
        /** The pipes among the channels; without them two devices that talk through one look unconnected. */
        readonly pipes?: readonly { readonly oneId: string; readonly twoId: string }[];
        /** The PBX was restarted meanwhile: every call before it is lost. */
        readonly restarted: boolean;
        /**
         * Of a PBX that was listened to all the time: the end of a channel that is missing may be on its way still, so it
         * has ended unseen only if the next picture lacks it too.
         */
        readonly again?: boolean;
      }
  );
