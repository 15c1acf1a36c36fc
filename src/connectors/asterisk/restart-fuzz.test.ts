/** The recordings with Offhook restarted in their midst; ten thousand such stories are in test/real. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packetsOf, seeded } from '../../../test/support/recording-fuzz.ts';
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
