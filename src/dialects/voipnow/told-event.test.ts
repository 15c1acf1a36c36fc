/** A post and the token it came with may say two events: the post is believed, and the contradiction is counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decoded } from '../decode.ts';
import { decodePost } from './decode.ts';

type Fields = Readonly<Record<string, string>>;
const call: Fields = { CallID: 'c1', CallerIDNum: '+12157010680', CalledNumber: '0003*101' };

function post(event: string | null, fields: Fields, type: 'phone' | 'queue' = 'phone'): Decoded {
  const body = Buffer.from(new URLSearchParams({ ...call, ...fields }).toString());
  const request = { query: '', contentType: 'application/x-www-form-urlencoded', body };
  const recorded = () => ({ type, prefix: '0003' });
  return decodePost(request, { extension: '101', event, recorded, receivedAt: Date.parse('2026-11-21T10:00:00Z') });
}

/** What it was taken for, and what was counted. */
function takenAs(decoded: Decoded): string {
  assert.ok('doubts' in decoded, JSON.stringify(decoded));
  const doubts = decoded.doubts.map(({ kind, field }) => ` ${kind} ${field}`).join('');
  if ('ignored' in decoded) return `ignored${doubts}`;
  const { report } = decoded;
  return `${report.kind === 'leg' ? `${report.stage} ${report.flow} ${report.status}` : report.kind}${doubts}`;
}

test('what a post names itself counts, whatever its token was made for', () => {
  const said = (event: string, fields: Fields) => takenAs(post(event, fields));
  assert.equal(said('hangup', { event_type: 'message-in', text: 'Hi' }), 'message other_event event_type');
  assert.equal(said('hangup', { EventType: 'dial-in' }), 'dial in null other_event EventType');
  const twice = said('hangup', { EventType: 'dial-in', CallFlow: 'OUT' });
  assert.equal(twice, 'dial out null other_event EventType', 'a post is counted once');
  assert.equal(said('dial-in', { EventType: 'hangup', CallStatus: 'BUSY' }), 'hangup in busy other_event EventType');
  assert.equal(
    said('agent-login', { EventType: 'Hangup', CallStatus: 'ANSWER' }).startsWith('hangup in answered'),
    true,
  );
  assert.equal(
    said('message-out', { event_type: 'message-out-status', status: 'sent' }),
    'message other_event event_type',
  );
});

test('names of the same event are no contradiction, and an event there is none of is one doubt', () => {
  for (const event of ['answer', 'answer-incoming', 'answer-outgoing']) {
    const CallFlow = event === 'answer-outgoing' ? 'out' : 'in';
    assert.equal(takenAs(post(event, { EventType: 'answer', CallFlow })), `answer ${CallFlow} null`);
  }
  const presence = { event_type: 'call-status-change', new_status_id: '3' };
  assert.equal(takenAs(post('extension-call-status', presence)), 'presence');
  assert.equal(takenAs(post('hangup', { EventType: 'dial-sideways' })), 'ignored unknown_event EventType');
});

test('of posts that name none, the status tells where the token can’t be right', () => {
  const expected: readonly (readonly [string | null, Fields, string])[] = [
    ['hangup', { CallStatus: 'CALLING' }, 'dial in null other_event CallStatus'],
    ['hangup', { CallStatus: 'calling', CallFlow: 'OUT' }, 'dial out null other_event CallStatus'],
    ['hangup', { CallStatus: 'ANSWER' }, 'hangup in answered'],
    ['hangup', { CallStatus: 'MELTED' }, 'hangup in no_answer unknown_value CallStatus'],
    ['dial-in', { CallStatus: 'BUSY' }, 'hangup in busy other_event CallStatus'],
    ['dial-in', { CallStatus: 'UNKNOWN' }, 'hangup in no_answer other_event CallStatus'],
    ['dial-out', { CallStatus: 'ANSWER', CallFlow: 'OUT' }, 'hangup out answered other_event CallStatus'],
    ['dial-in', { CallStatus: 'CALLING' }, 'dial in null'],
    ['dial-in', {}, 'dial in null'],
    ['dial-in', { CallStatus: 'MELTED' }, 'dial in null'],
    ['answer-incoming', { CallStatus: 'CANCEL' }, 'hangup in cancelled other_event CallStatus'],
    ['answer-incoming', { CallStatus: 'ANSWER' }, 'answer in null'],
    ['answer-incoming', { CallStatus: 'CALLING' }, 'answer in null'],
    ['answer-outgoing', { CallStatus: '' }, 'answer out null'],
    ['agent-login', { CallStatus: 'NOANSWER' }, 'hangup in no_answer other_event CallStatus'],
    ['voicemail', { CallStatus: 'NOANSWER' }, 'voicemail'],
    [null, { CallStatus: 'CALLING', CallFlow: 'OUT' }, 'dial out null'],
  ];
  for (const [event, fields, what] of expected) {
    assert.equal(takenAs(post(event, fields)), what, `${event} ${JSON.stringify(fields)}`);
  }
});

test('the flow of a call is as the post says, and another than the token’s is counted', () => {
  assert.equal(
    takenAs(post('dial-in', { CallStatus: 'CALLING', CallFlow: 'OUT' })),
    'dial out null other_event CallFlow',
  );
  assert.equal(
    takenAs(post('answer-outgoing', { CallStatus: 'ANSWER', CallFlow: 'IN' })),
    'answer in null other_event CallFlow',
  );
});

test('a queue that is only called has not hung up', () => {
  assert.equal(takenAs(post('hangup', { CallStatus: 'CALLING' }, 'queue')), 'ignored other_event CallStatus');
  assert.equal(takenAs(post('hangup', { CallStatus: 'ANSWER' }, 'queue')), 'hangup in answered');
});
