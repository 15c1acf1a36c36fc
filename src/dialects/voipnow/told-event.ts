/**
 * Which event a post is of. What it says itself counts: `EventType`, which Ringme and Telphin always send. VoipNow's posts say
 * none, and then it is the event that the token was made for; of a token for all of them, what the status means.
 *
 * A post may contradict its token: somebody changed the event there and left the address, or entered one address for
 * several. Then the post is believed, since it tells of what happened and the token only of what was meant to be sent
 * there; taken for what the token says, a phone that rings would have hung up. It is about the token's extension all the
 * same. Each is counted (`other_event`), and its sender is told.
 */
import type { DecodeContext } from '../decode.ts';
import type { Reading } from './reading.ts';

/** Of a hang-up, whoever sends it; `UNKNOWN` is VoipNow's word for all that was not answered. */
const unanswered = new Set(['BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'CHANUNAVAIL', 'UNKNOWN']);
const isEnd = (status: string): boolean => status === 'ANSWER' || unanswered.has(status);

/** Names of the same event. */
const sameEvents: readonly (readonly string[])[] = [
  ['answer', 'answer-incoming', 'answer-outgoing'],
  ['extension-call-status', 'call-status-change'],
];

const flows: ReadonlyMap<string, 'in' | 'out'> = new Map([
  ['dial-in', 'in'],
  ['answer-incoming', 'in'],
  ['dial-out', 'out'],
  ['answer-outgoing', 'out'],
]);

const nameIn = (reading: Reading): string | undefined =>
  ['EventType', 'event_type', 'EventName'].find((name) => reading.text(name) !== null);

/** Whether it says by itself which event of a call it is of. */
export const saysEvent = (reading: Reading): boolean =>
  nameIn(reading) !== undefined || statusOf(reading) === 'CALLING' || isEnd(statusOf(reading));

/** The event's name, in small letters. */
export function toldEvent(
  reading: Reading,
  { event }: Pick<DecodeContext, 'event'>,
  isEvent: (name: string) => boolean,
) {
  const field = nameIn(reading);
  if (field !== undefined) {
    const told = (reading.text(field) as string).toLowerCase();
    if (event !== null && isEvent(told) && !isSame(told, event)) reading.otherEvent(field);
    return told;
  }
  if (event === null) return byStatus(reading);
  if (!isOtherStatus(event, statusOf(reading))) return event;
  reading.otherEvent('CallStatus');
  return byStatus(reading);
}

const isSame = (one: string, other: string): boolean =>
  one === other || sameEvents.some((names) => names.includes(one) && names.includes(other));

const statusOf = (reading: Reading): string => reading.text('CallStatus')?.toUpperCase() ?? '';

/** Whether no post of the event has this status. Which one VoipNow's answers have is not said in public. */
function isOtherStatus(event: string, status: string): boolean {
  switch (event) {
    case 'dial-in':
    case 'dial-out':
      return isEnd(status);
    case 'answer':
    case 'answer-incoming':
    case 'answer-outgoing':
      return unanswered.has(status);
    case 'hangup':
      return status === 'CALLING';
    case 'voicemail':
      return false;
    default:
      return status === 'CALLING' || isEnd(status);
  }
}

function byStatus(reading: Reading): string {
  if (statusOf(reading) !== 'CALLING') return 'hangup';
  return flowOf(reading, '') === 'out' ? 'dial-out' : 'dial-in';
}

/** Which way the call goes, seen from the extension. */
export function flowOf(reading: Reading, event: string): 'in' | 'out' {
  const told = reading.text('CallFlow')?.toLowerCase();
  const meant = flows.get(event);
  if (told === 'in' || told === 'out') {
    if (meant !== undefined && meant !== told) reading.otherEvent('CallFlow');
    return told;
  }
  if (told !== undefined) reading.doubt('unknown_value', 'CallFlow');
  if (meant !== undefined) return meant;
  return reading.text('CalledExtension') === null && reading.text('CallerExtension') !== null ? 'out' : 'in';
}
