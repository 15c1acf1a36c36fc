import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createBodyBudget } from './budget.ts';
import { ReceivedBody } from './received-body.ts';

test('a body is what came, in whatever pieces, and holds at most twice as much', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 20 }), fc.boolean(), (pieces, isSaid) => {
      const budget = createBodyBudget(10_000_000);
      const whole = Buffer.concat(pieces);
      const body = new ReceivedBody(budget.open('a'), isSaid ? whole.length : 1_000_000);
      for (const piece of pieces) assert.equal(body.add(Buffer.from(piece)), true);
      assert.ok(body.whole().equals(whole));
      assert.ok(budget.held() <= (isSaid ? whole.length : Math.max(4_096, 2 * whole.length)), `${budget.held()}`);
    }),
  );
});

test('a body in one piece is not copied', () => {
  const piece = Buffer.from('{"type":"call.started"}');
  const body = new ReceivedBody(createBodyBudget(10_000).open('a'), piece.length);
  assert.equal(body.add(piece), true);
  assert.equal(body.whole().buffer, piece.buffer);
});

test('what finds no room is not taken', () => {
  const budget = createBodyBudget(80_000);
  const body = new ReceivedBody(budget.open('a'), 1_000_000);
  assert.equal(body.add(Buffer.alloc(20_000)), true);
  assert.equal(body.add(Buffer.alloc(40_000)), false);
  assert.equal(body.length, 20_000);
  assert.equal(budget.held(), 20_000);
});
