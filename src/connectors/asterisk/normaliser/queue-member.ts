import type { MemberFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { lineOfNumber } from './line-states.ts';

/** A member of a queue, in its events (`Interface`, `MemberName`) and in lists (`Location`, `Name`). */
export function memberFacts(packet: AmiPacket): MemberFacts | null {
  const queue = packet.known('Queue');
  const agent = packet.known('Interface') ?? packet.known('Location');
  if (queue === null || agent === null) return null;
  const device = packet.known('StateInterface')?.replace(/^hint:/i, '') ?? null;
  return {
    queue,
    agent,
    name: packet.known('MemberName') ?? packet.known('Name'),
    device,
    paused: packet.get('Paused') === '1',
    reason: packet.known('PausedReason'),
    line: lineOfNumber(packet.get('Status')),
    pool: poolOf(device) ?? poolOf(agent),
  };
}

/** `Agent:7` is the state of agent 7 of a pool; older systems write `Agent/7`. */
function poolOf(name: string | null): string | null {
  const id = /^Agent[:/](.+)$/i.exec(name ?? '')?.[1];
  return id === undefined ? null : `Agent:${id}`;
}
