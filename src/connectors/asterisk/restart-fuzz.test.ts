/** The recordings with Offhook restarted in their midst; ten thousand such stories are in test/real. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { NewEvent } from '../../model/event.ts';
import { eventsOf as hearingOf, packetsOf, seeded } from '../../../test/support/recording-fuzz.ts';
import { recorded } from '../../../test/support/recordings.ts';
import {
  checkRestarts,
  eventsOf,
  type RestartStory,
  checkSameTalk,
  killedBeforeKept,
  restartOften,
  restartOnce,
} from '../../../test/support/restart-fuzz.ts';

const runs = seeded(500);
const story = (name: string, place: number): RestartStory => ({
  names: [name],
  shiftMs: 0,
  places: [place],
  unkept: 0,
});
/** Before the last event of that kind. */
const placeOf = (name: string, event: string): number =>
  recorded(name).findLastIndex((packet) => packet.event === event);

test('a restart while somebody is about to pick up a call for another: who did is named all the same', async () => {
  for (const name of ['pickup-directed', 'pickup-group']) await checkSameTalk(story(name, placeOf(name, 'Pickup')));
});

test('a restart in the midst of a meeting: its end is the same event, with the same id and length', async () => {
  const endOf = async (told: RestartStory): Promise<unknown> =>
    (await eventsOf(told))
      .filter(({ type }) => type === 'conference.ended')
      .map(({ id, time, data }) => ({ id, time, durationMs: data['durationMs'] }));
  const unbroken = await endOf({ ...story('conference', 0), places: [] });
  const whileAllMeet = placeOf('conference', 'ConfbridgeJoin') + 1;
  const afterTheFirstLeft = placeOf('conference', 'ConfbridgeLeave');
  for (const place of [whileAllMeet, afterTheFirstLeft]) {
    assert.deepEqual(await endOf(story('conference', place)), unbroken);
  }
});

const menuOf = (events: readonly NewEvent[]) =>
  events.flatMap(({ type, leg, data }) =>
    leg?.role === 'ivr' && type.startsWith('leg.')
      ? [{ type, id: leg.id, extension: leg.extension, outcome: leg.outcome, endedAt: leg.endedAt, data }]
      : [],
  );

test('a restart while the caller is in a menu: it is the same leg, also where the caller has left it meanwhile', async () => {
  for (const name of ['menu-then-agent', 'menu-then-queue']) {
    const unbroken = menuOf(await eventsOf({ ...story(name, 0), places: [] }));
    assert.deepEqual(
      unbroken.map(({ type, extension }) => [type, extension]),
      [
        ['leg.ended', '621'],
        ['leg.closed', '621'],
      ],
    );
    const pressed = recorded(name).findIndex((packet) => /^[12]$/.test(packet.get('Exten') ?? ''));
    assert.ok(pressed > 0);
    assert.deepEqual(menuOf(await eventsOf(story(name, pressed))), unbroken);
    const rung = recorded(name).findIndex((packet) => packet.event === 'DialState') + 1;
    const broken = { what: 'offhook', from: pressed, count: rung - pressed } as const;
    const [ended, closed] = menuOf(await hearingOf({ names: [name], shiftMs: 0, faults: [], broken }));
    const whatIsKnown = { endedAt: ended?.endedAt, data: { estimated: true } };
    assert.deepEqual(ended, { ...unbroken[0], ...whatIsKnown });
    assert.deepEqual(closed, { ...unbroken[1], endedAt: ended?.endedAt });
  }
});

test('a caller who leaves a menu while the connection is cut has left it, and not for the end of the call', async () => {
  const from = recorded('menu-then-agent').findIndex((packet) => packet.get('Exten') === '1');
  const rung = recorded('menu-then-agent').findIndex((packet) => packet.event === 'DialState') + 1;
  const events = await hearingOf({
    ...{ names: ['menu-then-agent'], shiftMs: 0, faults: [] },
    broken: { what: 'connection', from, count: rung - from },
  });
  const [ended] = menuOf(events);
  assert.deepEqual([ended?.extension, ended?.outcome, ended?.data], ['621', 'forwarded', { estimated: true }]);
  assert.ok(
    events.findIndex(({ leg }) => leg?.role === 'ivr') < events.findIndex(({ type }) => type === 'call.answered'),
  );
});

test('a restart while a call talks that a phone sent on before it was answered: who sent it on is still told', async () => {
  const ofLeg = (events: readonly NewEvent[]): unknown =>
    events.find(({ type, leg }) => type === 'leg.ended' && leg?.extension === '170')?.data;
  const unbroken = ofLeg(await eventsOf({ ...story('forward-302', 0), places: [] }));
  assert.deepEqual(unbroken, { transferred: true, transferredBy: '169' });
  const answered = recorded('forward-302').findLastIndex((packet) => packet.event === 'BridgeEnter') + 1;
  assert.deepEqual(ofLeg(await eventsOf(story('forward-302', answered))), unbroken);
});

test('a restart while a call is parked: the leg of who parked it ends as transferred', async () => {
  const parked = placeOf('park-retrieved', 'ParkedCall') + 1;
  const events = await eventsOf(story('park-retrieved', parked));
  const ended = events.find(({ type, leg }) => type === 'leg.ended' && leg?.extension === '142');
  assert.equal(ended?.leg?.outcome, 'transferred');
});

test('given back to its parker, or fetched, while nobody listened: told as that, and as found', async () => {
  const ends = async (name: string, what: 'offhook' | 'connection') => {
    const from = placeOf(name, 'ParkedCall') + 1;
    const count = placeOf(name, 'HangupRequest') - from;
    const events = await hearingOf({ names: [name], shiftMs: 0, faults: [], broken: { what, from, count } });
    return events.flatMap(({ type, data }) =>
      type.startsWith('park.') && type !== 'park.parked' ? [{ type, data }] : [],
    );
  };
  for (const what of ['offhook', 'connection'] as const) {
    const [given, ...more] = await ends('park-timed-out', what);
    assert.deepEqual([given?.type, more], ['park.timed_out', []], what);
    const { returnedTo, parkedMs, estimated } = given?.data ?? {};
    assert.deepEqual({ returnedTo, parkedMs, estimated }, { returnedTo: '144', parkedMs: 6_000, estimated: true });
    const [fetched, ...others] = await ends('park-retrieved', what);
    assert.deepEqual([fetched?.type, others], ['park.retrieved', []], what);
    assert.deepEqual([fetched?.data['retrievedBy'], fetched?.data['estimated']], ['143', true]);
  }
});

test('a restart while a call is recorded: how long the recording is stays open, and is not said too short', async () => {
  const answered = recorded('recorded-then-transferred').findIndex((packet) => packet.event === 'BridgeEnter') + 2;
  const lengths = async (told: RestartStory) =>
    (await eventsOf(told)).flatMap(({ type, data }) =>
      type === 'recording.ready' ? [[data['recordingId'], data['durationMs']]] : [],
    );
  const unbroken = await lengths({ ...story('recorded-then-transferred', 0), places: [] });
  assert.deepEqual(
    await lengths(story('recorded-then-transferred', answered)),
    unbroken.map(([id]) => [id, null]),
  );
  assert.equal(unbroken.length, 1);
  assert.equal(typeof unbroken[0]?.[1], 'number');
});

test('a restart between two counts of a mailbox: the message that was told is not told again', async () => {
  const names = ['voicemail', 'voicemail'];
  const counted = packetsOf(names, 0).findLastIndex((packet) => packet.event === 'MessageWaiting');
  const told = { names, shiftMs: 0, places: [counted], unkept: 0 };
  await checkRestarts(told);
  assert.equal((await eventsOf(told)).filter(({ type }) => type === 'voicemail.left').length, 1);
});

test('a restart anywhere: every rule holds, and who talked is told as if there had been none', () =>
  fc.assert(fc.asyncProperty(restartOnce, checkSameTalk), runs));

test('several restarts during a call: every rule holds', () =>
  fc.assert(fc.asyncProperty(restartOften, checkRestarts), runs));

test('killed before the last of what it told was in the log: every rule holds', () =>
  fc.assert(fc.asyncProperty(killedBeforeKept, checkRestarts), runs));
