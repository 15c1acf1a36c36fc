import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptReport } from '../delivery/attempt-observer.ts';
import type { AttemptRow } from '../records/delivery-store.ts';
import { observers } from './observers.ts';

test('one that fails keeps nothing from the others, nor from delivery', () => {
  const told: string[] = [];
  const broken = () => {
    throw new Error('broken');
  };
  const all = observers(
    [
      { attempted: broken, recorded: broken },
      { attempted: () => void told.push('attempted'), recorded: () => void told.push('recorded') },
    ],
    (error) => void told.push(String(error)),
  );
  all.attempted({} as AttemptReport);
  all.recorded({} as AttemptRow, undefined);
  assert.deepEqual(told, ['Error: broken', 'attempted', 'Error: broken', 'recorded']);
});
