/** What the vendors' parameters of a call are made of, before either writes it its own way. */
import { createHash } from 'node:crypto';
import type { Call, Leg, Party } from '../../model/call.ts';
import type { Event } from '../../model/event.ts';
import { callBackOf, partiesOf, remoteNumberOf, talkTimeOf } from '../../model/leg-side.ts';
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
  const parties = partiesOf(call, leg, side);
  const caller = party(parties.caller);
  const called = party(parties.called);
  const isHangup = name === 'hangup';
  return {
    event: name,
    side,
    callId: call.id,
    legDigits: digits(side.sentOn ? `${leg.id} of ${side.extension}` : leg.id),
    caller,
    callerName: parties.caller.name,
    called,
    did: call.did,
    callerExtension: side.flow === 'out' ? own : extensionIn(caller),
    calledExtension: extensionIn(called),
    status: name === 'dial-in' || name === 'dial-out' ? 'CALLING' : isHangup ? hangupStatus(leg) : 'ANSWER',
    eventTime: Date.parse(event.time) * 1_000,
    duration: isHangup ? talkTimeOf(leg) * 1_000 : null,
    recordingId: isHangup ? textIn(data, 'recordingId') : null,
    transferred: side.flow === 'out' && data['transferred'] === true,
    bridged: isHangup && side.machine ? data['bridged'] === true : null,
    remoteNumber: name === 'dial-in' ? remoteNumberOf(call, data) : null,
    callBackId: callBackOf(call),
    forwardedFrom: orNull(textIn(data, 'forwardedFrom'), ref),
  };
}

export const extensionIn = (one: Party | ExtensionRef): ExtensionRef | null => ('domain' in one ? one : null);

const orNull = <In, Out>(value: In | null, of: (value: In) => Out): Out | null => (value === null ? null : of(value));

const textIn = (data: Event['data'], name: string): string | null => {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

/** 32 hexadecimal digits, the same for the same text. */
export const digits = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
