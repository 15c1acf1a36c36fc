/**
 * Fields that an erasure leaves as they are. Lists and not the schemas themselves, since the storage threads need them
 * and should not load the schemas; a test holds the two together.
 */
import type { Kept } from './erase-value.ts';

/** Of a call, its legs and what lies in them: ids, extensions, times and counts. */
const inCall: ReadonlySet<string> = new Set([
  ...['id', 'relatedCallIds', 'extension', 'onBehalfOf', 'cause', 'talkMs', 'durationMs'],
  ...['startedAt', 'ringingAt', 'answeredAt', 'endedAt', 'at'],
  ...['transferredBy', 'recordingId', 'callBackId', 'talkUs'],
]);
export const keptInCall: Kept = (name) => inCall.has(name);

/** Other things hang on these. Who somebody is to a source (`customerId`, `contactId`, `callerId`) is none. */
const idsInData = [
  ...['messageId', 'messageSessionId', 'lastMessageId', 'chatId', 'chargeId', 'legId', 'recordingId', 'voicemailId'],
  ...['transferId', 'conferenceId', 'consultationCallId', 'mergedInto', 'campaignId', 'listId'],
  ...['eventId', 'objectId', 'actorId', 'requestId', 'callBackId'],
];

export const timesInData = ['conferenceStartedAt', 'startedAt', 'lastMessageAt', 'nextAttemptAt', 'since'];

/** Amounts of money are texts. */
const amountsInData = ['amount', 'ratePerMinute'];

export const countsInData: ReadonlySet<string> = new Set([
  ...['attempt', 'attempts', 'billedSeconds', 'cancelled', 'downMs', 'durationMs', 'endpoint', 'eventSeq'],
  ...[
    'itemNumber',
    'lastStatus',
    'maxAttempts',
    'more',
    'mostParticipants',
    'newCount',
    'oldCount',
    'parkedMs',
    'participants',
  ],
  ...[
    'position',
    'ringMs',
    'sipStatus',
    'sizeBytes',
    'stayedMs',
    'subscription',
    'talkUs',
    'timeoutMs',
    'unread',
    'waitMs',
  ],
  ...['waiting'],
]);

const inData: ReadonlySet<string> = new Set([...idsInData, ...timesInData, ...amountsInData]);

export const keptWithinData: Kept = (name, value) => typeof value === 'number' && countsInData.has(name);
/** Of `data` itself; what lies in it is a source's own but for counts. */
export const keptInData: Kept = (name, value) =>
  (typeof value === 'string' && inData.has(name)) || keptWithinData(name, value);
