import type { ChannelFacts, DialStatus } from '../signal.ts';

/** One attempt of a channel (or of the PBX itself) to reach another. Kept until the channel it reached is dropped. */
export interface Dial {
  readonly sourceId: string | null;
  readonly destinationId: string;
  dialString: string | null;
  /** The far end said that it rings. */
  ringing: boolean;
  status: DialStatus | null;
  forwardTo: string | null;
}

export interface ChannelEnd {
  readonly at: number;
  readonly cause: number | null;
  readonly sipStatus: number | null;
  /** Not seen, only found missing afterwards. */
  readonly estimated: boolean;
}

/** `unknown`: another signal named it, and nothing showed it yet. */
export type ChannelKind = 'device' | 'pipe' | 'unknown';

export interface Channel {
  readonly id: string;
  /** Place in the order of arrival. */
  readonly order: number;
  readonly firstAt: number;
  /** First seen otherwise than by its creation: what came before is not known. */
  readonly partial: boolean;
  /** Asked of the PBX, which has not shown it yet. */
  expected: boolean;
  kind: ChannelKind;
  facts: ChannelFacts | null;
  /** It was in a room: what the PBX groups it with from then on is who it met there. */
  inRoom: boolean;
  /** The last number it stood at that the holder knows; null while there was none. */
  stoodAt: string | null;
  /** It rang at some time, whatever it does now. */
  rang: boolean;
  end: ChannelEnd | null;
  bridgeId: string | null;
  /** For a half of a pipe: the other half. */
  otherHalfId: string | null;
  /** Attempts to reach it, oldest first. */
  readonly incoming: Dial[];
  readonly outgoing: Dial[];
  group: Group;
}

export type BridgeKind = 'talk' | 'hold' | 'room';

export interface Bridge {
  readonly id: string;
  /** `hold`: nobody talks to anybody. `room`: those who talk are no one call. */
  kind: BridgeKind;
  readonly memberIds: Set<string>;
}

/** Channels that belong together: one call. */
export interface Group {
  readonly channels: Map<string, Channel>;
  /** Every grouping id of the PBX that was seen on one of them. */
  readonly links: Set<string>;
}

export const isLive = (channel: Channel): boolean => channel.end === null;
