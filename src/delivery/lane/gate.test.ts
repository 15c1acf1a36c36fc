import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../../subscriptions/subscription.ts';
import { defaultBreakerLimits } from '../breaker.ts';
import { Gate } from './gate.ts';

const endpoint: Endpoint = {
  number: 1,
  domain: 'acme',
  reseller: 'default',
  key: 'https://a.test',
  maxInFlight: 5,
  ratePerSecond: null,
  paused: false,
};

test('a replay has half of the window, at least one, and never what the live lane has under way', () => {
  const gate = new Gate(endpoint, defaultBreakerLimits);
  const most = (live: number): number => {
    let replays = 0;
    while (replays < 20) {
      gate.inFlight = live + replays;
      if (gate.isFullForReplay(replays, 0)) break;
      replays++;
    }
    return replays;
  };
  assert.deepEqual([0, 3, 4, 5].map(most), [2, 2, 1, 0]);
  gate.configure({ ...endpoint, maxInFlight: 1 });
  assert.deepEqual([0, 1].map(most), [1, 0]);
  gate.configure({ ...endpoint, paused: true });
  assert.equal(most(0), 0);
});

test('a replay gives way to a live lane that has something to send, which a replay never does to', () => {
  const gate = new Gate(endpoint, defaultBreakerLimits);
  let waits = true;
  gate.live.add({ mayGo: () => waits });
  assert.equal(gate.isFullForReplay(0, 0), true);
  assert.equal(gate.isFull(), false);
  waits = false;
  assert.equal(gate.isFullForReplay(0, 0), false);
});

test('another address is another receiver, for all that go through the gate', () => {
  const gate = new Gate(endpoint, defaultBreakerLimits);
  for (let failures = 0; failures < 5; failures++) gate.breaker.failed(0, 0.5);
  assert.equal(gate.breaker.state, 'open');
  assert.equal(gate.configure({ ...endpoint, maxInFlight: 9 }), false);
  assert.equal(gate.breaker.state, 'open');
  assert.equal(gate.configure({ ...endpoint, key: 'https://b.test' }), true);
  assert.equal(gate.breaker.state, 'closed');
});
