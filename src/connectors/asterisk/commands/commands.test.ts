import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Headers } from '../../../../test/support/asterisk-manager.ts';
import { type PlayedChannel, type PlayedPbx, shown } from '../../../../test/support/asterisk-pbx.ts';
import { allowed, created, firstChannel, listen, order, queued, says } from '../../../../test/support/commanded-pbx.ts';

const nothing = () => Promise.resolve();

/** The PBX takes the order and makes its channel, which rings. */
function takes(pbx: PlayedPbx): void {
  pbx.obey = (action) => (action.get('action') === 'Originate' ? queued : undefined);
}

test('where the configuration has no context there are no commands', async (t) => {
  const { connector } = await listen(t, { ...allowed, context: null });
  assert.equal(connector.commands, null);
});

test('an order is in the log and has its name before the PBX is asked', async (t) => {
  const { pbx, phones, events, actions } = await listen(t);
  takes(pbx);
  let named = '';
  const result = await phones.originate(order, async (callId) => {
    named = callId;
    assert.deepEqual(events.at(-1)?.call?.id, callId);
    assert.equal(events.at(-1)?.type, 'call.started');
    assert.equal(actions('Originate').length, 0);
  });
  assert.deepEqual(result, { kind: 'taken' });
  const [action] = actions('Originate');
  assert.equal(action?.get('channel'), 'PJSIP/101');
  assert.equal(action?.get('actionid'), action?.get('channelid'));
  const channel = { ...firstChannel, id: action?.get('channelid') ?? '' };
  pbx.emit('Newchannel', shown({ ...channel, state: '0' }));
  pbx.emit('DialBegin', shown(channel, 'Dest'), [['DialString', 'PJSIP/101']]);
  pbx.emit('Hangup', shown(channel), [['Cause', '19']]);
  while (!events.some(({ type }) => type === 'call.closed')) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(new Set(events.flatMap(({ call }) => call?.id ?? [])), new Set([named]));
  assert.ok(events.every(({ call }) => call === null || call.origin.requestId === 'r-1'));
});

test('an order that the PBX refuses is told by the answer and by the call', async (t) => {
  const { pbx, phones, calls, until, types } = await listen(t);
  pbx.obey = (action) => (action.get('action') === 'Originate' ? says('Error', 'Permission denied') : undefined);
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'refused', problem: 'Permission denied' });
  await until(() => types().includes('call.closed'));
  assert.deepEqual(calls(), ['call.started', 'leg.ended 101 failed', 'call.ended failed', 'call.closed']);
});

test('an order for a phone that is not there ends when the PBX says so', async (t) => {
  const { pbx, phones, calls, until, types, actions } = await listen(t);
  takes(pbx);
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'taken' });
  const id = actions('Originate')[0]?.get('actionid') ?? '';
  const failure: Headers = [
    ['Response', 'Failure'],
    ['Reason', '0'],
    ['Uniqueid', '<null>'],
    ['Timestamp', '1700000001.5'],
  ];
  pbx.emit('OriginateResponse', [['ActionID', 'offhook-1767225600.1']], failure);
  pbx.emit('OriginateResponse', [['ActionID', id]], failure);
  await until(() => types().includes('call.closed'));
  assert.deepEqual(calls(), ['call.started', 'leg.ended 101 unreachable', 'call.ended unreachable', 'call.closed']);
});

test('what becomes of an order may be told before the order is answered', async (t) => {
  const { pbx, phones, calls, until, types } = await listen(t);
  pbx.obey = (action) => {
    if (action.get('action') !== 'Originate') return undefined;
    const id = action.get('actionid') ?? '';
    pbx.emit('OriginateResponse', [
      ['ActionID', id],
      ['Response', 'Failure'],
      ['Reason', '5'],
      ['Timestamp', '1700000001.5'],
    ]);
    return queued;
  };
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'taken' });
  await until(() => types().includes('call.closed'));
  assert.ok(calls().includes('call.ended busy'));
});

test('while the log refuses nothing is dialled', async (t) => {
  const { pbx, phones, log, actions, clock, calls, until, types } = await listen(t);
  takes(pbx);
  log.refuses = true;
  const named = t.mock.fn(nothing);
  assert.deepEqual(await phones.originate(order, named), { kind: 'log_full' });
  assert.equal(named.mock.callCount(), 0);
  log.refuses = false;
  clock.advance(10_000);
  await until(() => types().includes('call.closed'));
  assert.equal(actions('Originate').length, 0);
  assert.ok(calls().includes('call.ended failed'));
});

test('where the name can’t be kept nothing is dialled, and the call ends', async (t) => {
  const { pbx, phones, actions, calls, until, types } = await listen(t);
  takes(pbx);
  await assert.rejects(
    phones.originate(order, () => Promise.reject(new Error('no disk'))),
    /no disk/,
  );
  await until(() => types().includes('call.closed'));
  assert.equal(actions('Originate').length, 0);
  assert.ok(calls().includes('call.ended failed'));
});

test('a PBX that is not connected is not asked, and no call begins', async (t) => {
  const { pbx, phones, calls, until, types } = await listen(t);
  for (const socket of pbx.manager.sockets) socket.destroy();
  await until(() => types().includes('connector.down'));
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'not_connected' });
  assert.deepEqual(await phones.hangUp('x'), { kind: 'not_connected' });
  assert.deepEqual(calls(), []);
});

test('a connection that breaks before the answer: unknown, and the next picture tells', async (t) => {
  const { pbx, phones, calls, until, types, clock } = await listen(t);
  pbx.obey = (action) => {
    if (action.get('action') === 'Originate') for (const socket of pbx.manager.sockets) socket.destroy();
    return undefined;
  };
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'unknown' });
  await until(() => types().includes('connector.down'));
  assert.deepEqual(calls(), ['call.started']);
  clock.advance(30_000);
  await until(() => types().includes('call.closed'));
  assert.deepEqual(calls(), ['call.started', 'leg.ended 101 lost', 'call.ended lost', 'call.closed']);
});

test('more orders than may be in a while are told to wait, and no call begins', async (t) => {
  const { pbx, phones, calls, clock } = await listen(t);
  takes(pbx);
  for (const expected of ['taken', 'taken', 'too_many']) {
    assert.equal((await phones.originate(order, nothing)).kind, expected);
  }
  assert.deepEqual(await phones.originate(order, nothing), { kind: 'too_many', waitMs: 5_000 });
  assert.deepEqual(calls(), ['call.started', 'call.started']);
  clock.advance(5_000);
  assert.equal((await phones.originate(order, nothing)).kind, 'taken');
});

test('a first end for which there is no channel is refused before anything is told', async (t) => {
  const { phones, calls } = await listen(t);
  const outside = { ...order, from: { kind: 'outside', number: '+12157010680' } } as const;
  const result = await phones.originate(outside, nothing);
  assert.equal(result.kind, 'cannot');
  assert.match('problem' in result ? result.problem : '', /commands\.outside/);
  assert.deepEqual(calls(), []);
});

const caller: PlayedChannel = { ...firstChannel, id: `${created}.1`, state: '6', bridge: 'b1' };
const callee: PlayedChannel = {
  ...caller,
  ...{ name: 'PJSIP/102-00000002', id: `${created}.2`, linkedId: caller.id, number: '102', exten: '' },
};

/** 101 talks to 102. */
async function talking(t: TestContext) {
  const world = await listen(t);
  for (const channel of [caller, callee]) {
    world.pbx.emit('Newchannel', shown({ ...channel, state: '4', bridge: '' }));
    world.pbx.emit('BridgeEnter', shown(channel), [
      ['BridgeUniqueid', 'b1'],
      ['BridgeTechnology', 'simple_bridge'],
    ]);
  }
  await world.until(() => world.types().includes('call.answered'));
  return { ...world, id: world.events.at(-1)?.call?.id ?? '' };
}

test('a call is hung up at every device, by the PBX’s own ids', async (t) => {
  const { pbx, phones, actions, id } = await talking(t);
  pbx.obey = (action) => (action.get('action') === 'Hangup' ? says('Success', 'Channel Hungup') : undefined);
  assert.deepEqual(await phones.hangUp(id), { kind: 'taken' });
  assert.deepEqual(
    actions('Hangup').map((action) => [action.get('channel'), action.get('cause')]),
    [
      [caller.id, '16'],
      [callee.id, '16'],
    ],
  );
  assert.deepEqual(await phones.hangUp('another'), { kind: 'no_call' });
});

test('one device that is gone already does not keep the call from being ended; all of them do', async (t) => {
  const { pbx, phones, id } = await talking(t);
  const gone = says('Error', 'No such channel');
  pbx.obey = (action) => {
    if (action.get('action') !== 'Hangup') return undefined;
    return action.get('channel') === caller.id ? gone : says('Success', 'Channel Hungup');
  };
  assert.deepEqual(await phones.hangUp(id), { kind: 'taken' });
  pbx.obey = (action) => (action.get('action') === 'Hangup' ? gone : undefined);
  assert.deepEqual(await phones.hangUp(id), { kind: 'no_call' });
});

test('a transfer sends on whoever the named extension talks with, into the configured context', async (t) => {
  const { pbx, phones, actions, id } = await talking(t);
  pbx.obey = (action) => (action.get('action') === 'BlindTransfer' ? says('Success', 'Transfer succeeded') : undefined);
  const to = { kind: 'extension', number: '103' } as const;
  assert.deepEqual(await phones.transfer(id, '102', to), { kind: 'taken' });
  const [action] = actions('BlindTransfer');
  assert.deepEqual(
    ['channel', 'context', 'exten'].map((name) => action?.get(name)),
    [callee.id, 'phones', '103'],
  );
  assert.equal((await phones.transfer(id, '107', to)).kind, 'not_now');
  assert.deepEqual(await phones.transfer('another', '102', to), { kind: 'no_call' });
});
