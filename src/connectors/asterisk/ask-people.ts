/**
 * Asks a PBX for its phones, agents and mailboxes, one list after the other. A PBX without the module that knows a list, or
 * that does not let us ask for it, has none: what it tells by itself is heard all the same.
 *
 * Mailboxes come first, since they name people; devices last, since by then everybody has shown who is there.
 */
import type { PeopleSignal } from '../../calls/people/index.ts';
import type { AmiAction } from './ami/action.ts';
import type { AmiPacket } from './ami/packet.ts';
import type { ActionResult } from './ami/pending.ts';
import { watchFacts } from './normaliser/hint.ts';
import { deviceFacts, mailboxFacts, statusFacts, statusOfDevice } from './normaliser/people.ts';
import { memberFacts } from './normaliser/queue-member.ts';

interface When {
  readonly at: number;
  readonly complete: boolean;
}

export interface PeopleList {
  readonly action: AmiAction;
  /** What its items say. */
  readonly read: (items: readonly AmiPacket[], when: When) => readonly PeopleSignal[];
}

const named = (items: readonly AmiPacket[], event: string): readonly AmiPacket[] =>
  items.filter((packet) => packet.event === event);
const some = <T>(items: readonly AmiPacket[], read: (packet: AmiPacket) => T | null): readonly T[] =>
  items.flatMap((packet) => read(packet) ?? []);

const mailboxes: PeopleList = {
  action: { name: 'VoicemailUsersList' },
  read: (items, when) => [{ kind: 'mailboxes.listed', ...when, mailboxes: some(items, mailboxFacts) }],
};

/**
 * The same list says who waits in queues, and for that it is asked once more (`resync.ts`), rather than once for both. Who
 * waits has to be of the moment of the channels, which comes after all lists here; and the agents have to come before the devices.
 * Taken from either place for the other, what was heard in between would be undone.
 */
const members: PeopleList = {
  action: { name: 'QueueStatus' },
  read: (items, when) => {
    const queues = named(items, 'QueueParams').flatMap((packet) => packet.known('Queue') ?? []);
    return [{ kind: 'members.listed', ...when, queues, members: some(named(items, 'QueueMember'), memberFacts) }];
  },
};

const watches: PeopleList = {
  action: { name: 'ExtensionStateList' },
  read: (items, when) => [{ kind: 'watches.listed', ...when, watches: some(items, watchFacts) }],
};

const statuses: PeopleList = {
  action: { name: 'PresenceStateList' },
  read: (items, when) => [{ kind: 'statuses.listed', ...when, statuses: some(items, statusFacts) }],
};

const devices: PeopleList = {
  action: { name: 'DeviceStateList' },
  read: (items, when) => [
    { kind: 'statuses.listed', ...when, statuses: some(items, statusOfDevice) },
    { kind: 'devices.listed', ...when, devices: some(items, deviceFacts) },
  ],
};

/** @param withMailboxes The PBX looks into every one of them, so not whenever the others are asked for. */
export const peopleLists = (withMailboxes: boolean): readonly PeopleList[] => [
  ...(withMailboxes ? [mailboxes] : []),
  members,
  watches,
  statuses,
  devices,
];

/** Null where there is no such list. */
export const itemsOf = (result: ActionResult): readonly AmiPacket[] | null =>
  result.kind === 'ok' ? result.items : null;
