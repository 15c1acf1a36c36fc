import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Headers } from '../../../../test/support/asterisk-manager.ts';
import { type PlayedChannel, type PlayedPbx, shown } from '../../../../test/support/asterisk-pbx.ts';
import { created, firstChannel, listen, says } from '../../../../test/support/commanded-pbx.ts';

const caller: PlayedChannel = { ...firstChannel, id: `${created}.1`, state: '4' };
const callee: PlayedChannel = {
  ...{ name: 'PJSIP/102-00000002', id: `${created}.2`, linkedId: caller.id, number: '102', exten: '' },
  state: '5',
};
const taken = says('Success', 'Channel Hungup');
const gone = says('Error', 'No such channel');

/** 101 calls 102, whose phone rings. */
async function ringing(t: TestContext) {
  const world = await listen(t);
  for (const channel of [caller, callee]) world.pbx.emit('Newchannel', shown(channel));
  world.pbx.emit('DialBegin', shown(caller), shown(callee, 'Dest'), [['DialString', '102']]);
  await world.until(() => world.types().includes('leg.ringing'));
  return { ...world, id: world.events.at(-1)?.call?.id ?? '' };
}

/** The PBX answers each hang-up so. */
function answers(pbx: PlayedPbx, answer: (channelId: string) => Headers | null | undefined): void {
  pbx.obey = (action) => (action.get('action') === 'Hangup' ? answer(action.get('channel') ?? '') : undefined);
}

const dialOver = (status: string): readonly [string, ...Headers[]] => [
  'DialEnd',
  shown(caller),
  shown(callee, 'Dest'),
  [['DialStatus', status]],
];
const over = (channel: PlayedChannel, cause: string): readonly [string, ...Headers[]] => [
  'Hangup',
  shown(channel),
  [['Cause', cause]],
];

/** Nobody answers 102's phone, and the PBX lets the caller go. */
function ringsOut(pbx: PlayedPbx): void {
  for (const event of [dialOver('NOANSWER'), over(callee, '16'), over(caller, '16')]) pbx.emit(...event);
}

const ofTheEnd = async (world: Awaited<ReturnType<typeof ringing>>): Promise<unknown[]> => {
  await world.until(() => world.types().includes('call.closed'));
  const call = world.events.findLast(({ type }) => type === 'call.ended')?.call;
  const leg = world.events.find(({ type, extension }) => type === 'leg.ended' && extension === '102')?.leg;
  return [leg?.outcome, call?.outcome, call?.hungUpBy];
};

test('a hang-up that the PBX carries out: cancelled, by nobody in the call', async (t) => {
  const world = await ringing(t);
  answers(world.pbx, () => taken);
  assert.deepEqual(await world.phones.hangUp(world.id), { kind: 'taken' });
  ringsOut(world.pbx);
  assert.deepEqual(await ofTheEnd(world), ['cancelled', 'cancelled', 'system']);
});

test('what ends right behind the PBX’s yes, in the same bytes, was ended by it', async (t) => {
  const world = await ringing(t);
  world.pbx.obey = (action) => {
    if (action.get('action') !== 'Hangup') return undefined;
    if (action.get('channel') !== caller.id) return gone;
    const id = action.get('actionid') ?? '';
    const events = [dialOver('CANCEL'), over(callee, '16'), over(caller, '16')];
    const packets = events.map(([name, ...headers]): Headers => [['Event', name], ...headers.flat()]);
    world.pbx.manager.emitTogether([[...taken, ['ActionID', id]], ...packets]);
    return null;
  };
  assert.deepEqual(await world.phones.hangUp(world.id), { kind: 'taken' });
  assert.deepEqual(await ofTheEnd(world), ['cancelled', 'cancelled', 'system']);
});

for (const problem of ['Permission denied', 'No such channel']) {
  test(`a hang-up that is refused (${problem}) changes nothing of how the call ends`, async (t) => {
    const world = await ringing(t);
    answers(world.pbx, () => says('Error', problem));
    const result = await world.phones.hangUp(world.id);
    assert.equal(result.kind, problem === 'No such channel' ? 'no_call' : 'refused');
    ringsOut(world.pbx);
    assert.deepEqual(await ofTheEnd(world), ['no_answer', 'no_answer', 'system']);
  });
}

test('a call that ended by itself just before the answer was not ended by us', async (t) => {
  const world = await ringing(t);
  let left = 2;
  answers(world.pbx, () => {
    if (left-- === 2) ringsOut(world.pbx);
    return gone;
  });
  assert.deepEqual(await world.phones.hangUp(world.id), { kind: 'no_call' });
  assert.deepEqual(await ofTheEnd(world), ['no_answer', 'no_answer', 'system']);
});

test('no answer in time: not known, and the call ends as the PBX shows it', async (t) => {
  const world = await ringing(t);
  answers(world.pbx, () => null);
  const asked = world.phones.hangUp(world.id);
  await world.pbx.manager.received('Hangup', 2);
  world.clock.advance(10_000);
  assert.deepEqual(await asked, { kind: 'unknown' });
  ringsOut(world.pbx);
  assert.deepEqual(await ofTheEnd(world), ['no_answer', 'no_answer', 'system']);
});

test('the connection breaks before the answer: what is gone then is lost, not cancelled', async (t) => {
  const world = await ringing(t);
  answers(world.pbx, () => {
    for (const socket of world.pbx.manager.sockets) socket.destroy();
    return undefined;
  });
  assert.deepEqual(await world.phones.hangUp(world.id), { kind: 'unknown' });
  await world.until(() => world.types().includes('connector.down'));
  world.clock.advance(30_000);
  assert.deepEqual(await ofTheEnd(world), ['lost', 'lost', null]);
});
