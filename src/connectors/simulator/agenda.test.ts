import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { Agenda } from './agenda.ts';

describe('the agenda', () => {
  it('gives what is due first, and equals in the order they came, whatever is added meanwhile', () => {
    const additions = fc.array(fc.option(fc.nat({ max: 20 }), { freq: 3 }));
    fc.assert(
      fc.property(additions, (times) => {
        const agenda = new Agenda<{ at: number; order: number }>();
        let expected: { at: number; order: number }[] = [];
        for (const [order, at] of times.entries()) {
          if (at !== null) {
            agenda.add({ at, order });
            expected = [...expected, { at, order }].sort((one, two) => one.at - two.at || one.order - two.order);
          } else {
            assert.deepEqual(agenda.first, expected[0]);
            assert.deepEqual(agenda.take(), expected.shift());
          }
          assert.equal(agenda.size, expected.length);
        }
        while (agenda.size > 0) assert.deepEqual(agenda.take(), expected.shift());
        assert.equal(agenda.take(), undefined);
      }),
    );
  });
});
