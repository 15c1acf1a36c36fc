/**
 * Recordings in whose midst Offhook is killed and there again at once. It then knows what its log has and what the PBX shows:
 * nothing may stay live, end twice or be answered twice, and who talked and who did not is as if it had listened throughout.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { NewEvent } from '../../src/model/event.ts';
import { checkAllOver, checkInvariants } from './call-invariants.ts';
import { Observer } from './follow-recording.ts';
import { packetsOf } from './recording-fuzz.ts';
import { beginOf, recordingNames } from './recordings.ts';

/** One recording, or two at once, the second begun `shiftMs` after the first. */
export interface RestartStory {
  readonly names: readonly string[];
  readonly shiftMs: number;
  /** Before which events Offhook is restarted. */
  readonly places: readonly number[];
  /** How many of the last things it told had not reached the log. */
  readonly unkept: number;
}

const story = (parts: Partial<{ [Key in keyof RestartStory]: fc.Arbitrary<RestartStory[Key]> }>) => {
  const name = fc.constantFrom(...recordingNames);
  return fc.record<RestartStory>({
    names: fc.oneof(fc.tuple(name), fc.tuple(name), fc.tuple(name, name)),
    shiftMs: fc.nat({ max: 3_000 }),
    places: fc.tuple(fc.nat()),
    unkept: fc.constant(0),
    ...parts,
  });
};

export const restartOnce = story({});
export const restartOften = story({ places: fc.array(fc.nat(), { minLength: 2, maxLength: 12 }) });
export const killedBeforeKept = story({
  places: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
  unkept: fc.integer({ min: 1, max: 6 }),
});

/** Every rule holds, and nothing is left over. */
export async function checkRestarts(told: RestartStory): Promise<void> {
  const events = await eventsOf(told);
  checkAllOver(checkInvariants(events));
  if (told.unkept === 0) checkMenus(events);
}

/** A call that was shown in a menu has been in one. */
function checkMenus(events: readonly NewEvent[]): void {
  const merged = new Map(events.map(({ call, data }) => [call?.id, data['mergedInto']] as const));
  const lastOf = (id: unknown): unknown =>
    merged.get(id as string) === undefined ? id : lastOf(merged.get(id as string));
  const shown = events.filter(({ call }) => call?.answeredBy?.kind === 'ivr' && call.state === 'answered');
  const left = events.filter(({ type, leg }) => type === 'leg.ended' && leg?.role === 'ivr');
  const known = new Set(left.map(({ call }) => lastOf(call?.id)));
  for (const { call } of shown) assert.ok(known.has(lastOf(call?.id)), `call ${call?.id} has no leg of its menu`);
}

/** … and who talked is as if there had been no restart. */
export async function checkSameTalk(told: RestartStory): Promise<void> {
  const events = await eventsOf(told);
  checkAllOver(checkInvariants(events));
  checkMenus(events);
  assert.deepEqual(talkIn(events), talkIn(await eventsOf({ ...told, places: [] })));
}

/** All that was told, by whichever Offhook listened. */
export async function eventsOf({ names, shiftMs, places, unkept }: RestartStory): Promise<readonly NewEvent[]> {
  const packets = packetsOf(names, shiftMs);
  const restarts = new Set(places.map((place) => place % packets.length));
  const observer = new Observer(beginOf(packets));
  await observer.connect();
  let restartedAt = -Infinity;
  for (const [index, packet] of packets.entries()) {
    // None is there again within the millisecond: what repeats is told apart by when the one before had been told.
    if (restarts.has(index) && observer.pbx.now >= restartedAt + 1) {
      observer.disconnect();
      observer.restart(unkept);
      restartedAt = observer.pbx.now;
      await observer.connect();
    }
    await observer.say(packet);
  }
  await observer.waitForAll();
  assert.deepEqual(observer.liveCalls(), []);
  return observer.events;
}

/** Of each device whether it answered, of each call who did; a call found in the midst of becoming part of another is told, too. */
function talkIn(events: readonly NewEvent[]): readonly string[] {
  return events
    .flatMap(({ type, call, leg, data }) => {
      if (type === 'leg.ended' && leg?.role !== 'queue' && leg?.role !== 'ivr')
        return [`${leg?.id} ${leg?.answeredAt === null ? 'did not answer' : 'answered'}`];
      if (type === 'call.answered') return [`${call?.id} was answered`];
      if (type !== 'call.ended' || data['mergedInto'] !== undefined) return [];
      const by = call?.answeredBy;
      return [`${call?.id} was ${call?.outcome === 'answered' ? `taken by ${by?.kind} ${by?.extension}` : 'lost'}`];
    })
    .toSorted();
}
