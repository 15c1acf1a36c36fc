/** Writes streams of signals by hand, as a PBX would cause them: ten milliseconds pass before each unless told otherwise. */
import type { ChannelFacts, ChannelState, DialStatus, Signal } from '../../src/calls/signal.ts';

export interface ScriptedChannel {
  readonly device?: string | null;
  readonly pipe?: boolean;
  readonly state?: ChannelState;
  readonly linkedId?: string;
  readonly from?: string | null;
  readonly name?: string | null;
  readonly to?: string | null;
  readonly context?: string | null;
  readonly connectedNumber?: string | null;
}

type Body = Signal extends infer One ? (One extends Signal ? Omit<One, 'at'> : never) : never;

export const scriptStart = Date.UTC(2026, 10, 21, 9, 30, 0);
const stepMs = 10;

export class PbxScript {
  readonly signals: Signal[] = [];
  readonly #facts = new Map<string, ChannelFacts>();
  readonly #bridges = new Map<string, { holding: boolean; members: Set<string> }>();
  readonly #pipes: { oneId: string; twoId: string }[] = [];
  at: number;

  constructor(at = scriptStart) {
    this.at = at;
  }

  wait(ms: number): this {
    this.at += ms;
    return this;
  }

  say(body: Body): this {
    this.at += stepMs;
    this.signals.push({ ...body, at: this.at });
    return this;
  }

  channel(id: string, given: ScriptedChannel): this {
    const facts: ChannelFacts = {
      id,
      linkedId: given.linkedId ?? id,
      device: given.device ?? null,
      kind: given.pipe ? 'pipe' : 'device',
      state: given.state ?? 'down',
      callerNumber: given.from ?? null,
      callerName: given.name ?? null,
      connectedNumber: given.connectedNumber ?? null,
      connectedName: null,
      dialledNumber: given.to ?? null,
      context: given.context ?? null,
      accountCode: null,
      createdAt: Math.floor((this.at + stepMs) / 1000) * 1000,
    };
    this.#facts.set(id, facts);
    return this.say({ kind: 'channel.created', channel: facts });
  }

  state(id: string, state: ChannelState, changes: Partial<ChannelFacts> = {}): this {
    const facts = { ...this.facts(id), state, ...changes };
    this.#facts.set(id, facts);
    return this.say({ kind: 'channel.seen', channel: facts });
  }

  has(id: string): boolean {
    return this.#facts.has(id);
  }

  facts(id: string): ChannelFacts {
    const facts = this.#facts.get(id);
    if (!facts) throw new Error(`no channel ${id}`);
    return facts;
  }

  dial(sourceId: string | null, destinationId: string, dialString: string | null = null): this {
    return this.say({ kind: 'dial.begun', sourceId, destinationId, dialString });
  }

  dialEnd(sourceId: string | null, destinationId: string, status: DialStatus, forwardTo: string | null = null): this {
    return this.say({ kind: 'dial.ended', sourceId, destinationId, status, forwardTo });
  }

  bridge(bridgeId: string, channelId: string, swapFor: string | null = null, holding = false): this {
    for (const { members } of this.#bridges.values()) members.delete(channelId);
    const bridge = this.#bridges.get(bridgeId) ?? { holding, members: new Set<string>() };
    if (swapFor !== null) bridge.members.delete(swapFor);
    bridge.members.add(channelId);
    this.#bridges.set(bridgeId, bridge);
    return this.say({ kind: 'bridge.entered', bridgeId, channelId, holding, swapFor });
  }

  unbridge(bridgeId: string, channelId: string): this {
    this.#bridges.get(bridgeId)?.members.delete(channelId);
    return this.say({ kind: 'bridge.left', bridgeId, channelId });
  }

  pipe(oneId: string, twoId: string): this {
    this.#pipes.push({ oneId, twoId });
    return this.say({ kind: 'pipe.joined', oneId, twoId });
  }

  hangUp(channelId: string): this {
    return this.say({ kind: 'channel.hangup_requested', channelId });
  }

  end(channelId: string, cause: number | null = 16, sipStatus: number | null = null): this {
    this.#facts.delete(channelId);
    for (const { members } of this.#bridges.values()) members.delete(channelId);
    return this.say({ kind: 'channel.ended', channelId, cause, sipStatus });
  }

  service(channelId: string, service: 'voicemail' | 'ivr' | 'queue' | 'conference', name: string | null = null): this {
    return this.say({ kind: 'service.entered', channelId, service, name });
  }

  /** What the PBX would list now. */
  resync(restarted = false, again = false): this {
    const live = (id: string): boolean => this.#facts.has(id);
    return this.say({
      kind: 'resync',
      channels: restarted ? [] : [...this.#facts.values()],
      bridges: [...this.#bridges].map(([id, { holding, members }]) => ({
        id,
        holding,
        channelIds: [...members].filter(live),
      })),
      pipes: this.#pipes.filter(({ oneId, twoId }) => live(oneId) && live(twoId)),
      restarted,
      again,
    });
  }
}

/** A call from outside to 3125550100, as it reaches the PBX. */
export function inboundCall(script = new PbxScript(), id = 'a'): PbxScript {
  const device = 'PJSIP/trunk-carrier';
  return script.channel(id, { device, state: 'ring', from: '12157010680', name: 'Alice', to: '13125550100' });
}

/** `caller` calls the extension; it rings. */
export function ring(script: PbxScript, caller: string, id: string, extension: string): PbxScript {
  const device = `PJSIP/${extension}`;
  return script
    .channel(id, { device, linkedId: script.facts(caller).linkedId, from: extension, name: `User ${extension}` })
    .dial(caller, id, extension)
    .state(id, 'ringing');
}

/** `id` picks up and is connected with `caller`. */
export function pickUp(script: PbxScript, caller: string, id: string, bridge = 'b1'): PbxScript {
  return script
    .state(id, 'up')
    .dialEnd(caller, id, 'answered')
    .state(caller, 'up')
    .bridge(bridge, id)
    .bridge(bridge, caller);
}

/** `first` hangs up on `second`. */
export function partBy(script: PbxScript, first: string, second: string, bridge = 'b1'): PbxScript {
  return script.hangUp(first).unbridge(bridge, first).unbridge(bridge, second).end(second).end(first);
}
