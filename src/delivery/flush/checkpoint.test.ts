import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CheckpointMarks } from './checkpoint.ts';

/**
 * The model: a router that moves on, attempts made on routed events in any order and flushed in groups, one lane whose
 * low-water mark is the first event without an attempt. After every flush a crash must find every attempt on a later
 * event above A.
 */
test('after a crash at any flush, attempts above A are all there are on events above R', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('route' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('attempt' as const), pick: fc.nat() }),
    fc.record({ do: fc.constant('flush' as const) }),
    fc.record({ do: fc.constant('restart' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let position = 0;
      let open: number[] = [];
      let gathered: number[] = [];
      const rows: number[] = [];
      let stored = { seq: 0, attempts: 0 };
      let marks = new CheckpointMarks({ ...stored, newestSettled: 0 });
      for (const taken of steps) {
        if (taken.do === 'route') for (let n = 0; n < taken.count; n++) open.push(++position);
        else if (taken.do === 'attempt' && open.length > 0) gathered.push(...open.splice(taken.pick % open.length, 1));
        else if (taken.do === 'flush') {
          const checkpoint = marks.advance((open[0] ?? position + 1) - 1, null);
          rows.push(...gathered);
          stored = checkpoint;
          marks.flushed(position, rows.length);
          gathered = [];
          const missed = rows.slice(0, stored.attempts).filter((seq) => seq > stored.seq);
          assert.deepEqual(missed, [], 'an attempt on a later event is not above A');
          assert.ok(
            open.every((seq) => seq > stored.seq),
            'R passed an unsettled event',
          );
        } else if (taken.do === 'restart') {
          const head = position;
          const settled = new Set(rows.slice(stored.attempts));
          marks = new CheckpointMarks({ ...stored, newestSettled: Math.max(stored.seq, ...settled) });
          gathered = [];
          open = [];
          for (position = stored.seq; position < head; ) if (!settled.has(++position)) open.push(position);
        }
      }
    }),
  );
});

test('R never goes back, and a dirty detached lane keeps A where its row was written', () => {
  const marks = new CheckpointMarks({ seq: 0, attempts: 0, newestSettled: 0 });
  marks.flushed(10, 5);
  assert.deepEqual(marks.advance(10, null), { seq: 10, attempts: 5 });
  assert.deepEqual(marks.advance(4, null), { seq: 10, attempts: 5 });
  marks.flushed(20, 9);
  assert.deepEqual(marks.advance(20, 3), { seq: 20, attempts: 3 });
  assert.deepEqual(marks.advance(20, null), { seq: 20, attempts: 9 });
});
