/** The types of UnifiedAPI, which are numbers, and the events they are. */
import type { VendorEvent } from '../catalog.ts';

const events = ['dial-in', 'dial-out', 'hangup', 'answer-incoming', 'answer-outgoing'] as const satisfies VendorEvent[];
export type PhoneCallEventType = (typeof events)[number];

export const typeWords =
  '0 (dial-in), 1 (dial-out), 2 (hangup), 3 (answer on an incoming call) or 4 (answer on an outgoing call)';

/** Null: there is no such type. */
export function eventOfType(type: string): PhoneCallEventType | null {
  return /^[0-4]$/.test(type) ? (events[Number(type)] ?? null) : null;
}

/** Null: an event that the API has no number for. */
export function typeOfEvent(event: unknown): string | null {
  const at = events.findIndex((one) => one === event);
  return at < 0 ? null : String(at);
}
