import type { WatchFacts } from '../../../calls/people/index.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { lineOfExtension } from './line-states.ts';

/** What a hint is about, by the first of its devices that says so; null for parking slots, and switches of the dialplan. */
function servesOf(devices: readonly string[]): WatchFacts['serves'] | null {
  for (const device of devices) {
    if (/^(?:[a-z0-9_]+\/|Agent:)/i.test(device)) return 'phone';
    if (/^(?:Confbridge|Meetme):/i.test(device)) return 'conference';
    if (/^Queue:/i.test(device)) return 'queue';
  }
  return null;
}

/** A hint: `PJSIP/101&Custom:DND101,CustomPresence:101`. Null where it is about nobody, or is no more. */
export function watchFacts(packet: AmiPacket): WatchFacts | null {
  const number = packet.known('Exten');
  const line = lineOfExtension(packet.get('Status'));
  const [watched = '', presentities = ''] = (packet.known('Hint') ?? '').split(',');
  const all = watched.split('&').filter((device) => device !== '');
  const devices = all.filter((device) => !isSet(device));
  const serves = servesOf(devices);
  if (number === null || line === null || serves === null) return null;
  const statuses = presentities.split('&').filter((presentity) => presentity !== '');
  const mixed = devices.length < all.length;
  return { number, context: packet.known('Context'), serves, line, mixed, devices, statuses };
}

/** `Custom:DND101` and its like: set by the dialplan, and no device. */
const isSet = (device: string): boolean => /^Custom:/i.test(device);
