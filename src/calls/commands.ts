/**
 * What may be asked of a phone system: to begin a call, to end one, to send one on. A narrow port: whoever asks names
 * calls by the ids their events carry, and ends by numbers; devices, channels and dialplans are the connector's own.
 *
 * What becomes of a command is told by the events of its call. A result says only whether the phone system took it.
 */
import type { Origin } from '../model/call.ts';

/** A number as this phone system may be asked to call it. */
export interface Destination {
  readonly kind: 'extension' | 'outside';
  /** What is dialled: digits, perhaps with a `+` before them. */
  readonly number: string;
}

export type NumberRefusal =
  /** It is no number that could be dialled. */
  | { readonly kind: 'no_number'; readonly problem: string }
  /** The phone system's configuration does not let software call it. */
  | { readonly kind: 'not_allowed'; readonly problem: string; readonly remedy: string };

export interface CallOrder {
  readonly from: Destination;
  readonly to: Destination;
  /** Who is called first; the other one is when they have answered. */
  readonly first: 'from' | 'to';
  /** Milliseconds the first one may ring. */
  readonly ringMs: number;
  /** Carried by every event of the call. */
  readonly origin: Origin;
}

export type CommandResult =
  | { readonly kind: 'taken' }
  /** The connection broke before it answered: it may have done it, or not. The call's events will tell. */
  | { readonly kind: 'unknown' }
  /** It said no, in its own words. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** As it is configured it can't do that. Nothing was asked. */
  | { readonly kind: 'cannot'; readonly problem: string }
  /** It is not listened to at the moment. Nothing was asked. */
  | { readonly kind: 'not_connected' }
  /** The log takes no more events for now. Nothing was asked. */
  | { readonly kind: 'log_full' }
  /** As many calls were ordered there of late as may be. Nothing was asked. */
  | { readonly kind: 'too_many'; readonly waitMs: number }
  /** No such call is in progress there. */
  | { readonly kind: 'no_call' }
  /** The call is not where this can be done: nobody talks, or the one named does not. */
  | { readonly kind: 'not_now'; readonly problem: string };

export interface PhoneCommands {
  /** Whether software may have this number called, and what it is. */
  judge(number: string): Destination | NumberRefusal;
  /** Whether both are one number, however each is written. */
  isSame(one: Destination, other: Destination): boolean;
  /**
   * Begins a call. `named` is given the id that the call's events carry, once the first of them is durable and before
   * the phone system is asked; what it throws is thrown, and nothing is asked.
   */
  originate(order: CallOrder, named: (callId: string) => Promise<void>): Promise<CommandResult>;
  /** Ends the call for everybody in it. */
  hangUp(callId: string): Promise<CommandResult>;
  /** Sends whoever `by` (an extension that talks in the call) talks with on to a number; `by` leaves. */
  transfer(callId: string, by: string, to: Destination): Promise<CommandResult>;
}
