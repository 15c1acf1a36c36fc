/** What the vendors' parameters of a call are made of, before either writes it its own way. */
import { createHash } from 'node:crypto';
import type { Call, Leg, Party } from '../../model/call.ts';
import type { Event } from '../../model/event.ts';
import type { Directory } from '../dialect.ts';
import { type ExtensionRef, refTo } from './extension-words.ts';
import { callEventOf, type CallEvent, type Side, sideOf } from './side.ts';
import { hangupStatus, type HangupStatus } from './status.ts';

export interface CallFacts {
  readonly event: CallEvent;
  readonly side: Side;
  readonly callId: string;
  /** Hexadecimal digits that stand for the leg as this extension sees it. */
  readonly legDigits: string;
  readonly caller: Party | ExtensionRef;
  readonly callerName: string | null;
  readonly called: Party | ExtensionRef;
  readonly did: string | null;
  readonly callerExtension: ExtensionRef | null;
  readonly calledExtension: ExtensionRef | null;
  readonly status: 'CALLING' | HangupStatus;
  /** Microseconds since 1970. */
  readonly eventTime: number;
  /** Talk time in microseconds; null but of a hang-up. */
  readonly duration: number | null;
  readonly recordingId: string | null;
  readonly transferred: boolean;
  /** Whether a person ever answered the call; null but of a queue or a menu. */
  readonly bridged: boolean | null;
  /** Outside number that a transfer by keys connects with. */
  readonly remoteNumber: string | null;
  /** What software called the call for an extension that is none of its ends. */
  readonly callBackId: string | null;
  readonly forwardedFrom: ExtensionRef | null;
}

export type Found = { readonly facts: CallFacts } | { readonly reason: string };

/** @param extension of the subscription; `*`: any */
export function callFacts(event: Event, extension: string, directory: Directory): Found {
  const { call, leg } = event;
  if (call === null || leg === null) return { reason: 'no leg of a call' };
  const side = sideOf(event, extension);
  if (side === null) return { reason: extension === '*' ? 'of no extension' : `not of extension ${extension}` };
  const name = callEventOf(event, side);
  if (name === null) return { reason: `there is no event for ${event.type} of a leg like this` };
  return { facts: factsOf(event, call, leg, side, name, directory) };
}

function factsOf(event: Event, call: Call, leg: Leg, side: Side, name: CallEvent, directory: Directory): CallFacts {
  const { data, domain } = event;
  const ref = (number: string): ExtensionRef => refTo(directory, domain, number);
  const party = (one: Party): Party | ExtensionRef =>
    one.kind === 'internal' && one.number !== null ? ref(one.number) : one;
  const own = ref(side.extension);
  // Software may have called the outside first, for the extension that is called now.
  const isOwn = side.flow === 'in' && call.from.kind === 'internal' && call.from.number === side.extension;
  const from = isOwn ? call.to : call.from;
  const caller = party(from);
  const called = side.flow === 'in' ? own : side.sentOn ? targetOf(leg, call, ref) : party(call.to);
  const isHangup = name === 'hangup';
  return {
    event: name,
    side,
    callId: call.id,
    legDigits: digits(side.sentOn ? `${leg.id} of ${side.extension}` : leg.id),
    caller,
    callerName: from.name,
    called,
    did: call.did,
    callerExtension: side.flow === 'out' ? own : extensionIn(caller),
    calledExtension: extensionIn(called),
    status: name === 'dial-in' || name === 'dial-out' ? 'CALLING' : isHangup ? hangupStatus(leg) : 'ANSWER',
    eventTime: Date.parse(event.time) * 1_000,
    duration: isHangup ? talkTime(leg) : null,
    recordingId: isHangup ? textIn(data, 'recordingId') : null,
    transferred: side.flow === 'out' && data['transferred'] === true,
    bridged: isHangup && side.machine ? data['bridged'] === true : null,
    remoteNumber: name === 'dial-in' ? remoteNumber(call, data) : null,
    callBackId: callBackId(call),
    forwardedFrom: orNull(textIn(data, 'forwardedFrom'), ref),
  };
}

/** Whom the call was sent on to: an extension, or a number outside. */
function targetOf({ extension, number }: Leg, { to }: Call, ref: (number: string) => ExtensionRef) {
  if (extension !== null) return ref(extension);
  return { number: number ?? to.number, raw: number ?? to.raw, name: null, kind: 'external' } as const;
}

export const extensionIn = (one: Party | ExtensionRef): ExtensionRef | null => ('domain' in one ? one : null);

const orNull = <In, Out>(value: In | null, of: (value: In) => Out): Out | null => (value === null ? null : of(value));

const textIn = (data: Event['data'], name: string): string | null => {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

/** 32 hexadecimal digits, the same for the same text. */
export const digits = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const talkTime = ({ answeredAt, endedAt }: Leg): number =>
  answeredAt === null || endedAt === null ? 0 : Math.max(0, Date.parse(endedAt) - Date.parse(answeredAt)) * 1_000;

/** Who outside is talked with, where keys pressed during the call moved it here. */
function remoteNumber({ from, to }: Call, data: Event['data']): string | null {
  if (data['transferredBy'] === undefined || data['transferredWith'] !== 'keys') return null;
  const [outside] = [from, to].filter(({ kind }) => kind === 'external');
  return textIn(data, 'remoteNumber') ?? outside?.number ?? null;
}

/** A call for an extension that takes no part in it; what software knows it by. */
function callBackId({ id, origin, from, to }: Call): string | null {
  const initiator = origin.onBehalfOf ?? null;
  if (initiator === null) return null;
  const isEnd = [from, to].some(({ kind, number }) => kind === 'internal' && number === initiator);
  return isEnd ? null : (origin.requestId ?? id);
}
