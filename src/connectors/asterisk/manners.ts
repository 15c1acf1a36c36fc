/** What the events of a PBX show of its settings, as far as it has said anything of a channel yet. */
import type { ChannelFacts } from '../../calls/signal.ts';
import type { AmiPacket } from './ami/packet.ts';
import { channelFacts } from './normaliser/channel-facts.ts';

/** A setting that Offhook can do without, and what is missing then. */
export interface Shortcoming {
  readonly problem: string;
  readonly remedy: string;
}

/** Variables of a channel that say what nothing else does. */
const wanted = [
  { name: 'QUEUESTATUS', key: 'queueStatus', lacks: 'why callers left a queue' },
  { name: 'MIXMONITOR_FILENAME', key: 'recordingFile', lacks: 'which file a call was recorded to' },
] as const;

export class Manners {
  /** Null while nothing was heard of a channel. */
  #isTimed: boolean | null = null;
  #channel: ChannelFacts | null = null;

  /** An event; others than those about a channel show nothing. */
  hear(packet: AmiPacket): void {
    const channel = channelFacts(packet);
    if (channel === null) return;
    this.#channel = channel;
    // What is listed for us because we asked has no time, whatever is set.
    if (packet.actionId === null) this.#isTimed = packet.get('Timestamp') !== null;
  }

  /** A channel that the PBX listed when asked. */
  see(channel: ChannelFacts): void {
    this.#channel = channel;
  }

  /** Settings that could not be seen, for want of an event of a channel. */
  get unseen(): readonly string[] {
    return [...(this.#isTimed === null ? ['timestampevents'] : []), ...(this.#channel === null ? ['channelvars'] : [])];
  }

  shortcomings(): readonly Shortcoming[] {
    const missing = wanted.filter(({ key }) => this.#channel !== null && this.#channel[key] === undefined);
    return [
      ...(this.#isTimed === false ? [untimed] : []),
      ...(missing.length === 0 ? [] : [withoutVariables(missing)]),
    ];
  }
}

const untimed: Shortcoming = {
  problem:
    'its events carry no time, so calls are timed by when they are heard of, and another observer names what it hears otherwise',
  remedy: 'set timestampevents = yes in manager.conf, [general], and reload the manager',
};

function withoutVariables(missing: readonly (typeof wanted)[number][]): Shortcoming {
  const all = wanted.map(({ name }) => name).join(',');
  return {
    problem: `its events do not show ${missing.map(({ name }) => name).join(' and ')}, so it is not known ${missing.map(({ lacks }) => lacks).join(', nor ')}`,
    remedy: `set channelvars = ${all} (with those that are there already) in manager.conf, [general], and reload the manager`,
  };
}
