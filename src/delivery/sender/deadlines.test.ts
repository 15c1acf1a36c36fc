import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ManualClock } from '../../kit/manual-clock.ts';
import { Deadlines, Timed } from './deadlines.ts';

class Task extends Timed {
  readonly #deadlines: Deadlines<Task>;
  readonly #clock: ManualClock;
  expiredAt: number | null = null;
  endsAt = Infinity;

  constructor(deadlines: Deadlines<Task>, clock: ManualClock) {
    super();
    this.#deadlines = deadlines;
    this.#clock = clock;
  }

  expire(): void {
    this.#deadlines.remove(this);
    assert.equal(this.expiredAt, null);
    this.expiredAt = this.#clock.monotonic();
  }
}

const starts = fc.record({
  afterMs: fc.nat(40),
  timeoutMs: fc.constantFrom(10, 30, 100),
  endsAfterMs: fc.option(fc.nat(120)),
});

describe('deadlines', () => {
  it('end whatever is still there when it is due, not before and not later, and leave no timer', () => {
    fc.assert(
      fc.property(fc.array(starts, { maxLength: 40 }), (all) => {
        const clock = new ManualClock();
        const deadlines = new Deadlines<Task>(clock);
        const tasks: Task[] = [];
        for (const { afterMs, timeoutMs, endsAfterMs } of all) {
          clock.advance(afterMs);
          const task = new Task(deadlines, clock);
          const now = clock.monotonic();
          deadlines.add(task, timeoutMs, now);
          tasks.push(task);
          // Where both fall together either may come first.
          if (endsAfterMs === null || endsAfterMs === timeoutMs) continue;
          task.endsAt = now + endsAfterMs;
          clock.schedule(endsAfterMs, () => deadlines.remove(task));
        }
        clock.advance(500);
        for (const task of tasks) assert.equal(task.expiredAt, task.endsAt < task.dueAt ? null : task.dueAt);
        assert.deepEqual(deadlines.all(), []);
        assert.equal(clock.nextDue(), null);
      }),
    );
  });

  it('hold for what begins while others end', () => {
    const clock = new ManualClock();
    const deadlines = new Deadlines<Task>(clock);
    class Successor extends Task {
      override expire(): void {
        super.expire();
        deadlines.add(next, 10, clock.monotonic());
      }
    }
    const next = new Task(deadlines, clock);
    deadlines.add(new Successor(deadlines, clock), 10, clock.monotonic());
    clock.advance(9);
    assert.equal(deadlines.all().length, 1);
    clock.advance(1);
    assert.deepEqual(deadlines.all(), [next]);
    clock.advance(10);
    assert.equal(next.expiredAt, 20);
  });
});
