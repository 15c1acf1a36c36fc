import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { checkAllOver, checkInvariants } from '../../../test/support/call-invariants.ts';
import { anySignals, nothingLeft, randomCalls, retimed } from '../../../test/support/random-calls.ts';
import { openCallsOf, testRules } from '../../../test/support/tracker-run.ts';
import type { NewEvent } from '../../model/event.ts';
import type { Signal } from '../signal.ts';
import { createTracker, type Tracker } from './index.ts';

const runs = { numRuns: 200 };

function follow(tracker: Tracker, signals: readonly Signal[]): NewEvent[] {
  return signals.flatMap((signal) => tracker.apply(signal));
}

/** Follows the signals, then finds nothing left on the PBX: whatever came before, all is over then. */
function followToTheEnd(signals: readonly Signal[]): NewEvent[] {
  const tracker = createTracker(testRules);
  const events = follow(tracker, [...signals, nothingLeft((signals.at(-1)?.at ?? 0) + 1_000)]);
  assert.deepEqual(tracker.liveCalls(), []);
  assert.equal(tracker.nextDeadline(), null);
  return events;
}

test('whole calls of any kind end by themselves, and keep every rule', () => {
  fc.assert(
    fc.property(randomCalls, (signals) => {
      const tracker = createTracker(testRules);
      const events = follow(tracker, signals);
      checkAllOver(checkInvariants(events));
      assert.deepEqual(tracker.liveCalls(), []);
      assert.ok(events.every((event) => event.data.estimated === undefined));
    }),
    runs,
  );
});

test('the same signals tell the same, event by event', () => {
  fc.assert(
    fc.property(randomCalls, (signals) => {
      const once = follow(createTracker(testRules), signals);
      assert.deepEqual(follow(createTracker(testRules), signals), once);
    }),
    { numRuns: 50 },
  );
});

test('cut off anywhere and found empty, no call lives on', () => {
  fc.assert(
    fc.property(randomCalls, fc.nat(), (signals, cut) => {
      checkAllOver(checkInvariants(followToTheEnd(signals.slice(0, cut % signals.length))));
    }),
    runs,
  );
});

const mutations: Record<string, (signals: readonly Signal[], place: number, other: number) => readonly Signal[]> = {
  'one lost': (signals, place) => signals.toSpliced(place, 1),
  'one twice': (signals, place) => signals.toSpliced(place, 0, signals[place] as Signal),
  'two swapped': (signals, place) => swapped(signals, place),
  'one late': (signals, place, other) => signals.toSpliced(place, 1).toSpliced(other, 0, signals[place] as Signal),
  'one many steps ahead in time': (signals, place) =>
    signals.with(place, { ...(signals[place] as Signal), at: Number.MAX_VALUE }),
};

for (const [name, mutate] of Object.entries(mutations)) {
  test(`every rule holds with ${name}`, () => {
    fc.assert(
      fc.property(randomCalls, fc.nat(), fc.nat(), (signals, place, other) => {
        const mutated = mutate(signals, place % signals.length, other % signals.length);
        const timed = name.endsWith('time') ? mutated : retimed(mutated);
        checkAllOver(checkInvariants(followToTheEnd(timed)));
      }),
      runs,
    );
  });
}

test('every rule holds with signals in no order at all', () => {
  const shuffled = randomCalls.chain((signals) => fc.shuffledSubarray(signals, { minLength: signals.length }));
  fc.assert(
    fc.property(shuffled, (signals) => {
      checkAllOver(checkInvariants(followToTheEnd(retimed(signals))));
    }),
    runs,
  );
});

test('every rule holds with signals that make no sense', () => {
  fc.assert(
    fc.property(anySignals, (signals) => {
      checkAllOver(checkInvariants(followToTheEnd(signals)));
    }),
    runs,
  );
});

test('dial and ringing in either order tell the same', () => {
  fc.assert(
    fc.property(randomCalls, (signals) => {
      const told = (stream: readonly Signal[]) =>
        follow(createTracker(testRules), retimed(stream)).flatMap(({ id, type }) =>
          // An update is the difference between two moments, and there are other moments now.
          type === 'call.updated' ? [] : [[type, id]],
        );
      const place = signals.findIndex((signal, index) => ringsNext(signal, signals[index + 1]));
      if (place < 0) return;
      assert.deepEqual(told(swapped(signals, place)), told(signals));
    }),
    runs,
  );
});

test('restarted anywhere: nothing is told twice, and every call of before gets its one end', () => {
  fc.assert(
    fc.property(randomCalls, fc.nat(), (signals, cut) => {
      const before = signals.slice(0, cut % signals.length);
      // A restart takes a while.
      const after = signals.slice(before.length).map((signal) => ({ ...signal, at: signal.at + 1_000 }));
      const first = follow(createTracker(testRules), before);
      const again = createTracker(testRules);
      again.restore(openCallsOf(first));
      const second = follow(again, [...after, nothingLeft((signals.at(-1)?.at ?? 0) + 2_000)]);
      checkAllOver(checkInvariants([...first, ...second]));
    }),
    runs,
  );
});

const ringsNext = (dial: Signal, next: Signal | undefined): boolean =>
  dial.kind === 'dial.begun' &&
  next?.kind === 'channel.seen' &&
  next.channel.id === dial.destinationId &&
  next.channel.state === 'ringing';

function swapped(signals: readonly Signal[], place: number): readonly Signal[] {
  const next = signals[place + 1];
  return next ? signals.with(place, next).with(place + 1, signals[place] as Signal) : signals;
}
