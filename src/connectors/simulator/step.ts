/** The words stories are written in: what happens to one call, as its phone system would notice it. */
import type { Call, Party, Transfer } from '../../model/call.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { CallOutcome, LegOutcome } from '../../model/outcome.ts';
import type { Colleague, Queue } from './company.ts';

/** A device's part in a call. `key` names it within its call. */
export interface Device {
  readonly key: string;
  readonly extension: string | null;
  readonly number: string | null;
  readonly name: string | null;
}

export type Step =
  | {
      readonly kind: 'begin';
      readonly direction: Call['direction'];
      readonly from: Party;
      readonly to: Party;
      readonly did: string | null;
      readonly trunk: string | null;
      readonly origin: Call['origin'];
      readonly caller: Device;
    }
  /** A device is called; in the next step it rings. */
  | { readonly kind: 'dial'; readonly device: Device; readonly transferred?: boolean }
  | { readonly kind: 'ring'; readonly key: string }
  /** Whoever else still rings has lost. */
  | { readonly kind: 'answer'; readonly key: string }
  | { readonly kind: 'leave'; readonly key: string; readonly outcome: LegOutcome; readonly cause: number }
  | { readonly kind: 'hold'; readonly key: string }
  | { readonly kind: 'resume'; readonly key: string }
  | { readonly kind: 'queue.join'; readonly queue: Queue; readonly position: number; readonly waiting: number }
  | { readonly kind: 'queue.offer'; readonly key: string; readonly agent: Colleague }
  | { readonly kind: 'queue.miss'; readonly key: string; readonly agent: Colleague }
  | { readonly kind: 'queue.serve'; readonly key: string; readonly agent: Colleague }
  | { readonly kind: 'queue.leave'; readonly reason: 'answered' | 'abandoned' | 'timeout' }
  | { readonly kind: 'voicemail'; readonly extension: string }
  | {
      readonly kind: 'transfer.start';
      readonly transfer: Pick<Transfer, 'kind' | 'by' | 'target'>;
      readonly consultation: string | null;
    }
  /** The target has answered, or is brought in from a consultation call as `device`. */
  | { readonly kind: 'transfer.complete'; readonly by: string; readonly device: Device | null }
  | { readonly kind: 'transfer.fail'; readonly reason: LegOutcome }
  | { readonly kind: 'relate'; readonly callId: string }
  /** Whoever is still there leaves. */
  | { readonly kind: 'end'; readonly outcome: CallOutcome; readonly hungUpBy: Call['hungUpBy'] }
  | { readonly kind: 'recording'; readonly extension: string | null }
  | { readonly kind: 'message'; readonly owner: Colleague; readonly newCount: number }
  | { readonly kind: 'close' };

/** Something that belongs to no call. */
export interface Notice {
  readonly kind: 'notice';
  readonly type: EventType;
  readonly colleague: Colleague | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A step and when it happens, in milliseconds after its story began. `call` names the call within the story. */
export type TimedStep =
  | { readonly after: number; readonly call: number; readonly step: Step }
  | { readonly after: number; readonly call: null; readonly step: Notice };

export type Story = readonly TimedStep[];
