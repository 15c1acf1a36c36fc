import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, eventOf } from '../../../test/support/builders.ts';
import { DeliveryWorld } from '../../../test/support/delivery-world.ts';
import { everything } from '../../model/scope.ts';
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

test('looking has a share of its own in each domain: it holds up no deliveries, nor they it', () => {
  const looks = new LookBudget();
  const of = { reseller: 'r1', domain: 'a' };
  const slow = new Rendering(new RenderBudget(), of);
  slow.took(100, 0);
  assert.equal(looks.waitMs(of, 0), 0);
  looks.took(of, 0.9, 0);
  looks.took(of, 80, 0);
  assert.equal(Math.round(looks.waitMs(of, 0)), 600);
  assert.equal(Math.round(slow.readyAt(0)), 1_000);
  assert.equal(looks.waitMs({ reseller: 'r2', domain: 'a' }, 0), 0);
  assert.equal(looks.waitMs(of, 600), 0);
  assert.equal(looks.slowMs, 80);
});

test('looks have 10 % of the time together: past that all wait as long as it takes to make up for them', () => {
  const looks = new LookBudget();
  const of = (domain: number) => ({ reseller: 'r1', domain: `c${domain}` });
  for (let domain = 0; domain < 3; domain++) looks.took(of(domain), 50, 0);
  // 150 ms at 10 % are made up for in 1500 ms, of which a second is taken at once.
  for (const domain of [0, 3]) assert.equal(Math.round(looks.waitMs(of(domain), 100)), 400);
  assert.equal(looks.waitMs(of(3), 500), 0);
});

test('deliveries wait for no looks, however many domains look at once', async () => {
  const world = new DeliveryWorld(1);
  await world.start();
  const one = { seq: 1, acceptedAt: new Date(0).toISOString(), ...eventOf() };
  const naming = { deliveryId: '1-1', attempt: 1, replay: 0 };
  const kinds = new Map<string, number>();
  for (let domain = 0; domain < 20; domain++) {
    const scope = { reseller: 'r1', domain: `c${domain}`, user: '*', extension: '*' };
    const looking = { options: { renderMs: 100 }, selection: { scope } };
    const { kind } = world.delivery.preview(await world.subscribe(`c${domain}.test`, looking), one, naming);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  assert.ok((kinds.get('later') ?? 0) >= 15, 'each may look, but not all together');
  assert.ok((kinds.get('request') ?? 0) >= 1);
  const slow = await world.subscribe('slow.test', { options: { renderMs: 2 } });
  await world.append(...Array.from({ length: 10 }, (_, at) => ({ call: callOf(`c${at}`) })));
  await world.pass(200);
  assert.equal(world.firstReceipts(slow.number).length, 10);
  assert.equal(world.delivery.figures().slowRenderMs, 20 + 100 * (kinds.get('request') ?? 0));
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
