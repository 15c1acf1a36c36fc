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
  const signals: Signal[] = [];
  const stamp = (ahead = 0): [string, string] => ['Timestamp', String((clock.now() + ahead) / 1_000)];
  const feed = new Feed({
    clock,
    ask: (_action, onResponse) => {
      onResponse?.();
      const response = new AmiPacket([['Response', 'Success'], ['CoreStartupTime', '10:00:00'], stamp()]);
      return Promise.resolve({ kind: 'ok', response, items: [] });
    },
    tell: (told) => void signals.push(...told),
    hasMissing: () => false,
    live: () => {},
    failed: (problem) => assert.fail(problem),
  });
  return { clock, feed, signals, stamp };
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
