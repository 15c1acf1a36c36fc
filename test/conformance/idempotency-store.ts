/** What every IdempotencyStore driver promises. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { RememberedAnswer } from '../../src/records/idempotency-store.ts';
import { type OpenRecords, oddTexts, withRecords } from './records-support.ts';

const answerOf = (body: string, at = 1_000): RememberedAnswer => ({ request: 'hash', status: 202, body, at });

export function idempotencyStoreConformance(name: string, open: OpenRecords): void {
  const withStore = withRecords(open);

  describe(`idempotency store: ${name}`, () => {
    withStore('recalls what it remembers, for each caller alone', async ({ records, reopen }) => {
      const { idempotency } = records();
      assert.equal(await idempotency.recall('alice', 'k'), null);
      await idempotency.remember('alice', 'k', answerOf('one'));
      await idempotency.remember('bob', 'k', answerOf('two'));
      await reopen();
      assert.deepEqual(await records().idempotency.recall('alice', 'k'), answerOf('one'));
      assert.deepEqual(await records().idempotency.recall('bob', 'k'), answerOf('two'));
      assert.equal(await records().idempotency.recall('bob', 'other'), null);
    });

    withStore('keeps the first of two answers', async ({ records }) => {
      const { idempotency } = records();
      await idempotency.remember('alice', 'k', answerOf('first'));
      await idempotency.remember('alice', 'k', answerOf('second'));
      assert.deepEqual(await idempotency.recall('alice', 'k'), answerOf('first'));
    });

    withStore('forgets one answer, and then remembers another', async ({ records }) => {
      const { idempotency } = records();
      await idempotency.remember('alice', 'k', answerOf('first'));
      await idempotency.remember('bob', 'k', answerOf('his'));
      await idempotency.forget('alice', 'k');
      await idempotency.forget('alice', 'nothing');
      assert.equal(await idempotency.recall('alice', 'k'), null);
      await idempotency.remember('alice', 'k', answerOf('second'));
      assert.deepEqual(await idempotency.recall('alice', 'k'), answerOf('second'));
      assert.deepEqual(await idempotency.recall('bob', 'k'), answerOf('his'));
    });

    withStore('forgets what is old', async ({ records }) => {
      const { idempotency } = records();
      await idempotency.remember('alice', 'old', answerOf('old', 10));
      await idempotency.remember('alice', 'new', answerOf('new', 20));
      assert.deepEqual(await idempotency.forgetBefore(20), { more: false });
      assert.equal(await idempotency.recall('alice', 'old'), null);
      assert.deepEqual(await idempotency.recall('alice', 'new'), answerOf('new', 20));
      await idempotency.remember('alice', 'old', answerOf('again', 30));
      assert.deepEqual(await idempotency.recall('alice', 'old'), answerOf('again', 30));
    });

    withStore('forgets a bounded number at once, the oldest first', async ({ records }) => {
      const { idempotency } = records();
      const remembered = Array.from({ length: 1_100 }, (_, index) =>
        idempotency.remember('alice', `k${index}`, answerOf('x', 2_000 - index)),
      );
      await Promise.all(remembered);
      assert.deepEqual(await idempotency.forgetBefore(5_000), { more: true });
      assert.equal(await idempotency.recall('alice', 'k1099'), null);
      assert.ok(await idempotency.recall('alice', 'k0'), 'the youngest is still there');
      let steps = 1;
      while ((await idempotency.forgetBefore(5_000)).more) steps++;
      assert.ok(steps >= 2);
      assert.equal(await idempotency.recall('alice', 'k0'), null);
    });

    withStore('keeps any text exactly', async ({ records }) => {
      const { idempotency } = records();
      for (const text of oddTexts) await idempotency.remember(text, text, answerOf(text));
      for (const text of oddTexts) assert.deepEqual(await idempotency.recall(text, text), answerOf(text));
    });
  });
}
