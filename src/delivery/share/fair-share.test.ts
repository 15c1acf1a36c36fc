import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { FairShare } from './fair-share.ts';
import type { Unit } from '../lane/unit.ts';
import type { LaneState } from '../lane-table.ts';

const minute = 60_000;
const callEvent = (call: string) => ({ call: callOf(call) });

test('receivers that hang with wide windows leave others their share of all requests', async () => {
  const w = new DeliveryWorld(1);
  await w.start();
  for (let host = 0; host < 8; host++) {
    await w.subscribe(`hanging${host}.test`, { target: { maxInFlight: 256, timeoutMs: 30_000 } });
    w.moods.set(`hanging${host}.test`, 'hangs');
  }
  const well = await w.subscribe('well.test', { target: { maxInFlight: 256 } });
  await w.append(...Array.from({ length: 900 }, (_, call) => callEvent(`c${call}`)));
  await w.pass(1_000);
  assert.equal(w.firstReceipts(well.number).length, 900);
});

test('probes of very many receivers that hang do not take the requests of those that are well', async () => {
  const w = new DeliveryWorld(1, { requests: 40 });
  await w.start();
  const target = { maxInFlight: 1, timeoutMs: 30_000 };
  for (let host = 0; host < 60; host++) {
    await w.subscribe(`hanging${host}.test`, { target });
    w.moods.set(`hanging${host}.test`, 'hangs');
  }
  const well = await w.subscribe('well.test');
  for (let minutes = 0; minutes < 60; minutes++) {
    await w.append(...Array.from({ length: 10 }, (_, call) => callEvent(`c${minutes}-${call}`)));
    await w.pass(minute);
  }
  const late = w.received.filter(({ subscription, seqs, at }) => {
    const accepted = Date.parse(w.event(seqs[0] as number).acceptedAt) - Date.UTC(2026, 0, 1);
    return subscription === well.number && accepted > 40 * minute && at - accepted > 1_000;
  });
  assert.equal(late.length, 0);
  assert.equal(w.firstReceipts(well.number).length, 600);
});

/** Lanes of tenants, which take what they may get. */
function setUp(most: number) {
  const share = new FairShare(most, () => false);
  const endpoints = new Map<string, object>();
  const laneOf = (domain: string, state = 'closed') => {
    // An object of its own for each, as for endpoints.
    const endpoint = { reseller: 'default', domain };
    endpoints.set(domain, endpoint);
    const lane = { inFlight: 0, breaker: { state }, endpoint };
    return { lane } as unknown as LaneState & { lane: { inFlight: number } };
  };
  const start = (state: ReturnType<typeof laneOf>): Unit => {
    const unit = { probe: false } as Unit;
    state.lane.inFlight++;
    share.started(state, unit);
    return unit;
  };
  /** @returns how many it got */
  const fill = (state: ReturnType<typeof laneOf>, wanted: number): number => {
    let got = 0;
    for (; got < wanted && share.mayStart(state); got++) start(state);
    return got;
  };
  return { share, laneOf, start, fill };
}

test('a tenant with very many slow receivers has half of all requests, and others get theirs at once', () => {
  const { share, laneOf, fill } = setUp(2_000);
  let taken = 0;
  for (let lane = 0; lane < 2_000; lane++) taken += fill(laneOf('greedy'), 64);
  assert.ok(taken <= 1_000, `it has ${taken}`);
  assert.equal(share.underWay, taken);
  assert.equal(fill(laneOf('well'), 64), 64);
});

test('however many tenants take all they can get one after the other, one that has nothing gets something', () => {
  const { laneOf, fill } = setUp(2_000);
  for (let tenant = 0; tenant < 50; tenant++) {
    for (let lane = 0; lane < 20; lane++) fill(laneOf(`greedy-${tenant}`), 64);
  }
  assert.ok(fill(laneOf('well'), 64) >= 1);
});

test('of one tenant too, receivers that are slow leave others something', () => {
  const { laneOf, fill } = setUp(2_000);
  for (let lane = 0; lane < 50; lane++) fill(laneOf('acme'), 60);
  assert.ok(fill(laneOf('acme'), 64) >= 1);
});

test('probes of a tenant with very many broken receivers leave others theirs', () => {
  const { laneOf, fill } = setUp(2_000);
  let taken = 0;
  for (let lane = 0; lane < 2_000; lane++) taken += fill(laneOf('greedy', 'open'), 1);
  assert.ok(taken <= 250, `${taken} probes`);
  assert.equal(fill(laneOf('well', 'open'), 1), 1);
  assert.equal(fill(laneOf('well'), 64), 64);
});

test('what comes free goes to tenants in turn, and to the lanes of each', () => {
  const { share, laneOf, start, fill } = setUp(64);
  const busy = laneOf('busy');
  const units = Array.from({ length: 32 }, () => start(busy));
  for (let lane = 0; lane < 64; lane++) fill(laneOf(`other-${lane}`), 1);
  const [one, two, three] = [laneOf('many'), laneOf('many'), laneOf('single')];
  for (const state of [one, two, three, busy]) share.lineUp(state);
  const names = new Map<LaneState, string>([
    [one, 'one'],
    [two, 'two'],
    [three, 'three'],
    [busy, 'busy'],
  ]);
  const served: string[] = [];
  for (const unit of units) {
    busy.lane.inFlight--;
    share.ended(unit);
    share.serve((state) => {
      served.push(names.get(state) ?? '');
      start(state);
      return true;
    });
  }
  assert.deepEqual(served.slice(0, 4), ['one', 'three', 'two', 'three']);
});

test('a lane that is alone in having room is not held up by very many in line that have as much as they may', () => {
  const { share, laneOf, start } = setUp(2_000);
  const full = Array.from({ length: 20 }, () => laneOf('acme'));
  for (const state of full) for (let count = 0; count < 49; count++) start(state);
  for (const state of full) share.lineUp(state);
  const free = laneOf('acme');
  share.lineUp(free);
  let started = 0;
  share.serve((state) => {
    if (state !== free || started === 1) return false;
    started++;
    return true;
  });
  assert.equal(started, 1);
});

test('tenants with nothing under way are not remembered for ever', () => {
  const { share, laneOf, fill, start } = setUp(2_000);
  const kept = laneOf('kept');
  const unit = start(kept);
  for (let tenant = 0; tenant < 20_001; tenant++) share.mayStart(laneOf(`tenant-${tenant}`));
  assert.ok(fill(kept, 64) === 64, 'it is counted on');
  share.ended(unit);
  assert.equal(share.underWay, 64);
});
