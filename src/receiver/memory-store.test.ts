import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMemoryStore } from './memory-store.ts';

it('remembers so many events at most, and forgets the oldest first', async () => {
  const store = createMemoryStore({ maxEntries: 3, now: () => 0 });
  for (const key of ['a', 'b', 'c', 'd']) {
    await store.claim(key, 't', 60);
    await store.done(key, 60);
  }
  await store.done('b', 60);
  await store.done('e', 60);
  const known = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => store.claim(key, 't', 60)));
  assert.deepEqual(known, ['claimed', 'done', 'claimed', 'done', 'done']);
});

it('takes no more claims than that, until one is given back or runs out', async () => {
  let now = 0;
  const store = createMemoryStore({ maxEntries: 2, now: () => now });
  await store.claim('a', 't', 60);
  await store.claim('b', 't', 30);
  await assert.rejects(store.claim('c', 't', 60), /being handled/);
  await store.release('a', 't');
  assert.equal(await store.claim('c', 't', 60), 'claimed');
  now = 31_000;
  assert.equal(await store.claim('d', 't', 60), 'claimed');
});

it('wants a number of entries', () => {
  for (const maxEntries of [0, -1, 1.5, Number.NaN]) assert.throws(() => createMemoryStore({ maxEntries }), TypeError);
});
