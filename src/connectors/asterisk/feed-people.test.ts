/** Phones, agents and mailboxes in the order of the feed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeopleSignal } from '../../calls/people/index.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { AmiPacket } from './ami/packet.ts';
import type { ActionResult } from './ami/pending.ts';
import { Feed } from './feed.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const device = (name: string, State: string): AmiPacket =>
  new AmiPacket([
    ['Event', 'DeviceStateChange'],
    ['Device', name],
    ['State', State],
  ]);
const booted = new AmiPacket([['Event', 'FullyBooted']]);

/** A feed from a PBX that lists these devices. */
function setUp() {
  const clock = new ManualClock();
  const pbx = { devices: [device('PJSIP/101', 'NOT_INUSE')], behindTheList: [] as AmiPacket[], refuses: '' };
  const asked: string[] = [];
  const signals: PeopleSignal[] = [];
  const feed: Feed = new Feed({
    clock,
    ask: async ({ name }, onResponse): Promise<ActionResult> => {
      asked.push(name);
      if (name === pbx.refuses) return { kind: 'refused', problem: 'Invalid/unknown command' };
      onResponse?.();
      const isDevices = name === 'DeviceStateList';
      for (const packet of isDevices ? pbx.behindTheList.splice(0) : []) feed.packet(packet);
      return { kind: 'ok', response: new AmiPacket([['Response', 'Success']]), items: isDevices ? pbx.devices : [] };
    },
    tell: () => {},
    tellPeople: (told) => void signals.push(...told),
    hasMissing: () => false,
    live: () => {},
    failed: (problem) => assert.fail(problem),
  });
  const told = () =>
    signals.splice(0).flatMap((signal) => {
      if (signal.kind === 'device.changed') return [`${signal.device.device} ${signal.device.line}`];
      return signal.kind === 'devices.listed'
        ? [`listed ${signal.devices.length}${signal.complete ? '' : ', not all'}`]
        : [];
    });
  return { clock, feed, pbx, asked, told };
}

test('what happened after the list began is told after it', async () => {
  const { feed, pbx, told } = setUp();
  pbx.behindTheList = [device('PJSIP/101', 'INUSE')];
  feed.begin();
  feed.packet(booted);
  await settled();
  assert.deepEqual(told(), ['listed 1', 'PJSIP/101 in_use']);
});

test('a list that the PBX does not know, or may not tell, keeps nothing else back', async () => {
  for (const name of ['VoicemailUsersList', 'QueueStatus', 'DeviceStateList']) {
    const { feed, pbx, asked } = setUp();
    pbx.refuses = name;
    feed.begin();
    await settled();
    assert.equal(asked.at(-1), 'ParkedCalls');
  }
});

test('a PBX that is still starting is asked again when it has booted', async () => {
  const { feed, told } = setUp();
  feed.begin();
  await settled();
  assert.deepEqual(told(), ['listed 1, not all']);
  feed.packet(booted);
  await settled();
  assert.deepEqual(told(), ['listed 1']);
  feed.packet(booted);
  await settled();
  assert.deepEqual(told(), []);
});

test('a PBX that boots while it is asked is asked again, mailboxes as well, before it counts as listened to', async () => {
  const { feed, pbx, asked, told } = setUp();
  pbx.behindTheList = [booted];
  feed.begin();
  await settled();
  assert.deepEqual(told(), ['listed 1, not all', 'listed 1']);
  assert.equal(asked.filter((name) => name === 'VoicemailUsersList').length, 2);
  assert.equal(asked.at(-1), 'ParkedCalls');
});

test('mailboxes are listed once in each log-in, the others with every picture', async () => {
  const { clock, feed, asked } = setUp();
  feed.begin();
  feed.packet(booted);
  await settled();
  clock.advance(5_000);
  clock.advance(595_000);
  await settled();
  const countOf = (name: string): number => asked.filter((one) => one === name).length;
  assert.deepEqual([countOf('VoicemailUsersList'), countOf('DeviceStateList')], [1, 2]);
  feed.end();
  feed.begin();
  feed.packet(booted);
  await settled();
  assert.equal(countOf('VoicemailUsersList'), 2);
});

test('a connection that is lost while the lists are asked for: nothing of them is told', async () => {
  const { feed, told } = setUp();
  feed.begin();
  feed.end();
  await settled();
  assert.deepEqual(told(), []);
});
