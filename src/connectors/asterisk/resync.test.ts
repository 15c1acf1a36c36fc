import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordedPbx } from '../../../test/support/recorded-pbx.ts';
import { beginOf, recorded } from '../../../test/support/recordings.ts';
import type { AmiAction } from './ami/action.ts';
import { AmiPacket } from './ami/packet.ts';
import type { ActionResult } from './ami/pending.ts';
import { askPicture, type Picture } from './resync.ts';

/** The picture of a recorded PBX right after the first event of that name. */
async function pictureAfter(name: string, event: string, refuses: readonly string[] = []): Promise<Picture['resync']> {
  const packets = recorded(name);
  const pbx = new RecordedPbx(beginOf(packets));
  const until = packets.findIndex((packet) => packet.event === event);
  assert.ok(until > 0, `${name} has no ${event}`);
  for (const packet of packets.slice(0, until + 1)) pbx.say(packet);
  const ask = (action: AmiAction): Promise<ActionResult> =>
    Promise.resolve(refuses.includes(action.name) ? { kind: 'refused', problem: 'no' } : pbx.ask(action));
  const asked = await askPicture(ask, () => {});
  assert.ok(asked.kind === 'ok');
  return asked.value.resync;
}

test('who waits in a queue is listed with its place', async () => {
  const { waiting, channels, parked } = await pictureAfter('queue-ringall', 'AgentCalled');
  const [only, ...others] = waiting ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual(
    { queue: only?.queue, position: only?.position, waiting: only?.waiting },
    { queue: 'q201', position: 1, waiting: null },
  );
  assert.ok(channels.some(({ id }) => id === only?.channelId));
  assert.deepEqual(parked, []);
  assert.deepEqual((await pictureAfter('queue-ringall', 'QueueCallerLeave')).waiting, []);
});

test('the agents of queues are listed as the queue names them', async () => {
  const member = (headers: readonly (readonly [string, string])[]) =>
    new AmiPacket([['Event', 'QueueMember'], ['Queue', 'q203'], ['Status', '1'], ['Paused', '0'], ...headers]);
  const items = [
    member([
      ['Name', 'Bob'],
      ['Location', 'PJSIP/151'],
      ['StateInterface', 'PJSIP/151'],
    ]),
    member([
      ['Name', 'Local/158@phones/n'],
      ['Location', 'Local/158@phones/n'],
      ['StateInterface', 'PJSIP/158'],
    ]),
  ];
  const response = new AmiPacket([['Response', 'Success']]);
  const ask = ({ name }: AmiAction): Promise<ActionResult> =>
    Promise.resolve({ kind: 'ok', response, items: name === 'QueueStatus' ? items : [] });
  const asked = await askPicture(ask, () => {});
  assert.ok(asked.kind === 'ok');
  assert.deepEqual(asked.value.resync.agents, [
    { queue: 'q203', agent: 'PJSIP/151', agentName: 'Bob', device: null },
    { queue: 'q203', agent: '158', agentName: '158', device: 'PJSIP/158' },
  ]);
});

test('who is parked is listed with the slot and who parked it', async () => {
  const [only, ...others] = (await pictureAfter('park-retrieved', 'ParkedCall')).parked ?? [];
  assert.deepEqual(others, []);
  assert.deepEqual(
    { lot: only?.lot, parkedBy: only?.parkedBy, isTimed: Number(only?.timeoutMs) >= 1_000 },
    { lot: 'default', parkedBy: 'PJSIP/142', isTimed: true },
  );
  assert.match(only?.slot ?? '', /^4\d\d$/);
  assert.deepEqual((await pictureAfter('park-retrieved', 'UnParkedCall')).parked, []);
});

test('a room is a bridge with a name', async () => {
  const { bridges } = await pictureAfter('conference', 'ConfbridgeJoin');
  assert.deepEqual(
    bridges.map(({ room, name, channelIds }) => [room, name, channelIds.length]),
    [[true, '301', 1]],
  );
});

test('a PBX without queues or parking is asked in vain, and listened to all the same', async () => {
  const picture = await pictureAfter('inbound-answered', 'BridgeEnter', ['QueueStatus', 'ParkedCalls']);
  assert.deepEqual([picture.waiting, picture.parked], [undefined, undefined]);
  assert.ok(picture.channels.length > 0);
});
