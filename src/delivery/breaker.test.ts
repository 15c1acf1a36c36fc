import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Breaker } from './breaker.ts';

const limits = { threshold: 3, firstProbeMs: 100, longestProbeMs: 800 };

test('it opens after so many failures in a row, not before', () => {
  const breaker = new Breaker(limits);
  breaker.failed(0, 0.5);
  breaker.failed(0, 0.5);
  breaker.succeeded(8);
  breaker.failed(0, 0.5);
  breaker.failed(0, 0.5);
  assert.equal(breaker.state, 'closed');
  breaker.failed(0, 0.5);
  assert.equal(breaker.state, 'open');
  assert.equal(breaker.window(8), 1);
});

test('probes are put off further each time, up to a limit', () => {
  const breaker = new Breaker(limits);
  let now = 0;
  const waits: number[] = [];
  for (let failure = 0; failure < 8; failure++) {
    breaker.failed(now, 0.5);
    if (breaker.state !== 'open') continue;
    waits.push(breaker.probeAt - now);
    now = breaker.probeAt;
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 800, 800]);
});

test('after a success the window grows from one, and a failure on the way opens it again', () => {
  const breaker = new Breaker(limits);
  for (let failure = 0; failure < 3; failure++) breaker.failed(0, 0.5);
  const windows: number[] = [];
  for (let success = 0; success < 4; success++) {
    breaker.succeeded(4);
    windows.push(breaker.window(4));
  }
  assert.deepEqual(windows, [1, 2, 3, 4]);
  assert.equal(breaker.state, 'closed');
  for (let failure = 0; failure < 3; failure++) breaker.failed(1_000, 0.5);
  breaker.succeeded(4);
  assert.equal(breaker.state, 'recovering');
  breaker.failed(2_000, 0.5);
  assert.equal(breaker.state, 'open');
});

test('whatever happens, the window is between one and the full, and a probe is never far off', () => {
  const outcomes = fc.array(
    fc.record({ good: fc.boolean(), waitMs: fc.nat(1_000), chance: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
  );
  fc.assert(
    fc.property(outcomes, fc.integer({ min: 1, max: 16 }), (steps, full) => {
      const breaker = new Breaker(limits);
      let now = 0;
      let inRow = 0;
      for (const { good, waitMs, chance } of steps) {
        now += waitMs;
        inRow = good ? 0 : inRow + 1;
        if (good) breaker.succeeded(full);
        else breaker.failed(now, chance);
        assert.ok(breaker.window(full) >= 1 && breaker.window(full) <= full);
        if (breaker.state === 'open') assert.ok(breaker.probeAt - now <= limits.longestProbeMs * 1.2);
        if (good) assert.notEqual(breaker.state, 'open');
        if (inRow >= limits.threshold) assert.equal(breaker.state, 'open');
      }
    }),
  );
});
