/**
 * Sending a call on. Somebody who talks (the **transferer**) moves whoever they talk with (the **transferees**) to a
 * target, of their own accord: a phone that is forwarded never talked.
 *
 *   pending ──> completed       the target has the call
 *           ──> failed          it did not take it, and the transferees are gone, or are back with the transferer
 *           ──> cancelled       the transferees hung up before it did
 *
 * - blind: the transferer leaves at once, and its leg ends as `transferred`. It is pending until a transferee is connected
 *   with somebody else, or a service of the PBX (a queue, a mailbox) has taken it.
 * - attended: the transferer talked to the target first, in a call of its own or by keys in the same call. Once joined,
 *   the two are one call; it is completed at once, and no leg is answered a second time.
 * - semi_attended: the transferer left while the target still rang. The target's leg goes on ringing: it is not missed.
 * - a transferer who asks by keys, in the same call, has the others wait meanwhile. That is a transfer from when the target
 *   is called, and a failed one when the target's leg ends before the two are joined: the transferer has them back.
 * - of three who talk, a transferer who stays has transferred nobody. When it leaves and the others talk on, it has: until
 *   then nothing is told of it, and nothing ever if another leaves first.
 * - one that was made while nobody listened is found by what it has left (`find-transfers.ts`), and told as estimated.
 */
import type { Transfer } from '../../../model/call.ts';

export interface TransferRecord {
  /** Null: nobody listened, and it is not known whether the target had answered when the transferer left. */
  kind: Transfer['kind'];
  /** Extension of the transferer. */
  readonly by: string | null;
  /** Its channels: one, or one in each of the two calls it joined. */
  readonly transfererIds: readonly string[];
  readonly transfereeIds: ReadonlySet<string>;
  target: string | null;
  targetQueue: string | null;
  consultationCallId: string | null;
  /** By keys pressed during the call; else by the phone's own means. Null: not known any more. */
  readonly byKeys: boolean | null;
  readonly at: number;
  state: 'pending' | 'completed' | 'failed' | 'cancelled';
  /** The transferer still talks with the others. */
  stays: boolean;
  /** The target's channel, while the transferer asks it first. */
  askingId: string | null;
  toldStart: boolean;
  /** The id it was told by before a restart; null: the one that its facts make. */
  toldId: string | null;
}

/** As the call's snapshot shows it. */
export const shown = (transfer: TransferRecord): Transfer => ({
  kind: transfer.kind,
  by: transfer.by,
  target: transfer.target,
  state: transfer.state,
  at: new Date(transfer.at).toISOString(),
});

export const isPending = (transfer: TransferRecord): boolean => transfer.state === 'pending';
