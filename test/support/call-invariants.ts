/** What must hold of every stream of call events, whatever the signals were. Fails with the rule that was broken. */
import assert from 'node:assert/strict';
import type { Call, Leg } from '../../src/model/call.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { createEventChecker } from '../../src/model/event-schema.ts';
import { checkPairs, type OpenPairs } from './paired-events.ts';

const isValid = createEventChecker();

interface CallAccount {
  startedAt: string;
  lastTime: string;
  ended: number;
  closed: number;
  answered: number;
  recordings: number;
}

interface LegAccount {
  callId: string;
  /** A queue or a menu: it neither rings nor is answered. */
  readonly isMachine: boolean;
  readonly told: string[];
}

export interface Accounts {
  readonly calls: ReadonlyMap<string, CallAccount>;
  readonly legs: ReadonlyMap<string, LegAccount>;
  readonly open: OpenPairs;
}

/** Checks all that must hold at any time; answers the accounts, for what must hold at the end. */
export function checkInvariants(events: readonly NewEvent[]): Accounts {
  const calls = new Map<string, CallAccount>();
  const legs = new Map<string, LegAccount>();
  const mergedInto = new Map<string, string>();
  const ids = new Set<string>();
  for (const event of events) {
    assert.ok(isValid(event), `not valid: ${JSON.stringify(event)}`);
    assert.ok(!ids.has(event.id), `the id of ${event.type} is used twice`);
    ids.add(event.id);
    assert.doesNotMatch(JSON.stringify(event), /Local\//, 'a pipe is shown');
    if (event.call === null) continue;
    checkCall(calls, event, event.call);
    if (typeof event.data.mergedInto === 'string') mergedInto.set(event.call.id, event.data.mergedInto);
    if (event.leg) checkLeg(legs, mergedInto, event, event.leg, event.call);
  }
  const open = checkPairs(events, (callId) => survivorOf(mergedInto, callId));
  return { calls, legs, open };
}

/** Checks what must hold once everything is over. */
export function checkAllOver({ calls, legs, open }: Accounts): void {
  for (const [id, account] of calls) {
    assert.equal(account.ended, 1, `call ${id} ended ${account.ended} times`);
    assert.equal(account.closed, 1, `call ${id} closed ${account.closed} times`);
  }
  for (const [id, { told, isMachine }] of legs) {
    assert.equal(told.filter((type) => type === 'leg.ended').length, 1, `leg ${id}: ${told.join(' ')}`);
    if (isMachine) assert.equal(told.at(-1), 'leg.closed', `leg ${id}: ${told.join(' ')}`);
  }
  assert.deepEqual([...open], [], 'what began has ended');
}

function checkCall(calls: Map<string, CallAccount>, event: NewEvent, call: Call): void {
  const known = calls.get(call.id);
  if (event.type === 'call.started') {
    assert.equal(known, undefined, 'a call starts once');
    const times = { startedAt: call.startedAt, lastTime: event.time };
    calls.set(call.id, { ...times, ended: 0, closed: 0, answered: 0, recordings: 0 });
    return;
  }
  assert.ok(known, `${event.type} before call.started`);
  assert.ok(event.time >= known.lastTime, `${event.type} is told as earlier than what was told before`);
  known.lastTime = event.time;
  checkLife(event, call, known);
  assert.equal(call.startedAt, known.startedAt, 'the start never changes');
  if (call.answeredAt !== null) assert.ok(call.answeredAt >= call.startedAt, 'answered before it started');
}

function checkLife(event: NewEvent, call: Call, known: CallAccount): void {
  assert.equal(known.closed, 0, `${event.type} after call.closed`);
  switch (event.type) {
    case 'call.answered':
      return assert.equal(++known.answered, 1, 'a call is answered once');
    case 'call.ended':
      return checkEnd(call, ++known.ended);
    case 'recording.ready':
      known.recordings++;
      return assert.equal(known.ended, 1, 'a recording is told when its call has ended');
    case 'leg.closed':
      return assert.equal(known.ended, 1, 'a leg is closed when its call has ended');
    case 'call.closed':
      known.closed++;
      return assert.ok(call.recordings.length >= known.recordings, 'a recording is not shown by its call');
    default:
      assert.equal(known.ended, 0, `${event.type} after call.ended`);
  }
}

function checkEnd(call: Call, times: number): void {
  assert.equal(times, 1, 'a call ends once');
  assert.ok(call.outcome !== null && call.endedAt !== null && call.state === 'ended');
  assert.ok(call.endedAt >= (call.answeredAt ?? call.startedAt), 'ended before it was answered');
  assert.ok(call.talkMs <= Date.parse(call.endedAt) - Date.parse(call.startedAt), 'talked longer than it lasted');
  if (call.outcome === 'answered') assert.ok(call.answeredAt !== null, 'answered, but never at any time');
}

function checkLeg(
  legs: Map<string, LegAccount>,
  mergedInto: ReadonlyMap<string, string>,
  event: NewEvent,
  leg: Leg,
  call: Call,
): void {
  const isMachine = leg.role === 'queue' || leg.role === 'ivr';
  const account = legs.get(leg.id) ?? { callId: call.id, isMachine, told: [] };
  legs.set(leg.id, account);
  assert.ok(!/-l[12]$/.test(leg.id), 'a pipe is shown');
  if (account.callId !== call.id) {
    assert.equal(survivorOf(mergedInto, account.callId), call.id, 'a leg changed its call without a merge');
    account.callId = call.id;
  }
  if (!event.type.startsWith('leg.')) return;
  if (isMachine) assert.match(event.type, /^leg\.(ended|closed)$/, 'a queue or a menu only ends');
  checkOrder(event, leg, account);
  account.told.push(event.type);
}

/** The call that a call, or one it was merged into, was merged into last. */
function survivorOf(mergedInto: ReadonlyMap<string, string>, callId: string): string {
  let survivor = callId;
  for (let next = mergedInto.get(survivor); next !== undefined; next = mergedInto.get(survivor)) survivor = next;
  return survivor;
}

function checkOrder(event: NewEvent, leg: Leg, { told, isMachine }: LegAccount): void {
  const context = `${event.type} after ${told.join(' ')}`;
  if (event.type === 'leg.closed') assert.deepEqual(told, isMachine ? ['leg.ended'] : null, context);
  else assert.ok(!told.includes('leg.ended'), context);
  const repeats = event.type === 'leg.held' || event.type === 'leg.resumed';
  if (!repeats) assert.ok(!told.includes(event.type), context);
  if (event.type.startsWith('leg.dial_')) assert.equal(told.length, 0, context);
  if (event.type === 'leg.ringing') assert.ok(!told.includes('leg.answered'), context);
  if (repeats) {
    assert.ok(told.includes('leg.answered') || leg.answeredAt !== null, context);
    const last = told.findLast((type) => type === 'leg.held' || type === 'leg.resumed');
    assert.notEqual(last, event.type, context);
  }
  if (event.type === 'leg.ended') checkLegEnd(leg, isMachine);
}

function checkLegEnd(leg: Leg, isMachine: boolean): void {
  assert.ok(leg.outcome !== null && leg.endedAt !== null && leg.state === 'ended');
  assert.ok((leg.answeredAt ?? leg.startedAt) >= leg.startedAt, 'a leg was answered before it started');
  assert.ok(leg.endedAt >= (leg.answeredAt ?? leg.ringingAt ?? leg.startedAt), 'a leg ended before it was answered');
  if (leg.outcome === 'answered') assert.ok(leg.answeredAt !== null, 'a leg was answered at no time');
  if (!isMachine && leg.answeredAt !== null) assert.match(leg.outcome, /^(answered|transferred)$/);
}
