/** What every SeenStore keeps to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SeenStore } from '../../src/receiver/index.ts';

export interface SeenStoreSetup {
  readonly store: SeenStore;
  /** Moves the store's clock on. */
  readonly advance: (seconds: number) => void;
}

export function seenStoreConformance(name: string, setUp: () => SeenStoreSetup): void {
  describe(`SeenStore: ${name}`, () => {
    it('gives an event to one at a time', async () => {
      const { store } = setUp();
      const outcomes = await Promise.all(['a', 'b', 'c'].map((token) => store.claim('k', token, 60)));
      assert.deepEqual(outcomes.toSorted(), ['busy', 'busy', 'claimed']);
      assert.equal(await store.claim('other', 'a', 60), 'claimed');
    });

    it('knows what is done, until it is time to forget', async () => {
      const { store, advance } = setUp();
      await store.claim('k', 'a', 60);
      await store.done('k', 3600);
      assert.equal(await store.claim('k', 'b', 60), 'done');
      advance(3599);
      assert.equal(await store.claim('k', 'b', 60), 'done');
      advance(2);
      assert.equal(await store.claim('k', 'b', 60), 'claimed');
    });

    it('gives what was released to the next', async () => {
      const { store } = setUp();
      await store.claim('k', 'a', 60);
      await store.release('k', 'a');
      assert.equal(await store.claim('k', 'b', 60), 'claimed');
    });

    it('lets a claim run out, and nobody release what is another’s by then', async () => {
      const { store, advance } = setUp();
      await store.claim('k', 'a', 60);
      advance(59);
      assert.equal(await store.claim('k', 'b', 60), 'busy');
      advance(2);
      assert.equal(await store.claim('k', 'b', 60), 'claimed');
      await store.release('k', 'a');
      assert.equal(await store.claim('k', 'c', 60), 'busy');
    });

    it('takes a late word that it is done, and no late word that it is not', async () => {
      const { store, advance } = setUp();
      await store.claim('k', 'a', 60);
      advance(61);
      await store.claim('k', 'b', 60);
      await store.done('k', 3600);
      await store.release('k', 'b');
      assert.equal(await store.claim('k', 'c', 60), 'done');
    });

    it('takes any text for a key', async () => {
      const { store } = setUp();
      for (const key of ['', "'; DROP TABLE seen; --", '__proto__', 'ü/🤝', 'K', 'k']) {
        assert.equal(await store.claim(key, 't', 60), 'claimed', key);
        await store.done(key, 60);
        assert.equal(await store.claim(key, 't', 60), 'done', key);
      }
    });
  });
}
