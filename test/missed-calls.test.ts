/**
 * The rule that the guide gives to a CRM (docs/guides/how-offhook-sees-a-call/README.md, "Rules for three readers"), held
 * against what a real Asterisk said of each kind of call: who of those whose phone rang has missed it, which queue, and whom
 * to call back.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewEvent } from '../src/model/event.ts';
import { replay } from './support/ami-replay.ts';
import { recorded, recordingNames } from './support/recordings.ts';

/** A user's phone rang, and they have missed a call. */
const isMissed = ({ type, leg, data }: NewEvent): boolean =>
  type === 'leg.ended' &&
  leg?.role === 'callee' &&
  (leg.outcome === 'no_answer' || (leg.outcome === 'cancelled' && data['queue'] === undefined));

/** A queue has lost a caller. */
const isLost = ({ type, data }: NewEvent): boolean =>
  type === 'queue.left' && data['reason'] !== 'answered' && data['reason'] !== 'key';

/** Nobody took a call that came in: somebody is to be called back. */
const isToCallBack = ({ type, call, data }: NewEvent): boolean =>
  type === 'call.closed' &&
  call?.direction === 'inbound' &&
  data['mergedInto'] === undefined &&
  ['no_answer', 'cancelled', 'abandoned', 'busy'].includes(call.outcome ?? '');

const expected: Readonly<Record<string, readonly string[]>> = {
  'attended-keys-ringing-unanswered': ['944 missed it'],
  'attended-keys-unanswered': ['165 missed it'],
  'attended-refer-to-queue': ['q205 lost the caller: abandoned'],
  'blind-refer-cancelled': ['129 missed it'],
  'blind-refer-unanswered': ['127 missed it'],
  cancelled: ['108 missed it', 'call back'],
  'no-answer': ['107 missed it', 'call back'],
  'queue-abandoned': ['q207 lost the caller: abandoned', 'call back'],
  // At the mailbox, whose message is what is to be seen to.
  'queue-agent-logged-out': ['q222 lost the caller: empty', '952 missed it'],
  'queue-agents-paused': ['951 missed it', 'q221 lost the caller: empty'],
  'queue-empty': ['call back'],
  // The one who was turned away talked to somebody else.
  'queue-full': ['q223 lost the caller: abandoned', 'call back'],
  'queue-key': ['call back'],
  'queue-rrmemory': ['154 missed it', '155 missed it'],
  'queue-timed-out': ['162 missed it', 'q241 lost the caller: timeout', 'call back'],
  'queue-withdrawn': ['954 missed it', 'q224 lost the caller: withdrawn', 'call back'],
};

function verdictOf(events: readonly NewEvent[]): string[] {
  return events.flatMap((event) => {
    if (isMissed(event)) return [`${event.extension ?? 'outside'} missed it`];
    if (isLost(event)) return [`${String(event.data['queue'])} lost the caller: ${String(event.data['reason'])}`];
    return isToCallBack(event) ? ['call back'] : [];
  });
}

for (const name of recordingNames) {
  test(`${name}: who missed it, and whether to call back`, () => {
    assert.deepEqual(verdictOf(replay(recorded(name))), expected[name] ?? []);
  });
}

test('each verdict is of a recording', () => {
  for (const name of Object.keys(expected)) assert.ok(recordingNames.includes(name), name);
});
