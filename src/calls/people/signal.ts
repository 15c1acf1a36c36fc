/**
 * What connectors tell of people and their phones beside calls, in words that fit every phone system. Times are
 * milliseconds by the PBX's clock where it has one, else of receipt.
 *
 * What is `listed` is what there is of its kind now, asked of the PBX. `complete`: that is all, so what is missing is gone;
 * a PBX that is still starting may not know of everything yet.
 */
export type LineState = 'idle' | 'ringing' | 'in_use' | 'held' | 'busy' | 'unavailable' | 'unknown';

/** What somebody set for others to see, or software did for them. */
export type OwnStatus = 'available' | 'away' | 'busy' | 'do_not_disturb' | 'offline';

export interface DeviceFacts {
  /** As channels name it, such as `PJSIP/101`. */
  readonly device: string;
  readonly line: LineState;
}

/** A number whose devices the PBX watches for others (Asterisk: a hint). */
export interface WatchFacts {
  readonly number: string;
  readonly context: string | null;
  readonly serves: 'phone' | 'queue' | 'conference';
  readonly line: LineState;
  /** Not only the devices make the line, but also what somebody set: who does not want to be disturbed has a busy one. */
  readonly mixed: boolean;
  readonly devices: readonly string[];
  /** Sources of `StatusFacts` that are this number's. */
  readonly statuses: readonly string[];
}

export interface StatusFacts {
  /** Where the PBX keeps it; unique. */
  readonly source: string;
  /** Number or name it is about. */
  readonly who: string;
  /** Null: nothing is set. */
  readonly status: OwnStatus | null;
  readonly message: string | null;
}

/** An agent's place in one queue. */
export interface MemberFacts {
  readonly queue: string;
  /** As the queue names its members. */
  readonly agent: string;
  readonly name: string | null;
  /** Device whose state tells whether the agent is free; null: it is the agent's own name. */
  readonly device: string | null;
  readonly paused: boolean;
  readonly reason: string | null;
  readonly line: LineState;
  /** Name by which the agent signs on, at any phone, before a queue calls; null: this one need not. */
  readonly pool: string | null;
}

export interface MailboxFacts {
  readonly mailbox: string;
  /** Name of its owner. */
  readonly name: string | null;
  readonly newCount: number;
  readonly oldCount: number;
}

export interface MessageFacts {
  readonly id: string | null;
  /** `in`: from outside. `out`: from one of the PBX's phones. */
  readonly way: 'in' | 'out';
  readonly from: string | null;
  readonly fromName: string | null;
  readonly to: string | null;
  /** Extension it is for, where `to` is another number; null: `to` says it. */
  readonly extension: string | null;
  readonly text: string;
  /** Whether it could be passed on; null: not told. */
  readonly passedOn: boolean | null;
}

interface At {
  readonly at: number;
}
interface Listed extends At {
  readonly complete: boolean;
}

export type PeopleSignal =
  | (At & { readonly kind: 'device.changed'; readonly device: DeviceFacts })
  /** A device can be reached at this address, or can't any more: only where the PBX does not tell the device's state. */
  | (At & {
      readonly kind: 'contact.changed';
      readonly device: string;
      readonly contact: string;
      readonly reachable: boolean;
    })
  | (At & { readonly kind: 'watch.changed'; readonly watch: WatchFacts })
  | (At & { readonly kind: 'watch.removed'; readonly number: string; readonly context: string | null })
  | (At & { readonly kind: 'status.changed'; readonly status: StatusFacts })
  | (At & { readonly kind: 'member.changed'; readonly member: MemberFacts })
  | (At & { readonly kind: 'member.removed'; readonly queue: string; readonly agent: string })
  /** An agent of a pool signed on, at this device, or off. */
  | (At & {
      readonly kind: 'agent.signed';
      readonly pool: string;
      readonly on: boolean;
      readonly device: string | null;
    })
  /**
   * `channelId`: the channel that was in it, of somebody who left something or of its owner. `file`: what it left there, on
   * the PBX; null: nothing. Absent where the PBX does not show it.
   */
  | (At & {
      readonly kind: 'mailbox.counted';
      readonly mailbox: string;
      readonly newCount: number;
      readonly oldCount: number;
      readonly channelId: string | null;
      readonly callerNumber: string | null;
      readonly callerName: string | null;
      readonly file?: string | null;
    })
  | (At & { readonly kind: 'message.passed'; readonly message: MessageFacts })
  | (Listed & { readonly kind: 'mailboxes.listed'; readonly mailboxes: readonly MailboxFacts[] })
  | (Listed & {
      readonly kind: 'members.listed';
      readonly queues: readonly string[];
      readonly members: readonly MemberFacts[];
    })
  | (Listed & { readonly kind: 'watches.listed'; readonly watches: readonly WatchFacts[] })
  /** Some of them: one that was set is there for good. */
  | (Listed & { readonly kind: 'statuses.listed'; readonly statuses: readonly StatusFacts[] })
  /** The last of the lists: who is in none of them is no subscriber any more. */
  | (Listed & { readonly kind: 'devices.listed'; readonly devices: readonly DeviceFacts[] });
