/**
 * What the tracker remembers of a call and of its legs. The graph says what is connected; these say what was told.
 *
 * A **leg** (one device channel):
 *
 *   created ──> dialing ──> ringing ──> answered <──> held        any ──> ended
 *
 * - dialing: a called leg once the path from its caller is known, a calling leg once its call began.
 * - ringing: the path is known *and* the device rings, whichever is seen first.
 * - answered: for the first time in one connected graph of bridges with another device. It stays answered when that
 *   connection ends; the next one is no second answer.
 * - held: its own device put the other party on hold. Ending, it needs no resume.
 * - ended: its channel ended, once, with one outcome.
 *
 * A **call** (one group of the graph):
 *
 *   pending ──> ringing <──> queued <──> answered <──> held       any but pending ──> ended
 *
 * - pending: nothing is told yet, because it is not known who calls or whether it goes outside. It ends with the first
 *   device that is reached, service entered or device ended, or after `decideWithinMs`.
 * - answered: two devices are connected, or a machine took the call; `answeredBy` says which. Only people, a conference
 *   and voicemail make `call.answered` and count as talk; a menu or a queue that picks up to play sound does not, and is
 *   told by `call.updated`.
 * - ended: the last device ended, and no pipe is left that may bring another within `deviceGoneMs`.
 */
import type { Group } from '../graph/channel.ts';
import { noOrigin, type Answerer, type Call, type Origin, type Party } from '../../model/call.ts';
import type { LegOutcome } from '../../model/outcome.ts';
import type { MachineLeg } from './machines/machine.ts';
import type { Parked } from './parking/parked.ts';
import { nobody } from './parties.ts';
import type { QueueStay } from './queues/stay.ts';
import type { Recorded } from './recordings/recorded.ts';
import type { Visit } from './rooms/room.ts';
import type { Watched } from './snapshot.ts';
import type { TransferRecord } from './transfers/transfer.ts';

/** Of a device's leg; the parts of the PBX that a call passes have legs of another kind. */
export type Role = 'caller' | 'callee';
export type Service = 'voicemail' | 'ivr' | 'queue' | 'conference';

/** When the PBX said what can repeat, milliseconds: of several in one millisecond the id has which of them it is. */
export type Repeats = number[];

export interface LegRecord {
  readonly channelId: string;
  readonly id: string;
  readonly order: number;
  /** It was there before the tracker was, or its creation was not seen. */
  readonly partial: boolean;
  readonly startedAt: number;
  extension: string | null;
  /** Name of the trunk; null for a device inside. */
  trunk: string | null;
  role: Role;
  /** Something about it was told, so its role is fixed. */
  fixed: boolean;
  number: string | null;
  name: string | null;
  dialing: boolean;
  ringingAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  outcome: LegOutcome | null;
  cause: number | null;
  /** The device holds; told once it is answered. */
  holding: boolean;
  /** Its device sent the call on, so its end is not the call's. */
  transferred: boolean;
  /** It was dialled because the call was sent on, by this transfer. */
  sentBy: TransferRecord | null;
  /** Channel that took the call which rang at this one. */
  pickedUpBy: string | null;
  /** Extension whose phone sent the call on to this one before it was answered. */
  forwardedFrom: string | null;
  /** Id of the call it was part of before that became part of this one. */
  bornIn: string | null;
  toldDial: boolean;
  toldHeld: boolean;
  readonly repeat: Repeats;
}

/** The trunk of a restored outside leg, until the PBX shows its channel again. */
export const unnamedTrunk = '';

export interface CallerEnd {
  readonly cause: number | null;
  readonly sipStatus: number | null;
  /** The PBX had picked up the caller's line. */
  readonly lineUp: boolean;
  /** The PBX's word for how it left the last queue. */
  readonly queueStatus: string | null;
}

export interface CallRecord {
  /** Empty while pending. */
  id: string;
  /** Time part of its ids, milliseconds. */
  base: number;
  readonly order: number;
  group: Group;
  /** Latest time told; nothing is told as earlier. */
  lastAt: number;
  /** When the last signal about it came. */
  heardAt: number;
  startedAt: number;
  started: boolean;
  ended: boolean;
  partial: boolean;
  /** From before a restart, and not found on the PBX yet. */
  restored: boolean;
  /** The caller's line was answered while nobody listened: by whom is not known. */
  upUnseen: boolean;
  state: Call['state'];
  direction: Call['direction'];
  /** Whom it went to was seen, not guessed from its number. */
  directionSeen: boolean;
  initiatorId: string | null;
  /** The PBX itself called the initiator, as software asked it to. */
  originated: boolean;
  /** It was begun by software that we passed on, so that its ends and its origin are what was asked for. */
  ordered: boolean;
  /** Software had it ended. */
  givenUp: boolean;
  from: Party;
  to: Party;
  did: string | null;
  trunk: string | null;
  queue: string | null;
  origin: Origin;
  readonly legs: Map<string, LegRecord>;
  /** When the last of the legs that are no longer among them ended; 0: there are none. */
  forgottenUntil: number;
  /** Every extension that took part. */
  readonly extensions: Set<string>;
  service: { readonly kind: Service; readonly channelId: string; readonly name: string | null } | null;
  /** Queues and menus it passed. */
  machines: readonly MachineLeg[];
  stays: readonly QueueStay[];
  parked: readonly Parked[];
  visits: readonly Visit[];
  recorded: readonly Recorded[];
  readonly servicesReached: Set<Service>;
  answeredBy: Answerer | null;
  answeredAt: number | null;
  /** Two devices were connected at some time. */
  metPerson: boolean;
  /** Somebody answered it at an extension, at some time. */
  metPhone: boolean;
  /** Devices connected now. */
  connected: ReadonlySet<string>;
  talkMs: number;
  talkingSince: number | null;
  /** Phones that sent the call on, and where to. */
  forwards: readonly { readonly by: string | null; readonly number: string }[];
  /** How the attempts that failed went. */
  readonly results: Set<LegOutcome>;
  /** `sure`: its device asked for the end; else it was only the first to leave. */
  hungUp: { readonly by: Role; readonly channelId: string; readonly sure: boolean } | null;
  callerEnd: CallerEnd | null;
  endedAt: number | null;
  /** Its end was not seen, only found. */
  estimated: boolean;
  relatedCallIds: readonly string[];
  transfers: readonly TransferRecord[];
  recordings: Call['recordings'];
  /** What stood in the watched fields when they were last told. */
  told: Watched;
  readonly repeat: Repeats;
  /** No device is left, and it ends then if none comes; null while one is there. */
  endBy: number | null;
  /** When to look again without any signal; null: never. */
  deadline: number | null;
}

export function newCallRecord(group: Group, order: number, at: number): CallRecord {
  return {
    id: '',
    base: at,
    order,
    group,
    lastAt: at,
    heardAt: at,
    startedAt: at,
    started: false,
    ended: false,
    partial: false,
    restored: false,
    upUnseen: false,
    state: 'ringing',
    direction: 'internal',
    directionSeen: false,
    initiatorId: null,
    originated: false,
    ordered: false,
    givenUp: false,
    from: nobody,
    to: nobody,
    did: null,
    trunk: null,
    queue: null,
    origin: noOrigin,
    legs: new Map(),
    forgottenUntil: 0,
    extensions: new Set(),
    service: null,
    machines: [],
    stays: [],
    parked: [],
    visits: [],
    recorded: [],
    servicesReached: new Set(),
    answeredBy: null,
    answeredAt: null,
    metPerson: false,
    metPhone: false,
    connected: new Set(),
    talkMs: 0,
    talkingSince: null,
    forwards: [],
    results: new Set(),
    hungUp: null,
    callerEnd: null,
    endedAt: null,
    estimated: false,
    relatedCallIds: [],
    transfers: [],
    recordings: [],
    told: [],
    repeat: [],
    endBy: null,
    deadline: null,
  };
}

export const initiatorOf = (call: CallRecord): LegRecord | undefined =>
  call.initiatorId === null ? undefined : call.legs.get(call.initiatorId);

/** Whether an outside party takes part. */
export const hasOutside = (call: CallRecord): boolean =>
  call.trunk !== null || [...call.legs.values()].some((leg) => leg.trunk !== null);

/** Ids of this connector's legs: the connector and the PBX's own channel id, so that either is found from them. */
export const legIdOf = (connector: string, channelId: string): string => `${connector}:${channelId}`;

/** The PBX's channel id in a leg's id; null when it is no leg of this connector. */
export const channelIdOf = (connector: string, legId: string): string | null =>
  legId.startsWith(`${connector}:`) ? legId.slice(connector.length + 1) : null;
