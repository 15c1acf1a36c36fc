import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAmong, KnownTraces, readTraceparent, spanOfAttempt, traceOfEvent } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

test('a sender’s traceparent is read, and one that is not right is as if it had not come', () => {
  assert.deepEqual(readTraceparent(`00-${traceId}-${parentId}-01`), { traceId, parentId, isSampled: true });
  assert.equal(readTraceparent(`00-${traceId}-${parentId}-00`)?.isSampled, false);
  // Of a later version, what is known of it.
  assert.equal(readTraceparent(`01-${traceId}-${parentId}-03-more`)?.isSampled, true);
  for (const wrong of [
    undefined,
    '',
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${traceId}-${parentId}-01x`,
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-01-${'x'.repeat(300)}`,
  ])
    assert.equal(readTraceparent(wrong), null, wrong);
});

test('ids made from an event and an attempt are as the standard wants them, and the same each time', () => {
  assert.match(traceOfEvent('e1'), /^[0-9a-f]{32}$/);
  assert.equal(traceOfEvent('e1'), traceOfEvent('e1'));
  assert.notEqual(traceOfEvent('e1'), traceOfEvent('e2'));
  assert.match(spanOfAttempt('1-1', 1), /^[0-9a-f]{16}$/);
  assert.notEqual(spanOfAttempt('1-1', 1), spanOfAttempt('1-1', 2));
});

test('about the share of traces that was asked for is recorded', () => {
  const ids = Array.from({ length: 4_000 }, (_, index) => traceOfEvent(`event ${index}`));
  const share = (ratio: number): number => ids.filter((id) => isAmong(id, ratio)).length / ids.length;
  assert.equal(share(0), 0);
  assert.equal(share(1), 1);
  assert.ok(Math.abs(share(0.25) - 0.25) < 0.03);
});

test('so many events’ traces are remembered, the newest', () => {
  const known = new KnownTraces(2);
  const context = { traceId, parentId, isSampled: true };
  for (const id of ['a', 'b', 'c']) known.put(id, context);
  assert.deepEqual(
    ['a', 'b', 'c'].map((id) => known.get(id)),
    [undefined, context, context],
  );
});
