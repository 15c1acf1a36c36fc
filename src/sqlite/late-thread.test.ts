import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateThread } from './late-thread.ts';
import { StorageError } from './storage-error.ts';
import type { StorageThread } from './storage-thread.ts';

const closed = (error: unknown): boolean => error instanceof StorageError && error.code === 'closed';

/** Threads that are opened when the test says so, and what was asked of them. */
function threads() {
  const asked: string[] = [];
  const openings: PromiseWithResolvers<StorageThread>[] = [];
  // Only what a late thread asks of one.
  const thread = {
    damage: null,
    submit: async (kind: string) => {
      asked.push(kind);
      return kind;
    },
    close: async () => void asked.push('close'),
  } as unknown as StorageThread;
  const late = new LateThread(() => {
    const opening = Promise.withResolvers<StorageThread>();
    openings.push(opening);
    return opening.promise;
  });
  return { late, asked, openings, thread };
}

test('is opened once, by its first job, and serves all in order', async () => {
  const { late, asked, openings, thread } = threads();
  assert.equal(openings.length, 0);
  const jobs = [late.submit('one', null), late.submit('two', null)];
  openings[0]?.resolve(thread);
  assert.deepEqual(await Promise.all(jobs), ['one', 'two']);
  await late.submit('three', null);
  await late.close();
  assert.deepEqual(asked, ['one', 'two', 'three', 'close']);
  assert.equal(openings.length, 1);
});

test('closed before its first job, it takes none and opens nothing', async () => {
  const { late, openings } = threads();
  await late.close();
  await assert.rejects(late.submit('late', null), closed);
  assert.equal(openings.length, 0);
});

test('closed while it opens, it finishes what was given before, and nothing after', async () => {
  const { late, asked, openings, thread } = threads();
  const before = late.submit('before', null);
  const ended = late.close();
  const after = assert.rejects(late.submit('after', null), closed);
  openings[0]?.resolve(thread);
  await Promise.all([before, ended, after]);
  assert.deepEqual(asked, ['before', 'close']);
});

test('where it can’t be opened those who wait are told, and the next one tries again', async () => {
  const { late, asked, openings, thread } = threads();
  const failed = late.submit('one', null);
  openings[0]?.reject(new StorageError('io', 'no file'));
  await assert.rejects(failed, /no file/);
  const again = late.submit('two', null);
  openings[1]?.resolve(thread);
  assert.equal(await again, 'two');
  await late.close();
  assert.deepEqual(asked, ['two', 'close']);
});

test('closed while it fails to open, it is closed', async () => {
  const { late, asked, openings } = threads();
  const failed = late.submit('one', null);
  const ended = late.close();
  openings[0]?.reject(new StorageError('io', 'no file'));
  await assert.rejects(failed, /no file/);
  await ended;
  assert.deepEqual(asked, []);
});
