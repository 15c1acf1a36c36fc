/**
 * The graph of what is connected with what on one PBX, as its signals tell it.
 *
 * - A **channel** is made by its creation, by being shown, or by being named by another signal (then nothing is known
 *   of it but its id). It ends once; an id that was dropped is remembered for a while, and signals about it are ignored,
 *   so that a late message revives nothing.
 * - A **bridge** has members; a channel is in one bridge at most, so entering one leaves the other. A channel that
 *   enters in place of another puts that one out.
 * - A **pipe** is two channels that stand for one connection. Its halves are no devices; what enters one end comes out
 *   of the other.
 * - A **dial** leads from a channel (or from the PBX itself) to another channel.
 * - A **group** is the union-find of channels over: the same linked id at any time, dials, pipes, common bridges in
 *   which people talk, but for rooms: who meets in one has a call of their own. Groups only ever grow together: one call is one group. The holder is told of every merge, and decides
 *   what it means. A dropped group lets its linked ids go, so that a later use of them begins a new call.
 */
import type { ChannelFacts, DialStatus } from '../signal.ts';
import {
  isLive,
  type Bridge,
  type BridgeKind,
  type Channel,
  type ChannelEnd,
  type Dial,
  type Group,
} from './channel.ts';

/** Channels of one call; past it, new ones are ignored: no real call is so large. */
const mostChannelsInGroup = 5_000;
/** Attempts remembered per channel and side. */
const mostDials = 500;
/** Grouping ids remembered per call, the last seen: in a room that is never empty every guest brings one. */
const mostLinks = 500;
/** Ids of dropped channels, and of those who met in rooms, that are remembered, about 60 bytes each. */
const mostIdsRemembered = 20_000;

export interface GraphHolder {
  created(group: Group, channel: Channel): void;
  /** All channels of `absorbed` are now in `kept`. */
  merged(kept: Group, absorbed: Group): void;
}

export class CallGraph {
  readonly #channels = new Map<string, Channel>();
  readonly #bridges = new Map<string, Bridge>();
  readonly #groupOfLink = new Map<string, Group>();
  /** Grouping ids that channels in rooms showed: who has one may have met anybody there. */
  readonly #roomLinks = new Set<string>();
  readonly #dropped = new Set<string>();
  readonly #holder: GraphHolder;
  readonly #longestId: number;
  #order = 0;

  /** Channels with a longer id than `longestId` are ignored: no leg could be named after them. */
  constructor(holder: GraphHolder, longestId: number) {
    this.#holder = holder;
    this.#longestId = longestId;
  }

  get(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  bridge(id: string): Bridge | undefined {
    return this.#bridges.get(id);
  }

  /** Grouping ids it remembers. */
  get linkCount(): number {
    return this.#groupOfLink.size;
  }

  channels(): Iterable<Channel> {
    return this.#channels.values();
  }

  /** Takes over what a signal shows of a channel. Null when the channel is over and dropped. */
  see(facts: ChannelFacts, at: number, created: boolean): Channel | null {
    const channel = this.#channels.get(facts.id) ?? this.#create(facts.id, at, !created);
    if (!channel || !isLive(channel)) return channel;
    channel.expected = false;
    // What was told of it depends on its kind, so the first word on that stands.
    if (channel.kind === 'unknown') channel.kind = facts.kind;
    channel.facts = keepKnown(facts, channel.facts);
    if (facts.state === 'ringing') channel.rang = true;
    if (channel.inRoom) remember(this.#roomLinks, facts.linkedId);
    else if (!this.#roomLinks.has(facts.linkedId)) this.#link(channel, facts.linkedId);
    return channel;
  }

  /** A channel that the PBX is about to be asked for, with what is known of it. Null where its id was used before. */
  expect(facts: ChannelFacts, at: number): Channel | null {
    const channel = this.#channels.has(facts.id) ? null : this.#create(facts.id, at, false);
    if (!channel) return null;
    channel.kind = facts.kind;
    channel.facts = facts;
    channel.expected = true;
    return channel;
  }

  /** The channel of that id, made on the spot where only its id is known. Null when it is over and dropped. */
  refer(id: string, at: number): Channel | null {
    return this.#channels.get(id) ?? this.#create(id, at, true);
  }

  end(id: string, end: ChannelEnd): Channel | null {
    const channel = this.#channels.get(id);
    if (!channel) {
      if (id.length <= this.#longestId) this.#remember(id);
      return null;
    }
    if (!isLive(channel)) return channel;
    this.leave(channel);
    channel.end = end;
    return channel;
  }

  /** The attempt from source to destination that is under way, or a new one. */
  dial(sourceId: string | null, destinationId: string, at: number): Dial | null {
    const destination = this.refer(destinationId, at);
    const source = sourceId === null ? null : this.refer(sourceId, at);
    if (!destination || (sourceId !== null && !source)) return null;
    if (source === destination) return null;
    if (source) this.#union(source.group, destination.group);
    const known = destination.incoming.findLast((dial) => dial.sourceId === sourceId);
    if (known) return known;
    const dial: Dial = { sourceId, destinationId, dialString: null, ringing: false, status: null, forwardTo: null };
    keep(destination.incoming, dial);
    if (source) keep(source.outgoing, dial);
    return dial;
  }

  endDial(dial: Dial, status: DialStatus, forwardTo: string | null): void {
    // A second, weaker word about an attempt that is over (a queue cancels twice) changes nothing.
    if (dial.status !== null && dial.status !== 'continued') return;
    dial.status = forwardTo === null ? status : 'forwarded';
    dial.forwardTo = forwardTo;
  }

  enter(bridgeId: string, channelId: string, kind: BridgeKind, swapFor: string | null, at: number): Channel | null {
    const channel = this.refer(channelId, at);
    if (!channel || !isLive(channel)) return null;
    const bridge = this.#bridgeOf(bridgeId, kind);
    const replaced = swapFor === null ? undefined : this.#channels.get(swapFor);
    if (replaced && replaced !== channel && replaced.bridgeId === bridgeId) {
      // Whoever takes another's place belongs with it, also where nobody talks.
      if (kind !== 'room') this.#union(channel.group, replaced.group);
      this.leave(replaced);
    }
    if (channel.bridgeId !== bridgeId) this.leave(channel);
    // Leaving may have emptied it, and an empty bridge is dropped.
    this.#bridges.set(bridgeId, bridge);
    bridge.memberIds.add(channelId);
    channel.bridgeId = bridgeId;
    if (kind === 'room') channel.inRoom = true;
    if (kind === 'talk') this.#unionMembers(bridge);
    return channel;
  }

  leave(channel: Channel): void {
    const bridge = channel.bridgeId === null ? undefined : this.#bridges.get(channel.bridgeId);
    channel.bridgeId = null;
    if (!bridge) return;
    bridge.memberIds.delete(channel.id);
    if (bridge.memberIds.size === 0) this.#bridges.delete(bridge.id);
  }

  /** Everybody leaves; answers who did. */
  endBridge(bridgeId: string): readonly Channel[] {
    const members = [...(this.#bridges.get(bridgeId)?.memberIds ?? [])].flatMap((id) => this.#channels.get(id) ?? []);
    for (const member of members) this.leave(member);
    return members;
  }

  joinPipe(oneId: string, twoId: string, at: number): Channel | null {
    const one = this.refer(oneId, at);
    const two = this.refer(twoId, at);
    if (!one || !two || one === two) return null;
    for (const half of [one, two]) if (half.kind === 'unknown') half.kind = 'pipe';
    one.otherHalfId = two.id;
    two.otherHalfId = one.id;
    this.#union(one.group, two.group);
    return one;
  }

  /** It is in a room: that it is grouped with others does not make them one call. */
  enterRoom(channelId: string, at: number): void {
    const channel = this.refer(channelId, at);
    if (channel) channel.inRoom = true;
  }

  /** A grouping id that somebody in a room shows. */
  meetIn(link: string): void {
    remember(this.#roomLinks, link);
  }

  /** They belong to one call, whatever connects them. */
  relate(one: Channel, two: Channel): void {
    this.#union(one.group, two.group);
  }

  /**
   * Devices that belong together and were there before; nothing else is known of them. Their group; null when there
   * are none.
   */
  restore(ids: readonly string[], at: number): Group | null {
    let group: Group | null = null;
    for (const id of ids) {
      const channel = this.refer(id, at);
      if (!channel) continue;
      channel.kind = 'device';
      if (group) this.#union(group, channel.group);
      group = channel.group;
    }
    return group;
  }

  /** Forgets an ended channel; its attempts at others stay known to those. */
  drop(channel: Channel): void {
    this.leave(channel);
    for (const dial of channel.incoming) {
      const source = dial.sourceId === null ? undefined : this.#channels.get(dial.sourceId);
      if (source) remove(source.outgoing, dial);
    }
    this.#channels.delete(channel.id);
    channel.group.channels.delete(channel.id);
    if (channel.kind !== 'unknown') this.#remember(channel.id);
  }

  dropGroup(group: Group): void {
    for (const channel of [...group.channels.values()]) this.drop(channel);
    for (const link of group.links) if (this.#groupOfLink.get(link) === group) this.#groupOfLink.delete(link);
    group.links.clear();
  }

  #create(id: string, at: number, partial: boolean): Channel | null {
    if (this.#dropped.has(id) || id === '' || id.length > this.#longestId) return null;
    const group: Group = { channels: new Map(), links: new Set() };
    const channel: Channel = {
      id,
      order: this.#order++,
      firstAt: at,
      partial,
      expected: false,
      kind: 'unknown',
      facts: null,
      inRoom: false,
      stoodAt: null,
      rang: false,
      end: null,
      bridgeId: null,
      otherHalfId: null,
      incoming: [],
      outgoing: [],
      group,
    };
    group.channels.set(id, channel);
    this.#channels.set(id, channel);
    this.#holder.created(group, channel);
    // Others may carry this channel's id as their linked id already.
    const linked = this.#groupOfLink.get(id);
    if (linked) this.#union(linked, group);
    return channel;
  }

  #link(channel: Channel, link: string): void {
    const other = this.#groupOfLink.get(link) ?? this.#channels.get(link)?.group;
    if (other && other !== channel.group) this.#union(channel.group, other);
    this.#groupOfLink.set(link, channel.group);
    // At the end, so that what is in use is forgotten last.
    channel.group.links.delete(link);
    channel.group.links.add(link);
    this.#forgetLinks(channel.group);
  }

  #forgetLinks({ links }: Group): void {
    for (const oldest of links) {
      if (links.size <= mostLinks) return;
      links.delete(oldest);
      this.#groupOfLink.delete(oldest);
    }
  }

  #bridgeOf(id: string, kind: BridgeKind): Bridge {
    const bridge = this.#bridges.get(id) ?? { id, kind, memberIds: new Set<string>() };
    bridge.kind = kind;
    return bridge;
  }

  #unionMembers(bridge: Bridge): void {
    let first: Channel | undefined;
    for (const id of bridge.memberIds) {
      const member = this.#channels.get(id);
      if (!member) continue;
      if (first) this.#union(first.group, member.group);
      else first = member;
    }
  }

  #union(one: Group, two: Group): void {
    if (one === two) return;
    const [kept, absorbed] = one.channels.size >= two.channels.size ? [one, two] : [two, one];
    if (kept.channels.size + absorbed.channels.size > mostChannelsInGroup) return;
    for (const channel of absorbed.channels.values()) {
      channel.group = kept;
      kept.channels.set(channel.id, channel);
    }
    for (const link of absorbed.links) {
      kept.links.add(link);
      this.#groupOfLink.set(link, kept);
    }
    absorbed.channels.clear();
    absorbed.links.clear();
    this.#forgetLinks(kept);
    this.#holder.merged(kept, absorbed);
  }

  #remember(id: string): void {
    remember(this.#dropped, id);
  }
}

/** The oldest are forgotten. */
function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  if (ids.size <= mostIdsRemembered) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}

/** Not every message that shows a channel shows all of it. */
function keepKnown(facts: ChannelFacts, before: ChannelFacts | null): ChannelFacts {
  return {
    ...facts,
    createdAt: facts.createdAt ?? before?.createdAt ?? null,
    queueStatus: facts.queueStatus === undefined ? (before?.queueStatus ?? null) : facts.queueStatus,
    recordingFile: facts.recordingFile === undefined ? (before?.recordingFile ?? null) : facts.recordingFile,
  };
}

function keep(dials: Dial[], dial: Dial): void {
  dials.push(dial);
  if (dials.length > mostDials) dials.shift();
}

function remove(dials: Dial[], dial: Dial): void {
  const index = dials.indexOf(dial);
  if (index >= 0) dials.splice(index, 1);
}
