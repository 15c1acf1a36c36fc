/**
 * Two that listen to one Asterisk all the time tell the same, event by event and id by id, however late each of them hears a
 * thing, whenever each looks at all there is, and whatever its own clock says.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Observer } from '../../../test/support/follow-recording.ts';
import { beginOf, recorded, recordingNames } from '../../../test/support/recordings.ts';
import type { NewEvent } from '../../model/event.ts';
import type { AmiPacket } from './ami/packet.ts';

interface Place {
  /** Milliseconds before the first event at which it connected: ten minutes before, it looks again in the middle of the call. */
  readonly earlyMs: number;
  /** Milliseconds that one event after the other is late. */
  readonly late: readonly number[];
  /** Milliseconds its own clock is behind that of the PBX. */
  readonly behind: number;
}

const attentive: Place = { earlyMs: 0, late: [0], behind: 0 };

async function heardAt(packets: readonly AmiPacket[], { earlyMs, late, behind }: Place): Promise<readonly NewEvent[]> {
  const observer = new Observer(beginOf(packets) - earlyMs, behind);
  await observer.connect();
  await observer.wait(earlyMs);
  for (const [index, packet] of packets.entries()) await observer.say(packet, [packet], late[index % late.length]);
  await observer.waitForAll();
  return observer.events;
}

const place: fc.Arbitrary<Place> = fc.record({
  earlyMs: fc.oneof(fc.integer({ min: 592_000, max: 600_000 }), fc.nat({ max: 10_000 })),
  late: fc.array(fc.nat({ max: 250 }), { minLength: 1, maxLength: 7 }),
  behind: fc.integer({ min: -5_000, max: 5_000 }),
});

for (const name of recordingNames) {
  test(`${name}: two observers tell the same`, async () => {
    const packets = recorded(name);
    const told = await heardAt(packets, attentive);
    await fc.assert(
      fc.asyncProperty(place, async (other) => assert.deepEqual(await heardAt(packets, other), told)),
      { numRuns: 10 },
    );
  });
}
