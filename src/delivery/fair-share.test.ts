import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';
import { FairShare } from './fair-share.ts';
import type { Unit } from './lane/unit.ts';
import type { LaneState } from './lane-table.ts';

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

test('a lane that is alone in having room is not held up by very many in line that have as much as they may', () => {
  const share = new FairShare(2_000, () => false);
  const laneWith = (inFlight: number) => ({ lane: { inFlight, breaker: { state: 'closed' } } }) as unknown as LaneState;
  const unit = { probe: false } as Unit;
  const full = Array.from({ length: 40 }, () => laneWith(49));
  for (const state of full) for (let count = 0; count < 49; count++) share.started(state, { ...unit });
  for (const state of full) share.lineUp(state);
  const free = laneWith(0);
  share.lineUp(free);
  let started = 0;
  const startOne = (state: LaneState): boolean => {
    if (state !== free || started === 1) return false;
    started++;
    return true;
  };
  share.serve(startOne);
  assert.equal(started, 1);
});
