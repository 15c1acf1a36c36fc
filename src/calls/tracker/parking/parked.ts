/**
 * A call that waits in a slot.
 *
 *   parked ──> retrieved       somebody dialled the slot; its call becomes part of this one
 *          ──> timed_out       it is given back to who parked it
 *          ──> abandoned       the caller hung up
 *
 * Whoever parked it has sent it on: its leg ends as `transferred`.
 */
export interface Parked {
  /** Another's, when that one took its place. */
  channelId: string;
  readonly lot: string | null;
  readonly slot: string | null;
  /** Extension that parked it. */
  readonly by: string | null;
  readonly timeoutMs: number | null;
  readonly at: number;
  state: 'parked' | 'retrieved' | 'timed_out' | 'abandoned';
  retrieverId: string | null;
  endedAt: number | null;
  /** How and when it ended was found, not seen. */
  found: boolean;
  toldParked: boolean;
  toldEnd: boolean;
}

export const isParked = (parked: Parked): boolean => parked.state === 'parked';
