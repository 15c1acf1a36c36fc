import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleCall } from '../../../test/support/api-calls.ts';
import { createApiWorld } from '../../../test/support/api-world.ts';

test('all calls in progress come, page after page, also where one begins or ends meanwhile', async () => {
  const world = await createApiWorld();
  const callAt = (seq: number) => {
    const call = exampleCall();
    return { ...call, call: { ...call.call, id: `c${seq}` }, seq, firstSeq: seq };
  };
  const page = async (cursor: string | null) => {
    const answer = await world.ask({ url: `/v1/calls?state=live${cursor === null ? '' : `&cursor=${cursor}`}` });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ items: { call: { id: string } }[]; next: string | null }>();
  };
  try {
    const all = Array.from({ length: 150 }, (_, index) => callAt(1_000 - index));
    world.calls.push(...all);
    const first = await page(null);
    // The page ends with a call that is over when the next is asked for.
    world.calls.splice(99, 1);
    world.calls.unshift(callAt(1_001));
    const second = await page(first.next);
    assert.deepEqual(
      [...first.items, ...second.items].map(({ call }) => call.id),
      all.map(({ call }) => call.id),
    );
    assert.deepEqual([first.items.length, second.next], [100, null]);
  } finally {
    await world.stop();
  }
});
