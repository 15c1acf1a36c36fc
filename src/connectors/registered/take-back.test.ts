/** All registrations are taken back before what says whose they are goes away: in bounded time, and it says what is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistrarWorld, extension, type RegistrarWorld } from '../../../test/support/registrar-world.ts';
import type { TakenBack } from '../../model/registration.ts';

const phone = 'extension 0003*101';
const queue = 'extension 0003*500';
const whole = ['answer', 'dial-in', 'dial-out', 'hangup'];

async function started(): Promise<RegistrarWorld> {
  const world = createRegistrarWorld('ringme');
  world.extensions = [extension('101'), extension('500', { type: 'queue', users: [] })];
  await world.start();
  await world.settle();
  return world;
}

async function takeBack(world: RegistrarWorld, withinMs: number): Promise<TakenBack> {
  let taken: TakenBack | null = null;
  const asked = world
    .registrar()
    .registration.takeBack(withinMs)
    .then((one) => (taken = one));
  await world.settle(withinMs);
  assert.notEqual(taken, null, 'it ends in time');
  return asked;
}

test('its own events are gone, others’ stay; nothing is registered again before it is let go', async () => {
  const world = await started();
  world.pbx.put(phone, 'dial-in', 'https://crm.example/hook');
  const { left, letGo } = await takeBack(world, 30_000);
  assert.deepEqual(left, []);
  world.changed();
  await world.settle();
  assert.deepEqual([world.shown(phone), world.shown(queue), world.tokens.size], [['dial-in of others'], [], 0]);
  letGo();
  letGo();
  await world.settle();
  assert.deepEqual(world.shown(phone), [...whole, 'dial-in of others'].toSorted(), 'whoever is still mapped is again');
});

test('where the phone system does not answer, or asks to wait, it says in time what is left', async () => {
  for (const answer of ['down', { status: 429, body: {}, headers: { 'retry-after': '3600' } }] as const) {
    const world = await started();
    const before = world.clock.monotonic();
    world.pbx.trouble = (request) => (request.method === 'DELETE' ? answer : null);
    const { left, letGo } = await takeBack(world, 30_000);
    assert.ok(world.clock.monotonic() - before <= 30_000);
    assert.deepEqual(
      left.map(({ extension: number, event }) => `${number} ${event}`).toSorted(),
      [...whole.map((event) => `0003*101 ${event}`), '0003*500 hangup'].toSorted(),
    );
    world.pbx.trouble = () => null;
    letGo();
    await world.settle(4 * 3_600_000);
    assert.deepEqual(world.shown(phone), whole, 'and goes on as before');
  }
});

test('whoever takes them back while another does waits for the same run, and neither has them left', async () => {
  const world = await started();
  let first = true;
  world.pbx.trouble = (request) => {
    if (request.method !== 'DELETE' || !first) return null;
    first = false;
    return { status: 429, body: {}, headers: { 'retry-after': '5' } };
  };
  const { registration } = world.registrar();
  const one = registration.takeBack(30_000);
  await world.settle(1_000);
  const other = registration.takeBack(30_000);
  await world.settle(30_000);
  assert.deepEqual([(await one).left, (await other).left, world.shown(phone)], [[], [], []]);
});

test('a run that waits is broken off for it', async () => {
  const world = await started();
  world.pbx.trouble = () => ({ status: 429, body: {}, headers: { 'retry-after': '3600' } });
  const synced = world.registrar().registration.sync(false);
  await world.settle(1_000);
  assert.equal(world.registrar().registration.state().state, 'running');
  world.pbx.trouble = () => null;
  const { left } = await takeBack(world, 30_000);
  assert.deepEqual([left, world.shown(phone)], [[], []]);
  assert.match((await synced).problems[0] ?? '', /it was broken off, since/);
});
