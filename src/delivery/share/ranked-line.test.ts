import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { RankedLine } from './ranked-line.ts';

const step = fc.record({
  kind: fc.constantFrom('join', 'leave', 'move', 'first'),
  one: fc.nat(8),
  rank: fc.nat(6),
});

test('whatever comes, goes and moves: the first is who has least and has waited longest, if it is below the limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const line = new RankedLine<number>();
      /** In the order in which they came to their rank. */
      let model: { readonly one: number; readonly rank: number }[] = [];
      for (const { kind, one, rank } of steps) {
        const known = model.find((other) => other.one === one);
        if (kind === 'join') {
          line.join(one, rank);
          if (!known) model.push({ one, rank });
        } else if (kind === 'leave' || (kind === 'move' && known && known.rank !== rank)) {
          if (kind === 'leave') line.leave(one);
          else line.move(one, rank);
          model = model.filter((other) => other.one !== one);
          if (kind === 'move') model.push({ one, rank });
        } else if (kind === 'move') line.move(one, rank);
        else {
          const [first] = model.filter((other) => other.rank < rank).toSorted((a, b) => a.rank - b.rank);
          assert.equal(line.first(rank), first?.one);
        }
        assert.equal(line.size, model.length);
        assert.equal(
          line.has(one),
          model.some((other) => other.one === one),
        );
      }
    }),
  );
});
