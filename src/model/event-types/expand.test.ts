import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { eventTypes, expandEventTypes } from './index.ts';

describe('expandEventTypes', () => {
  it('takes names and wildcards, each type once and in the order of the documentation', () => {
    assert.deepEqual(expandEventTypes(['leg.ended', 'park.*', 'leg.ended', 'park.parked']), {
      types: ['leg.ended', 'park.parked', 'park.retrieved', 'park.timed_out', 'park.abandoned'],
    });
    assert.deepEqual(expandEventTypes(['*']), { types: eventTypes });
    assert.deepEqual(expandEventTypes([]), { types: [] });
  });

  it('names what it does not know, with what looks like it', () => {
    assert.deepEqual(expandEventTypes(['call.*', 'call.answerd', 'qeue.*']), {
      unknown: [
        { entry: 'call.answerd', index: 1, closest: ['call.answered', 'call.ended', 'chat.answered'] },
        { entry: 'qeue.*', index: 2, closest: ['queue.*'] },
      ],
    });
  });

  it('never takes half a name for a wildcard', () => {
    for (const entry of ['call', 'call.', '.*', 'c*', 'call.**', '']) {
      assert.ok('unknown' in expandEventTypes([entry]), entry);
    }
  });

  it('gives either types or problems, for anything', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('*', ...eventTypes, 'call.*'))), (entries) => {
        const result = expandEventTypes(entries);
        if ('types' in result) assert.ok(result.types.every((type) => eventTypes.includes(type)));
        else assert.ok(result.unknown.length > 0);
      }),
    );
  });
});
