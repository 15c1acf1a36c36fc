import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signal } from '../../calls/signal.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { AmiPacket } from './ami/packet.ts';
import { Feed } from './feed.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A feed from a PBX without channels whose clock goes as ours at the log-in. */
function setUp() {
  const clock = new ManualClock();
  const live: boolean[] = [];
  const pbx = { startedText: '10:00:00', silent: false };
  const signals: Signal[] = [];
  const stamp = (ahead = 0): [string, string] => ['Timestamp', String((clock.now() + ahead) / 1_000)];
  const feed = new Feed({
    clock,
    ask: ({ name }, onResponse) => {
      if (pbx.silent && name === 'BridgeList') return new Promise(() => {});
      onResponse?.();
      const response = new AmiPacket([['Response', 'Success'], ['CoreStartupTime', pbx.startedText], stamp()]);
      return Promise.resolve({ kind: 'ok', response, items: [] });
    },
    tell: (told) => void signals.push(...told),
    tellPeople: () => {},
    hasMissing: () => false,
    live: (_run, restarted) => void live.push(restarted),
    failed: (problem) => assert.fail(problem),
  });
  return { clock, feed, live, pbx, signals, stamp };
}

test('a PBX whose clock was set meanwhile: a later picture is of its time now, not of that at the log-in', async () => {
  const { clock, feed, signals, stamp } = setUp();
  feed.begin();
  await settled();
  assert.deepEqual(
    signals.map(({ kind, at }) => [kind, at]),
    [['resync', clock.now()]],
  );
  for (const ahead of [3_600_000, -3_600_000]) {
    signals.length = 0;
    const channel: [string, string][] = [
      ['Channel', 'PJSIP/101-00000001'],
      ['Uniqueid', '1700000000.1'],
    ];
    feed.packet(new AmiPacket([['Event', 'Newchannel'], ...channel, stamp(ahead)]));
    const at = signals.at(-1)?.at;
    assert.equal(at, clock.now() + ahead);
    clock.advance(5_000);
    clock.advance(595_000);
    await settled();
    const picture = signals.at(-1);
    assert.deepEqual([picture?.kind, picture?.at], ['resync', clock.now() + ahead]);
  }
});

test('that the PBX was restarted is said when it is listened to again, though the connection was lost before', async () => {
  const { feed, live, pbx } = setUp();
  feed.begin();
  await settled();
  pbx.startedText = '11:00:00';
  pbx.silent = true;
  feed.begin();
  await settled();
  feed.end();
  pbx.silent = false;
  feed.begin();
  await settled();
  feed.begin();
  await settled();
  assert.deepEqual(live, [false, true, false]);
});

test('what waits while the PBX is asked is bounded by its size as by its number, and then the connection is ended', () => {
  const failures: string[] = [];
  const feed = new Feed({
    clock: new ManualClock(),
    ask: () => new Promise(() => {}),
    tell: () => assert.fail('told'),
    tellPeople: () => assert.fail('told'),
    hasMissing: () => false,
    live: () => assert.fail('live'),
    failed: (problem) => void failures.push(problem),
  });
  feed.begin();
  for (let waiting = 0; waiting < 200 && failures.length === 0; waiting++) {
    feed.packet(new AmiPacket([['Event', 'VarSet']], false, 1_000_000));
  }
  assert.deepEqual(failures, ['the PBX says more than can be taken in while it is asked']);
});
