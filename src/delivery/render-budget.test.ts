import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '../../test/support/builders.ts';
import { DeliveryWorld } from '../../test/support/delivery-world.ts';
import { everything } from '../model/scope.ts';
import { LookBudget, RenderBudget, Rendering } from './render-budget.ts';

test('what takes under a millisecond is not counted; beyond, a domain has 5 % of the time, and all together 20 %', () => {
  const budget = new RenderBudget();
  const of = (domain: string) => new Rendering(budget, { reseller: 'r1', domain });
  const slow = of('a');
  for (let at = 0; at < 1_000; at++) slow.took(0.9, at);
  assert.equal(slow.readyAt(1_000), 1_000);
  const [other, beside] = [of('b'), of('a')];
  for (let count = 0; count < 7; count++) slow.took(8, 1_000);
  // 56 ms at 5 % are made up for in 1120 ms, of which a second is taken at once.
  assert.equal(Math.round(slow.readyAt(1_000)), 1_120);
  assert.equal(beside.readyAt(1_000), 1_000, 'one of the same domain that renders nothing slowly');
  assert.equal(other.readyAt(1_000), 1_000);
  other.took(1, 1_000);
  assert.ok(other.readyAt(1_000) <= 1_000);
  for (let domain = 0; domain < 10; domain++) of(`c${domain}`).took(40, 1_000);
  assert.ok(other.readyAt(1_000) > 2_000, 'all together are past their share');
  assert.ok(slow.readyAt(100_000) <= 100_000);
});

test('looking has a share of its own: it holds up no deliveries, nor they it, but all together have no more', () => {
  const budget = new RenderBudget();
  const looks = new LookBudget(budget);
  const of = { reseller: 'r1', domain: 'a' };
  const slow = new Rendering(budget, of);
  slow.took(100, 0);
  assert.equal(looks.waitMs(of, 0), 0);
  looks.took(of, 80, 0);
  assert.equal(Math.round(looks.waitMs(of, 0)), 600);
  assert.equal(Math.round(slow.readyAt(0)), 1_000);
  assert.equal(looks.waitMs({ reseller: 'r2', domain: 'a' }, 0), 0);
  for (let domain = 0; domain < 20; domain++) looks.took({ reseller: 'r1', domain: `c${domain}` }, 40, 0);
  assert.ok(looks.waitMs(of, 0) > 3_000, 'all together are past their share');
  assert.equal(looks.waitMs({ reseller: 'r1', domain: 'quick' }, 0), 0, 'who owes nothing may look');
  assert.equal(looks.waitMs(of, 100_000), 0);
});

test('slow templates make their own deliveries wait, in order, and nobody else’s', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const slow = await world.subscribe('slow.test', { options: { renderMs: 8 } });
  const scope = { reseller: '*', domain: 'globex', user: '*', extension: '*' };
  const other = await world.subscribe('other.test', { selection: { scope } });
  const calls = Array.from({ length: 100 }, (_, at) => at);
  await world.append(...calls.map((at) => ({ call: callOf(`c${at % 10}`) })));
  await world.append(...calls.map((at) => ({ call: callOf(`c${at}`), domain: 'globex' })));
  await world.pass(1_500);
  assert.equal(world.firstReceipts(other.number).length, 100);
  const early = world.firstReceipts(slow.number).length;
  assert.ok(early >= 7 && early < 30, `${early}`);
  const { holds } = world.delivery.standing(slow.endpoint, { subscription: slow.number, seq: 100 }, 'acme');
  assert.ok(holds.some(({ by }) => by === 'rendering'));
  // 800 ms of rendering at 50 ms a second.
  await world.pass(20_000);
  const received = world.firstReceipts(slow.number);
  assert.equal(received.length, 100);
  for (let call = 0; call < 10; call++) {
    const ofCall = received.filter((seq) => (seq - 1) % 10 === call);
    assert.deepEqual(
      ofCall,
      ofCall.toSorted((a, b) => a - b),
    );
  }
  assert.ok(world.delivery.figures().slowRenderMs >= 800);
  assert.equal(world.delivery.endpoints(everything).length, 2);
});
