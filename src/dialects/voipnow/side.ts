/**
 * Whose event it is. A vendor's event is of one extension: the phone that is called or that calls, the queue or the menu
 * that was passed, or the extension that sent the call on and so dialled out itself.
 */
import type { Event } from '../../model/event.ts';
import { type LegSide, sidesOf } from '../../model/leg-side.ts';
import type { VendorEvent } from './catalog.ts';

export type CallEvent = Extract<VendorEvent, 'dial-in' | 'dial-out' | 'hangup' | 'answer-incoming' | 'answer-outgoing'>;

export type Side = LegSide;

/**
 * @param extension of the subscription; `*`: whoever's it is
 * @returns null where it is the event of none, or of another extension
 */
export function sideOf({ leg, data }: Event, extension: string): Side | null {
  if (leg === null) return null;
  const by = typeof data['transferredBy'] === 'string' ? data['transferredBy'] : null;
  const sides = sidesOf(leg, by);
  return sides.find((side) => extension === '*' || side.extension === extension) ?? null;
}

/** Which event of that side it is; null where the vendor has no word for it. */
export function callEventOf({ type }: Event, { flow, sentOn, machine }: Side): CallEvent | null {
  // Of a queue or a menu the vendor tells one thing, when the whole call is over.
  if (machine) return type === 'leg.closed' ? 'hangup' : null;
  switch (type) {
    case 'leg.dial_in':
      return sentOn ? 'dial-out' : flow === 'in' ? 'dial-in' : null;
    case 'leg.dial_out':
      return flow === 'out' ? 'dial-out' : null;
    case 'leg.answered':
      return flow === 'in' ? 'answer-incoming' : 'answer-outgoing';
    case 'leg.ended':
      return 'hangup';
    default:
      return null;
  }
}
