/**
 * Whether an extension can be reached. Three things say so, and each may be missing:
 *
 * - its **lines**: the devices that are named like it, or, where the PBX watches the number for others, what that says;
 *   of several the busiest;
 * - its **own statuses**: what somebody set (away, do not disturb);
 * - its **contacts**: where its device was last reached, only as long as the PBX says nothing of the device.
 *
 *   offline <──> available <──> ringing <──> on_call        available <──> away | busy | do_not_disturb
 *
 * A phone in use or ringing counts for more than what its user set, and so does one that can't be reached; what they set
 * counts for more than a phone that is free, or refuses calls. Where no line is known, what they set is all there is.
 * A change is one of the state, of the status text, or of whether a device is registered.
 */
import type { presenceStates } from '../../model/event-types/people.ts';
import { clean } from '../tracker/parties.ts';
import { busiest, isReachable } from './line.ts';
import type { LineState, StatusFacts, WatchFacts } from './signal.ts';
import { newRepeat, type Repeat } from './told.ts';

export type PresenceState = (typeof presenceStates)[number];

export interface PresenceView {
  readonly state: PresenceState | null;
  readonly message: string | null;
  readonly registered: boolean | null;
}

export interface Phone {
  readonly extension: string;
  readonly devices: Map<string, LineState>;
  readonly contacts: Map<string, Set<string>>;
  readonly watches: Map<string, WatchFacts>;
  readonly statuses: Map<string, StatusFacts>;
  told: PresenceView | null;
  readonly repeat: Repeat;
}

export const newPhone = (extension: string): Phone => ({
  extension,
  devices: new Map(),
  contacts: new Map(),
  watches: new Map(),
  statuses: new Map(),
  told: null,
  repeat: newRepeat(),
});

/** Nothing shows it any more. */
export const isGone = ({ devices, contacts, watches, statuses }: Phone): boolean =>
  [devices, contacts, watches, statuses].every(({ size }) => size === 0);

const ofLine: Readonly<Record<LineState, PresenceState | null>> = {
  idle: 'available',
  ringing: 'ringing',
  in_use: 'on_call',
  held: 'on_call',
  busy: 'busy',
  unavailable: 'offline',
  unknown: null,
};

export function presenceOf(phone: Phone): PresenceView {
  if (isGone(phone)) return { state: 'offline', message: null, registered: false };
  const devices = [...phone.devices.values(), ...ofContacts(phone)];
  const watched = [...phone.watches.values()]
    // Where the devices are known by themselves, they say more than a line that is mixed.
    .filter(({ mixed }) => !mixed || devices.length === 0)
    .map(({ line, mixed }) => (mixed && line === 'busy' ? 'idle' : line))
    .filter((line) => line !== 'unknown');
  const line = ofLine[busiest(watched.length > 0 ? watched : devices)];
  const own = ownStatus(phone);
  const message = [...phone.statuses.values()].findLast((one) => one.message !== null)?.message ?? null;
  const registered = isReachable(busiest(devices)) ?? isReachable(busiest(watched));
  return { state: combined(line, own), message: clean(message), registered };
}

const ofContacts = ({ contacts }: Phone): LineState[] =>
  [...contacts.values()].map(({ size }) => (size > 0 ? 'idle' : 'unavailable'));

function ownStatus({ statuses }: Phone): StatusFacts['status'] {
  const set = [...statuses.values()].map(({ status }) => status);
  if (set.includes('do_not_disturb')) return 'do_not_disturb';
  return set.findLast((status) => status !== null) ?? null;
}

function combined(line: PresenceState | null, own: StatusFacts['status']): PresenceState | null {
  if (line === null) return own;
  if (line === 'ringing' || line === 'on_call' || line === 'offline') return line;
  return own === null || own === 'available' ? line : own;
}
