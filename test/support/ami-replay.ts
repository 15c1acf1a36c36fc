/** Plays a recorded manager stream through parser, normaliser and tracker, as the connector would, without a PBX. */
import { createPeopleTracker } from '../../src/calls/people/index.ts';
import { createTracker, type TrackerRules } from '../../src/calls/tracker/index.ts';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { AmiParser } from '../../src/connectors/asterisk/ami/parser.ts';
import { normalisePeople } from '../../src/connectors/asterisk/normaliser/people.ts';
import { EventReader } from '../../src/connectors/asterisk/normaliser/reader.ts';
import type { NewEvent } from '../../src/model/event.ts';

export const companyRules: TrackerRules = {
  connector: 'pbx1',
  reseller: 'default',
  domain: 'acme',
  country: 'US',
  trunks: ['PJSIP/trunk-*'],
  extensions: '^[0-9]{3}$',
  ivrContexts: ['ivr'],
  saysWhoHangsUp: true,
};

export function packetsOf(stream: Buffer): AmiPacket[] {
  const packets: AmiPacket[] = [];
  const parser = new AmiParser({
    banner: () => {},
    packet: (packet) => packets.push(packet),
    violation: (problem) => {
      throw new Error(problem);
    },
  });
  parser.push(stream);
  return packets;
}

/** Every event of calls that the packets make; time goes on for a minute after the last one. */
export function replay(packets: readonly AmiPacket[], rules: TrackerRules = companyRules): NewEvent[] {
  const tracker = createTracker(rules);
  const people = createPeopleTracker(rules, (channelId, owner) => tracker.callWith(channelId, owner));
  const reader = new EventReader();
  const events: NewEvent[] = [];
  for (const packet of packets) {
    for (const signal of reader.read(packet, 0)) events.push(...tracker.apply(signal));
    for (const signal of normalisePeople(packet, 0))
      events.push(...people.apply(signal).filter(({ call }) => call !== null));
  }
  events.push(...tracker.tick((tracker.now() ?? 0) + 60_000));
  return events;
}

/** One line for each event: what a reader would want to compare. Ids and times are left out; they change with each recording. */
export function summarise(events: readonly NewEvent[]): string[] {
  return events.map(({ type, call, leg, data }) => {
    const parts: (string | null)[] = [type];
    if (call !== null) {
      parts.push(`${call.direction} ${call.from.number ?? '?'}>${call.to.number ?? '?'} ${call.state}`);
      if (type === 'call.ended') parts.push(`outcome=${call.outcome} by=${call.hungUpBy} trunk=${call.trunk}`);
      if (type === 'call.updated') parts.push(`changed=${String(data['changed'])}`);
      if (call.answeredBy !== null) parts.push(`answeredBy=${call.answeredBy.kind}:${call.answeredBy.extension}`);
    }
    if (leg !== null) {
      parts.push(`leg ${leg.role} ${leg.extension} ${leg.state}`);
      if (leg.outcome !== null) parts.push(`outcome=${leg.outcome} cause=${leg.cause}`);
    }
    return parts.join(' | ');
  });
}
