/**
 * A post of VoipNow, Ringme or Telphin, read (developer guide, Call Events; integration guide, events of extensions). VoipNow
 * says neither which event it is nor which leg: the token it came with does, or else its status; and the leg is the
 * call's at that extension.
 */
import type { LegReport, ReportedParty } from '../../model/report.ts';
import type { DecodeContext, Decoded, IncomingRequest, RecordedExtension } from '../decode.ts';
import { readParameters } from '../read-parameters.ts';
import { otherReport } from './decode-other.ts';
import { type Found, problem } from './found.ts';
import { Reading } from './reading.ts';

export function decodePost(request: IncomingRequest, context: DecodeContext): Decoded {
  const read = readParameters(request);
  if (read === null)
    return problem('body', 'is not the JSON object it says it is', 'Send a form, a query or an object.');
  const reading = new Reading(read.values, context);
  const name = eventOf(reading, context);
  const stage = legStages.get(name);
  const found = stage ? legReport(reading, context, name, stage) : otherReport(reading, context, name);
  if ('problem' in found) return found;
  return { ...found, doubts: [...read.doubts, ...reading.doubts] };
}

const legStages: ReadonlyMap<string, LegReport['stage']> = new Map([
  ['dial-in', 'dial'],
  ['dial-out', 'dial'],
  ['answer', 'answer'],
  ['answer-incoming', 'answer'],
  ['answer-outgoing', 'answer'],
  ['hangup', 'hangup'],
]);

/** Of those that name themselves, what they say; of VoipNow's, what the token is for, or what the status means. */
function eventOf(reading: Reading, { event }: DecodeContext): string {
  const named = reading.text('EventType') ?? reading.text('event_type') ?? reading.text('EventName');
  if (named !== null) return named.toLowerCase();
  if (event !== null) return event;
  const status = reading.text('CallStatus')?.toUpperCase();
  if (status !== 'CALLING') return 'hangup';
  return flowOf(reading, '') === 'out' ? 'dial-out' : 'dial-in';
}

function flowOf(reading: Reading, name: string): 'in' | 'out' {
  const told = reading.text('CallFlow')?.toLowerCase();
  if (told === 'in' || told === 'out') return told;
  if (told !== undefined) reading.doubt('unknown_value', 'CallFlow');
  if (name === 'dial-out' || name === 'answer-outgoing') return 'out';
  if (name === 'dial-in' || name === 'answer-incoming') return 'in';
  return reading.text('CalledExtension') === null && reading.text('CallerExtension') !== null ? 'out' : 'in';
}

const longestId = 128;

function legReport(reading: Reading, context: DecodeContext, name: string, stage: LegReport['stage']): Found {
  const callId = reading.text('CallID');
  if (callId === null) return problem('CallID', 'is missing', 'Every event of a call has it.');
  const subCallId = reading.text('SubCallID');
  if (callId.length > longestId || (subCallId?.length ?? 0) > longestId) {
    return problem('CallID', `is longer than ${longestId} characters`, 'No phone system makes such ids.');
  }
  const flow = flowOf(reading, name);
  const extension = context.extension ?? reading.extension(flow === 'out' ? 'CallerExtension' : 'CalledExtension');
  if (extension === null) {
    return problem('CalledExtension', 'does not say which extension it is about', 'Use a token for one extension.');
  }
  const bridged = bridgedOf(reading);
  const machine = machineOf(context.recorded(extension)?.type ?? null, bridged);
  if (machine !== null && stage !== 'hangup') return { ignored: 'of a queue or a menu only the end counts' };
  return {
    report: {
      kind: 'leg',
      stage,
      callId,
      // An extension's own, whatever it says of others. Who is called and sends the call on to the outside has two.
      legId: `${extension}/${subCallId ?? `${callId}${flow === 'out' ? '/out' : ''}`}`,
      extension,
      machine,
      flow,
      caller: callerOf(reading),
      called: reading.party('CalledNumber', null, 'CalledExtension'),
      did: reading.text('CalledDID'),
      atUs: reading.time('EventTime'),
      status: stage === 'hangup' ? reading.status() : null,
      talkUs: stage === 'hangup' ? reading.microseconds('Duration') : null,
      recordingId: stage === 'hangup' ? reading.text('RecID') : null,
      transferred: reading.isYes('Transfered'),
      inside: reading.isYes('Transfered') && isId(reading, 'CalledExtensionID') && isId(reading, 'CallerExtensionID'),
      bridged,
      remoteNumber: name === 'dial-in' ? reading.text('RemoteNumber') : null,
      callBackId: reading.text('CallBackID'),
    },
  };
}

const isId = (reading: Reading, name: string): boolean => /^[0-9]+$/.test(reading.text(name) ?? '');

/** What is recorded of the extension counts; only of one that is not is believed that it is a menu. */
function machineOf(type: RecordedExtension['type'] | null, bridged: boolean | null): LegReport['machine'] {
  if (type === 'queue' || type === 'ivr') return type;
  return type === null && bridged !== null ? 'ivr' : null;
}

const callerOf = (reading: Reading): ReportedParty => reading.party('CallerIDNum', 'CallerIDName', 'CallerExtension');

function bridgedOf(reading: Reading): boolean | null {
  const told = reading.text('Bridged')?.toLowerCase();
  if (told === undefined) return null;
  if (told === 'yes' || told === 'no') return told === 'yes';
  reading.doubt('unknown_value', 'Bridged');
  return null;
}
