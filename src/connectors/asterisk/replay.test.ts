/**
 * What a real Asterisk said about real calls, and what Offhook makes of it. The expected events stand beside each
 * recording; after recording anew, `OFFHOOK_UPDATE_EXPECTED=1` writes them, to be read before they are committed.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { companyRules, packetsOf, replay, summarise } from '../../../test/support/ami-replay.ts';
import { entryOf, journalOf, timesWrongIn } from '../../../test/support/journal-entry.ts';
import { createTracker } from '../../calls/tracker/index.ts';
import type { NewEvent } from '../../model/event.ts';
import type { AmiPacket } from './ami/packet.ts';
import { EventReader } from './normaliser/reader.ts';

const folder = new URL('../../../test/fixtures/asterisk/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.ami'))
  .map((name) => name.slice(0, -4));
const packetsIn = (name: string): AmiPacket[] => packetsOf(readFileSync(new URL(`${name}.ami`, folder)));

test('there are recordings', () => assert.ok(names.length >= 19));

for (const name of names) {
  test(`${name}: the recorded stream makes the expected events and entries of the journal`, async () => {
    const events = replay(packetsIn(name));
    const entries = await journalOf(events);
    const expected = new URL(`${name}.expected.txt`, folder);
    const summary = `${[...summarise(events), ...entries.flatMap(entryOf)].join('\n')}\n`;
    if (process.env['OFFHOOK_UPDATE_EXPECTED'] === '1') writeFileSync(expected, summary);
    assert.equal(summary, readFileSync(expected, 'utf8'));
    assert.deepEqual(entries.flatMap(timesWrongIn), []);
  });

  test(`${name}: heard again, the same events with the same ids`, () => {
    assert.deepEqual(replay(packetsIn(name)), replay(packetsIn(name)));
    const ids = replay(packetsIn(name)).map((event) => event.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  test(`${name}: cut off anywhere, nothing stays live, and each call and leg ends once`, () => {
    const packets = packetsIn(name);
    for (let cut = 0; cut <= packets.length; cut++)
      assertAllEnded(replayAndLose(packets.slice(0, cut)), `cut at ${cut}`);
  });

  test(`${name}: one event lost, repeated, or swapped with the next: each call and leg still ends at most once`, () => {
    const packets = packetsIn(name);
    for (const [index, packet] of packets.entries()) {
      const before = packets.slice(0, index);
      const after = packets.slice(index + 1);
      assertAllEnded(replayAndLose([...before, ...after]), `without ${index}`);
      assertAllEnded(replayAndLose([...before, packet, packet, ...after]), `${index} twice`);
      assertAllEnded(replayAndLose([...before, ...after.slice(0, 1), packet, ...after.slice(1)]), `${index} swapped`);
    }
  });
}

/** Plays the packets; then the PBX turns out to have no channel any more. */
function replayAndLose(packets: readonly AmiPacket[]): NewEvent[] {
  const tracker = createTracker(companyRules);
  const reader = new EventReader();
  const events = packets.flatMap((packet) => reader.read(packet, 0).flatMap((signal) => tracker.apply(signal)));
  const at = (tracker.now() ?? 0) + 1000;
  events.push(...tracker.apply({ kind: 'resync', at, channels: [], bridges: [], restarted: false }));
  events.push(...tracker.tick(at + 60_000));
  assert.deepEqual(tracker.liveCalls(), []);
  return events;
}

function assertAllEnded(events: readonly NewEvent[], when: string): void {
  const of = (type: string): string[] =>
    events
      .filter((event) => event.type === type)
      .map((event) => (type.startsWith('leg') ? event.leg?.id : event.call?.id) ?? '');
  assert.deepEqual(of('call.ended').toSorted(), of('call.started').toSorted(), when);
  const legs = of('leg.ended');
  assert.equal(new Set(legs).size, legs.length, when);
  for (const leg of [...of('leg.ringing'), ...of('leg.answered')]) assert.ok(legs.includes(leg), `${when}: ${leg}`);
  const answered = of('leg.answered');
  assert.equal(new Set(answered).size, answered.length, when);
}

test('names come through escapes and beyond ASCII', () => {
  const [started] = replay(packetsIn('inbound-name-escaped'));
  assert.equal(started?.call?.from.name, 'J\u00f6rg \\"Q\\" \\\\ \u{1F4DE}');
});

test('no Local channel is ever a leg', () => {
  for (const name of names) {
    for (const event of replay(packetsIn(name))) assert.doesNotMatch(JSON.stringify(event), /Local\//);
  }
});

test('times are those of the PBX, to the millisecond', () => {
  const packets = packetsIn('inbound-answered');
  const first = packets.find((packet) => packet.event === 'Newchannel')?.get('Timestamp');
  const [started] = replay(packets);
  assert.equal(Date.parse(started?.call?.startedAt ?? ''), Math.round(Number(first) * 1000));
});
