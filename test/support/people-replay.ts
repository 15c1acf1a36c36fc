/** Plays a recorded manager stream through parser, normaliser and both trackers, and shows what it says of people. */
import { createPeopleTracker } from '../../src/calls/people/index.ts';
import { createTracker, type TrackerRules } from '../../src/calls/tracker/index.ts';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { peopleLists } from '../../src/connectors/asterisk/ask-people.ts';
import { timeOf } from '../../src/connectors/asterisk/normaliser/channel-facts.ts';
import { normalisePeople } from '../../src/connectors/asterisk/normaliser/people.ts';
import { EventReader } from '../../src/connectors/asterisk/normaliser/reader.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { companyRules } from './ami-replay.ts';

/** What is told of people. Lists were asked for with the name of the action as its id. */
export function replayPeople(packets: readonly AmiPacket[], rules: TrackerRules = companyRules): NewEvent[] {
  const calls = createTracker(rules);
  const people = createPeopleTracker(rules, (channelId, owner) => calls.callWith(channelId, owner));
  const reader = new EventReader();
  const lists = peopleLists(true);
  const listing = new Map<string, AmiPacket[]>();
  let at = 0;
  return packets.flatMap((packet) => {
    at = timeOf(packet, at);
    const { actionId } = packet;
    const list = actionId === null ? undefined : lists.find(({ action }) => action.name === actionId);
    if (list === undefined) {
      for (const signal of reader.read(packet, at)) calls.apply(signal);
      return normalisePeople(packet, at).flatMap((signal) => people.apply(signal));
    }
    const items = listing.get(list.action.name) ?? [];
    listing.set(list.action.name, items);
    if (packet.get('EventList') !== 'Complete') items.push(...(packet.event === null ? [] : [packet]));
    else return list.read(items, { at, complete: true }).flatMap((signal) => people.apply(signal));
    return [];
  });
}

/** Of these types and extensions, one line each: what a reader would want to compare, without ids and times. */
export function summarisePeople(
  events: readonly NewEvent[],
  { types, extensions }: { readonly types: readonly string[]; readonly extensions: readonly string[] },
): string[] {
  return events
    .filter(({ type, extension }) => types.includes(type) && extensions.includes(extension ?? ''))
    .map(({ type, extension, call, data }) => {
      const about = call === null ? [] : [`call ${call.direction} ${call.from.number}>${call.to.number} ${call.state}`];
      return [type, extension, ...fieldsOf(type, data), ...about].join(' | ');
    });
}

const shown: Readonly<Record<string, readonly string[]>> = {
  'agent.state_changed': ['reason', 'queues', 'agentName'],
  'presence.changed': ['message', 'registered', 'device'],
  'mailbox.changed': ['mailbox', 'newCount', 'oldCount'],
  'voicemail.left': ['voicemailId', 'mailbox', 'from', 'fromName', 'newCount', 'oldCount'],
  'message.sent': ['from', 'fromName', 'to', 'channel', 'status', 'text'],
  'message.received': ['from', 'fromName', 'to', 'channel', 'text'],
  'subscriber.updated': ['change', 'type', 'name', 'voicemail'],
};

function fieldsOf(type: string, data: NewEvent['data']): string[] {
  const states = 'state' in data ? [`${String(data['previousState'])} > ${String(data['state'])}`] : [];
  const fields = (shown[type] ?? []).map((name) => `${name}=${String(data[name])}`);
  return [...states, ...fields, ...(data['estimated'] === true ? ['estimated'] : [])];
}
