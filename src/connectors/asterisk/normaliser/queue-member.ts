import type { MemberFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { lineOfNumber } from './line-states.ts';

/** A member of a queue, in its events (`Interface`, `MemberName`) and in lists (`Location`, `Name`). */
export function memberFacts(packet: AmiPacket): MemberFacts | null {
  const queue = packet.known('Queue');
  const agent = packet.known('Interface') ?? packet.known('Location');
  if (queue === null || agent === null) return null;
  const line = lineOfNumber(packet.get('Status'));
  return {
    queue,
    agent,
    name: packet.known('MemberName') ?? packet.known('Name'),
    device: packet.known('StateInterface')?.replace(/^hint:/i, '') ?? null,
    paused: packet.get('Paused') === '1',
    reason: packet.known('PausedReason'),
    line,
    // Such an agent has a line only while signed on.
    signedOn: /^Agent\//i.test(agent) ? line !== 'unavailable' : null,
  };
}
