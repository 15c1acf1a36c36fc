import type { MemberFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { agentNamed } from './agent-name.ts';
import { lineOfNumber } from './line-states.ts';

/** A member of a queue, in its events (`Interface`, `MemberName`) and in lists (`Location`, `Name`). */
export function memberFacts(packet: AmiPacket): MemberFacts | null {
  const queue = packet.known('Queue');
  const member = packet.known('Interface') ?? packet.known('Location');
  if (queue === null || member === null) return null;
  const name = packet.known('MemberName') ?? packet.known('Name');
  const agent = agentNamed(member);
  const device = packet.known('StateInterface')?.replace(/^hint:/i, '') ?? null;
  return {
    queue,
    agent,
    // A member without a name of its own has that of its interface.
    name: name === member ? agent : name,
    device: device === member ? null : device,
    paused: packet.get('Paused') === '1',
    reason: packet.known('PausedReason'),
    line: lineOfNumber(packet.get('Status')),
    pool: poolOf(device) ?? poolOf(member),
  };
}

/** `Agent:7` is the state of agent 7 of a pool; older systems write `Agent/7`. */
function poolOf(name: string | null): string | null {
  const id = /^Agent[:/](.+)$/i.exec(name ?? '')?.[1];
  return id === undefined ? null : `Agent:${id}`;
}
