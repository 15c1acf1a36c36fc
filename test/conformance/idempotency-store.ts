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

    withStore('forgets what is old', async ({ records }) => {
      const { idempotency } = records();
      await idempotency.remember('alice', 'old', answerOf('old', 10));
      await idempotency.remember('alice', 'new', answerOf('new', 20));
      await idempotency.forgetBefore(20);
      assert.equal(await idempotency.recall('alice', 'old'), null);
      assert.deepEqual(await idempotency.recall('alice', 'new'), answerOf('new', 20));
      await idempotency.remember('alice', 'old', answerOf('again', 30));
      assert.deepEqual(await idempotency.recall('alice', 'old'), answerOf('again', 30));
    });

    withStore('keeps any text exactly', async ({ records }) => {
      const { idempotency } = records();
      for (const text of oddTexts) await idempotency.remember(text, text, answerOf(text));
      for (const text of oddTexts) assert.deepEqual(await idempotency.recall(text, text), answerOf(text));
    });
  });
}
