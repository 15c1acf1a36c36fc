/** The judge of the crash test must be able to find each fault it stands for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, type Kill } from '../support/crash/judge.ts';
import type { AcceptedEvent } from '../support/crash/load.ts';
import type { Arrival } from '../support/crash/receivers.ts';

const accepted: AcceptedEvent[] = [
  { id: 'a-0', call: 'a', index: 0, seq: 1 },
  { id: 'a-1', call: 'a', index: 1, seq: 2 },
];
const arrived = (event: string, at: number, changes: Partial<Arrival> = {}): Arrival => ({
  event,
  delivery: `7-${event === 'a-0' ? 1 : 2}`,
  attempt: 1,
  run: 0,
  at,
  answeredAt: at + 1,
  ...changes,
});
const kill = (at: number, stallMs = 0): Kill => ({
  at,
  samples: [
    { at: 0, waitedMs: 0, wroteMs: 90 },
    { at: at - 1, waitedMs: stallMs, wroteMs: 1 },
  ],
});
const faultsOf = (arrivals: Arrival[], kills: Kill[] = []): readonly string[] =>
  judge('r', arrivals, accepted, kills).faults;

describe('the judge of the crash test', () => {
  it('accepts what is right, a failed attempt and a repeat of what was just taken included', () => {
    const arrivals = [
      arrived('a-0', 100, { answeredAt: null }),
      arrived('a-0', 200),
      arrived('a-0', 900, { attempt: 2, run: 1 }),
      arrived('a-1', 950, { run: 1 }),
    ];
    const verdict = judge('r', arrivals, accepted, [kill(220)]);
    const counts = { arrivals: 4, repeats: 1, repeatsByKill: [1], mostBeyondFlush: 0, oldestRepeatMs: 19 };
    assert.deepEqual(verdict, { faults: [], ...counts });
  });

  it('finds an event that was lost, or that was never taken', () => {
    assert.match(faultsOf([arrived('a-0', 1)])[0] ?? '', /a-1 \(2\) was accepted and never came/);
    assert.equal(faultsOf([arrived('a-0', 1), arrived('a-1', 9, { answeredAt: null })]).length, 1);
  });

  it('finds an event that overtook the one before it, or that did not wait for it to be taken', () => {
    assert.match(faultsOf([arrived('a-1', 1), arrived('a-0', 5)])[0] ?? '', /came before a-0 was taken/);
    const early = [arrived('a-0', 1, { answeredAt: null }), arrived('a-1', 5), arrived('a-0', 9)];
    assert.equal(faultsOf(early).length, 1);
  });

  it('finds a repeat without a kill, and of what was taken too long before one', () => {
    const again = (run: number) => [arrived('a-0', 100), arrived('a-0', 500, { run }), arrived('a-1', 600, { run })];
    assert.match(faultsOf(again(0))[0] ?? '', /without a kill in between/);
    assert.match(faultsOf(again(0), [kill(550)])[0] ?? '', /without a kill in between/);
    assert.match(faultsOf(again(1))[0] ?? '', /without a kill in between/);
    assert.match(faultsOf(again(1), [kill(170)])[0] ?? '', /69 ms before the kill/);
    assert.deepEqual(faultsOf(again(1), [kill(170, 20)]), []);
  });

  it('allows for a disk that stalls, for as many writes in turn as a result may wait for, and for no usual write', () => {
    const again = [arrived('a-0', 100), arrived('a-0', 900, { run: 1 }), arrived('a-1', 950, { run: 1 })];
    const slow = (at: number, ...writes: number[]): Kill => ({
      at,
      samples: [50, ...writes.keys()].map((when, index) => ({
        at: index === 0 ? when : 110 + when,
        waitedMs: 0,
        wroteMs: index === 0 ? 500 : (writes[index - 1] ?? 0),
      })),
    });
    assert.deepEqual(faultsOf(again, [slow(250, 105)]), [], 'one write of 105 ms, 149 ms before the kill');
    assert.equal(faultsOf(again, [slow(260, 105)]).length, 1);
    assert.deepEqual(faultsOf(again, [slow(370, 60, 60, 60, 60, 60)]), [], 'four of 60 ms');
    assert.match(faultsOf(again, [slow(380, 60, 60, 60, 60, 60)])[0] ?? '', /279 ms before.*stalled 220 ms/);
    assert.equal(faultsOf(again, [slow(160, 4, 5, 3)]).length, 1, 'a usual disk is no excuse');
  });

  it('finds more repeats of what one flush does not account for than can have been under way', () => {
    const events = Array.from({ length: 9 }, (_, seq) => ({ id: `b-${seq}`, call: `b-${seq}`, index: 0, seq }));
    const arrivals = (at: number, run: number): Arrival[] =>
      events.map(({ id, seq }) => ({ ...arrived(id, at, { run }), delivery: `7-${seq}` }));
    const faults = (of: number): readonly string[] => {
      const some = (all: Arrival[]): Arrival[] => all.slice(0, of);
      const all = [...arrivals(100, 0), ...some(arrivals(500, 1))];
      return judge('r', all, events, [kill(141)]).faults;
    };
    assert.deepEqual(faults(8), []);
    assert.match(faults(9)[0] ?? '', /kill 0 repeated 9 besides one flush, of 8 under way/);
  });

  it('finds a delivery whose id changed, has another sequence, or belongs to nobody', () => {
    const rest = arrived('a-1', 300);
    const changed = [arrived('a-0', 1), arrived('a-0', 9, { delivery: '8-1', run: 1 }), rest];
    assert.match(faultsOf(changed, [kill(5)])[0] ?? '', /came as 7-1, then as 8-1/);
    assert.match(faultsOf([arrived('a-0', 1, { delivery: '7-3' }), rest])[0] ?? '', /has sequence 1 and came as 7-3/);
    assert.match(faultsOf([arrived('a-0', 1), rest, arrived('b-0', 1)])[0] ?? '', /nobody sent it/);
  });
});
