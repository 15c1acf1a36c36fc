import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createBodyBudget, type HeldBody, smallBodyBytes } from './budget.ts';

const big = 1_000_000;

/** As many bodies of this size as there is room for. */
function fill(budget: ReturnType<typeof createBodyBudget>, tenant: string, bytes: number): HeldBody[] {
  const all: HeldBody[] = [];
  for (let body = budget.open(tenant); body.growTo(bytes); body = budget.open(tenant)) all.push(body);
  return all;
}

test('a tenant has as much as is still free: alone half, two a third each, and the next one finds room', () => {
  const budget = createBodyBudget(40 * big);
  assert.equal(fill(budget, 'a', big).length, 15);
  assert.equal(fill(budget, 'b', big).length, 7);
  assert.equal(fill(budget, 'c', big).length, 4);
  assert.equal(budget.held(), 26 * big);
});

test('small bodies have a part that large ones never take, and use the rest where theirs is taken', () => {
  const budget = createBodyBudget(40 * big);
  for (let tenant = 0; tenant < 100; tenant++) fill(budget, `greedy ${tenant}`, big);
  assert.equal(budget.open('usual').fits(big), false);
  assert.equal(budget.open('usual').fits(smallBodyBytes), true);
  const alone = createBodyBudget(40 * big);
  const bytes = fill(alone, 'a', smallBodyBytes).length * smallBodyBytes;
  assert.ok(bytes > 19 * big && bytes <= 20 * big, `${bytes}`);
});

test('a body that grows takes what it grew by, and keeps what it has where there is no more', () => {
  const budget = createBodyBudget(8 * big);
  const body = budget.open('a');
  assert.equal(body.growTo(10), true);
  assert.equal(body.growTo(2 * big), true);
  assert.equal(body.growTo(big), true);
  assert.equal(budget.held(), 2 * big);
  assert.equal(body.growTo(4 * big), false);
  assert.equal(budget.held(), 2 * big);
  body.release();
  body.release();
  assert.equal(budget.held(), 0);
  assert.equal(body.growTo(1), false);
  assert.equal(budget.held(), 0);
});

test('asking whether it fits takes nothing', () => {
  const budget = createBodyBudget(8 * big);
  assert.equal(budget.open('a').fits(3 * big), true);
  assert.equal(budget.open('a').fits(3 * big + 1), false);
  assert.equal(budget.held(), 0);
});

test('whatever comes and goes: never more than there is, and in the end nothing is held', () => {
  const steps = fc.array(
    fc.record({ body: fc.nat(20), tenant: fc.nat(3), bytes: fc.nat(300_000), release: fc.boolean() }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const budget = createBodyBudget(big);
      const bodies = new Map<number, HeldBody>();
      for (const { body, tenant, bytes, release } of all) {
        const held = bodies.get(body) ?? budget.open(String(tenant));
        bodies.set(body, held);
        if (!release) held.growTo(bytes);
        else if (bodies.delete(body)) held.release();
        assert.ok(budget.held() >= 0 && budget.held() <= big);
      }
      for (const held of bodies.values()) held.release();
      assert.equal(budget.held(), 0);
      assert.equal(budget.open('0').fits((big * 3) / 8), true);
    }),
  );
});
