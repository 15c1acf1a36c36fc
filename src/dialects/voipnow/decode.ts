/**
 * A post of VoipNow, Ringme or Telphin, read (developer guide, Call Events; integration guide, events of extensions). VoipNow
 * does not say which leg it is of: the call's at that extension.
 */
import type { LegReport, ReportedParty } from '../../model/report.ts';
import type { DecodeContext, Decoded, IncomingRequest, RecordedExtension } from '../decode.ts';
import { readParameters } from '../read-parameters.ts';
import { isOther, otherReport } from './decode-other.ts';
import { type Found, problem } from './found.ts';
import { Reading } from './reading.ts';
import { flowOf, saysEvent, toldEvent } from './told-event.ts';

export function decodePost(request: IncomingRequest, context: DecodeContext): Decoded {
  const read = readParameters(request);
  if (read === null)
    return problem('body', 'is not the JSON object it says it is', 'Send a form, a query or an object.');
  const reading = new Reading(read.values, context);
  const name = toldEvent(reading, context, isEvent);
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

const isEvent = (name: string): boolean => legStages.has(name) || isOther(name);

const longestId = 128;

function legReport(reading: Reading, context: DecodeContext, name: string, stage: LegReport['stage']): Found {
  const callId = reading.text('CallID');
  if (callId === null) return withoutCall(reading, context);
  if (context.event === null && !saysSomething(reading)) return withoutEvent;
  const subCallId = reading.text('SubCallID');
  for (const [field, id] of Object.entries({ CallID: callId, SubCallID: subCallId ?? '' })) {
    if (id.length <= longestId) continue;
    return problem(field, `is longer than ${longestId} characters`, 'No phone system makes such ids.');
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
      namesLeg: subCallId !== null,
      extension,
      machine,
      flow,
      caller: callerOf(reading),
      called: reading.party('CalledNumber', null, 'CalledExtension'),
      did: reading.text('CalledDID'),
      atUs: reading.time('EventTime'),
      status: stage === 'hangup' ? reading.status() : null,
      talkUs: stage === 'hangup' ? reading.microseconds('Duration') : null,
      recordingId: stage === 'hangup' ? reading.recordingId('RecID') : null,
      transferred: reading.isYes('Transfered'),
      inside: reading.isYes('Transfered') && isId(reading, 'CalledExtensionID') && isId(reading, 'CallerExtensionID'),
      bridged,
      remoteNumber: name === 'dial-in' ? reading.text('RemoteNumber') : null,
      callBackId: reading.text('CallBackID'),
    },
  };
}

const withoutEvent = problem('EventType', 'is missing', 'Send it, or use a token for one event.');

/** A status that nobody knows is one of a hang-up, by all that is documented; none at all is no word of any event. */
const saysSomething = (reading: Reading): boolean => saysEvent(reading) || reading.text('CallStatus') !== null;

function withoutCall(reading: Reading, { event }: DecodeContext): Found {
  if (event === null && !saysEvent(reading)) {
    return withoutEvent;
  }
  return problem('CallID', 'is missing', 'Every event of a call has it.');
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
