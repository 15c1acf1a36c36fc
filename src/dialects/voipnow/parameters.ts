/** The parameters of a call, in the order of the vendor's documents. What has no value is left out. */
import type { Party } from '../../model/call.ts';
import { type CallFacts, digits } from './call-facts.ts';
import type { RingmeOptions, VoipnowOptions } from './catalog.ts';
import { type ExtensionForm, type ExtensionRef, type NumberForm, numberOf, written } from './extension-words.ts';

export type Parameters = readonly (readonly [name: string, value: string | number | null])[];

/** What the two presets differ in. */
const presets = {
  callapi: { callerName: 'CallerIDNam', hangupStatus: 'two', extensions: 'joined', callApiId: false },
  unified: { callerName: 'CallerIDName', hangupStatus: 'six', extensions: 'star', callApiId: true },
} as const satisfies Record<string, Omit<VoipnowOptions, 'preset' | 'event' | 'numbers'>>;

const whoever = (one: Party | ExtensionRef, form: ExtensionForm, numbers: NumberForm): string | null =>
  'domain' in one ? written(one, form) : numberOf(one, numbers);

/** VoipNow: CallAPI Events article, Default Request Parameters; developer guide, Call Events. */
export function voipnowParameters(facts: CallFacts, options: VoipnowOptions): Parameters {
  const { callerName, hangupStatus, extensions, callApiId } = { ...presets[options.preset ?? 'callapi'], ...options };
  const numbers = options.numbers ?? 'e164';
  const extension = (ref: ExtensionRef | null): string | null => ref && written(ref, extensions);
  const isHangup = facts.event === 'hangup';
  const status = isHangup && hangupStatus === 'two' && facts.status !== 'ANSWER' ? 'UNKNOWN' : facts.status;
  return [
    ['CallID', facts.callId],
    ['CallerIDNum', whoever(facts.caller, extensions, numbers)],
    [callerName, facts.callerName],
    ['CalledDID', facts.did],
    ['CalledExtension', extension(facts.calledExtension)],
    ['CallStatus', status],
    ['CallFlow', facts.side.flow.toUpperCase()],
    ['CallerExtension', extension(facts.callerExtension)],
    ['CalledNumber', whoever(facts.called, extensions, numbers)],
    ['CallAPIID', callApiId ? facts.callId : null],
  ];
}

/** Ringme: integration guide; events of an extension, EventData. Identifiers are as long as the vendor's own. */
export function ringmeParameters(facts: CallFacts, options: RingmeOptions): Parameters {
  const numbers = options.numbers ?? 'e164';
  const { side, calledExtension, callerExtension, forwardedFrom } = facts;
  const own = side.flow === 'out' ? callerExtension : calledExtension;
  return [
    ['EventType', facts.event.startsWith('answer') ? 'answer' : facts.event],
    ['CallID', digits(facts.callId)],
    ['SubCallID', `${own?.id ?? side.extension}-${facts.legDigits}`],
    ['CallAPIID', facts.callId],
    ['CallerIDNum', whoever(facts.caller, 'star', numbers)],
    ['CallerIDName', facts.callerName],
    ['CalledNumber', whoever(facts.called, 'star', numbers)],
    ['CalledDID', facts.did],
    ['CallerExtension', callerExtension && atDomain(callerExtension)],
    ['CalledExtension', calledExtension && atDomain(calledExtension)],
    ['CallerExtensionID', callerExtension?.id ?? null],
    ['CalledExtensionID', calledExtension?.id ?? null],
    ['CallStatus', facts.status],
    ['CallFlow', side.flow],
    ['EventTime', facts.eventTime],
    ['Duration', facts.duration],
    ['RecID', facts.recordingId],
    ['Transfered', facts.transferred ? 'yes' : null],
    ['Bridged', bridged(facts)],
    ['RemoteNumber', facts.remoteNumber],
    ['CallBackID', facts.callBackId],
    ['Diversion', forwardedFrom && `<sip:${written(forwardedFrom, 'star')}@${forwardedFrom.domain}>`],
  ];
}

const bridged = ({ bridged: isBridged }: CallFacts): string | null =>
  isBridged === null ? null : isBridged ? 'yes' : 'no';

const atDomain = (ref: ExtensionRef): string => `${written(ref, 'star')}@${ref.domain}`;
