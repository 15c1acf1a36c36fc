import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0);
const dayMs = 24 * 3_600_000;

it('reads seconds and dates, up to 24 h', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ['0', 0],
    ['30', 30_000],
    [' 30 ', 30_000],
    ['86401', dayMs],
    ['9'.repeat(400), dayMs],
    ['Thu, 01 Jan 2026 12:00:10 GMT', 10_000],
    ['Thursday, 01-Jan-26 12:00:10 GMT', 10_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', dayMs],
    ['-1', null],
    ['1.5', null],
    ['', null],
    ['soon', null],
    ['2026', 2_026_000],
    ['Mon', null],
    ['Mon, nonsense', null],
  ];
  for (const [text, expected] of cases) assert.equal(retryAfterMs(text, now), expected, text);
  assert.equal(retryAfterMs(undefined, now), null);
  assert.equal(retryAfterMs(['5', '9'], now), 5_000);
});

it('never gives more than 24 h, less than nothing, or no number', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (text) => {
        const wait = retryAfterMs(text, now);
        assert.ok(wait === null || (wait >= 0 && wait <= dayMs), String(wait));
      },
    ),
  );
});
