import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { Parts } from './parts.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('parts stop last to first, and one that hangs or fails holds nobody up', async () => {
  const clock = new ManualClock();
  const stopped: string[] = [];
  const parts = new Parts(clock, silentLogger);
  await parts.add(
    'store',
    () => 'store',
    async (name) => void stopped.push(name),
  );
  await parts.add(
    'failing',
    () => 'failing',
    () => Promise.reject(new Error('no')),
  );
  await parts.add(
    'hanging',
    () => 'hanging',
    () => new Promise(() => {}),
  );
  await parts.add(
    'source',
    async () => 'source',
    async (name) => void stopped.push(name),
  );
  const done = parts.stop(1_000);
  await settled();
  assert.deepEqual(stopped, ['source']);
  clock.advance(1_000);
  await done;
  assert.deepEqual(stopped, ['source', 'store']);
  await parts.stop(1_000);
  assert.equal(stopped.length, 2);
});
