/**
 * Rooms in which any number of people talk. Who joins one has been answered, by a conference; each participant's call is a
 * call of its own, with its own end: a room that is never empty would else be a call that never ends.
 *
 *   room:   in use from its first participant until its last one has left; then the next meeting is another one
 *   visit:  joined ──> left        one channel's time in it
 */
export interface Room {
  /** The PBX's id of this meeting. */
  readonly id: string;
  readonly name: string | null;
  readonly startedAt: number;
  readonly members: Set<string>;
  most: number;
  toldStart: boolean;
}

export interface Visit {
  readonly channelId: string;
  readonly room: Room;
  readonly moderator: boolean | null;
  readonly joinedAt: number;
  /** People there, when it joined, itself included. */
  readonly participants: number;
  leftAt: number | null;
  toldJoined: boolean;
  toldLeft: boolean;
}
