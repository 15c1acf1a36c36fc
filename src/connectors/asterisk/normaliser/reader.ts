/**
 * Reads events one after the other, and adds to a dial's result what only the event before it knew. Asterisk has no
 * word for a call that was declined and says NOANSWER, though the line that declined said why when it asked to be
 * hung up, and says so again only when the caller may be gone already.
 */
import type { DialStatus, Signal } from '../../../calls/signal.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { normalise } from './normaliser.ts';

/** Q.850 causes that say more than NOANSWER: what `Dial` has words for (17, 34, 3, 20) is not here. */
const statusOfCause: ReadonlyMap<string, DialStatus> = new Map([
  ['21', 'rejected'], // Call rejected
  ['27', 'unreachable'], // Destination out of order
  ['38', 'congested'], // Network out of order
  ['41', 'congested'], // Temporary failure
  ['42', 'congested'], // Switching equipment congestion
  ['44', 'congested'], // Requested channel not available
]);

/** Lines that declined and have not ended yet; each is forgotten with its end, a moment later. */
const mostRefusals = 10_000;

export class EventReader {
  readonly #refusals = new Map<string, DialStatus>();

  /** What the event says, in order. `receivedAt` in milliseconds. */
  read(packet: AmiPacket, receivedAt: number): readonly Signal[] {
    const signals = normalise(packet, receivedAt);
    if (packet.event === 'HangupRequest') this.#note(packet);
    return this.#refusals.size === 0 ? signals : signals.map((signal) => this.#complete(signal));
  }

  #note(packet: AmiPacket): void {
    const channelId = packet.known('Uniqueid');
    const status = statusOfCause.get(packet.get('Cause') ?? '');
    if (channelId === null || status === undefined) return;
    if (this.#refusals.size >= mostRefusals) this.#refusals.clear();
    this.#refusals.set(channelId, status);
  }

  #complete(signal: Signal): Signal {
    if (signal.kind === 'channel.ended') this.#refusals.delete(signal.channelId);
    if (signal.kind !== 'dial.ended' || signal.status !== 'no_answer') return signal;
    return { ...signal, status: this.#refusals.get(signal.destinationId) ?? signal.status };
  }
}
