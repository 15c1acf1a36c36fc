/**
 * A recorded call of two, of which Offhook does not hear all: the connection to the PBX is lost for a while, or Offhook
 * starts when the call is under way. What was there meanwhile it learns from the picture it asks for when it is back.
 */
import { createTracker } from '../../src/calls/tracker/index.ts';
import type { Signal } from '../../src/calls/signal.ts';
import type { AmiPacket } from '../../src/connectors/asterisk/ami/packet.ts';
import { EventReader } from '../../src/connectors/asterisk/normaliser/reader.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { companyRules } from '../../test/support/ami-replay.ts';
import { pictureAfter } from '../../test/support/picture.ts';
import type { Story } from './story.ts';

/** Milliseconds until Offhook asks what there is, where nothing happened meanwhile. */
const awayMs = 5_000;

export function interrupted(packets: readonly AmiPacket[]): readonly Story[] {
  const reader = new EventReader();
  const signals = packets.flatMap((packet) => reader.read(packet, 0));
  const ringing = 1 + signals.findIndex(({ kind }) => kind === 'dial.progressed');
  const talking = 1 + signals.findLastIndex(({ kind }) => kind === 'bridge.entered');
  return [
    {
      name: 'lost-until-over',
      says: 'Alice calls and 101 answers; the connection to the PBX is lost, and when it is back the call is over.',
      events: heard(signals, { until: talking, from: signals.length }),
    },
    {
      name: 'lost-while-answered',
      says: 'Alice calls, 101 rings; the connection is lost, and when it is back the two talk; Alice hangs up.',
      events: heard(signals, { until: ringing, from: talking }),
    },
    {
      name: 'found-talking',
      says: 'Offhook starts while Alice and 101 talk; Alice hangs up.',
      events: heard(signals, { until: 0, from: talking }),
    },
  ];
}

/** What is told where the signals between `until` and `from` are not heard. */
function heard(signals: readonly Signal[], gap: { readonly until: number; readonly from: number }): NewEvent[] {
  const tracker = createTracker(companyRules);
  const before = signals.slice(0, gap.until).flatMap((signal) => tracker.apply(signal));
  const isLate = gap.from === signals.length;
  const at = isLate ? (tracker.now() ?? 0) + awayMs : (signals[gap.from - 1]?.at ?? 0);
  const found = tracker.apply(pictureAfter(signals.slice(0, gap.from), at));
  const after = signals.slice(gap.from).flatMap((signal) => tracker.apply(signal));
  return [...before, ...found, ...after, ...tracker.tick((tracker.now() ?? 0) + 60_000)];
}
