/** Calls made from recordings are calls like the recorded ones, and have nothing in common with each other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { NewEvent } from '../src/model/event.ts';
import { packetsOf, replay, summarise } from './support/ami-replay.ts';
import { CapturedCall, type PlayedPacket } from './support/captured/captured-call.ts';
import { playCalls, readCaptures } from './support/captured/play-calls.ts';

const folder = new URL('fixtures/asterisk/', import.meta.url);
const names = readdirSync(folder).flatMap((name) => (name.endsWith('.ami') ? [name.slice(0, -4)] : []));
const captures = readCaptures(names);
const start = 1_800_000_000_250;
const greeting = 'Asterisk Call Manager/11.0.0\r\n';

const eventsOf = (packets: readonly PlayedPacket[]): NewEvent[] =>
  replay(packetsOf(Buffer.from(greeting + packets.map(({ text }) => text).join(''))));
/** The number of the one outside is the call's own. */
const withoutNumbers = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/\+1215\d{7}/g, '+1215'));

for (const [index, name] of names.entries()) {
  const capture = captures[index] as CapturedCall;

  test(`${name}: played, the events are those of the recording`, () => {
    const recorded = replay(packetsOf(readFileSync(new URL(`${name}.ami`, folder))));
    const played = eventsOf(capture.play(7, start));
    assert.deepEqual(withoutNumbers(summarise(played)), withoutNumbers(summarise(recorded)));
    assert.equal(Date.parse(played[0]?.call?.startedAt ?? ''), start);
  });

  test(`${name}: two played calls share no id, no channel and no time`, () => {
    const unique = (serial: number, startedAt: number): Set<string> => {
      const text = capture
        .play(serial, startedAt)
        .map((packet) => packet.text)
        .join('');
      const own = /(?:Timestamp|\w*Uniqueid|\w*Linkedid|\w*Channel): (?!<)(\S+)/g;
      return new Set([...text.matchAll(own)].map((match) => match[1] ?? ''));
    };
    const one = unique(7, start);
    assert.ok(one.size > 3, [...one].join(' '));
    assert.deepEqual(
      [...unique(8, start + 3_600_000)].filter((value) => one.has(value)),
      [],
    );
  });
}

test('the same serial and start are the same call', () => {
  for (const capture of captures) assert.deepEqual(capture.play(3, start), capture.play(3, start));
});

test('many calls: all begin at even distances, all is told in the order of time, and each call ends', () => {
  const two = readCaptures(['inbound-answered', 'internal-answered']);
  const packets = [...playCalls(two, { perSecond: 50, count: 100, startedAt: start, firstSerial: 1_000 })];
  for (const [index, packet] of packets.entries()) {
    assert.ok(packet.at >= (packets[index - 1]?.at ?? 0));
    assert.ok(Math.abs(Number(/Timestamp: (\S+)/.exec(packet.text)?.[1]) * 1_000 - packet.at) < 0.01);
  }
  const events = eventsOf(packets);
  const times = events.flatMap(({ type, call }) =>
    type === 'call.started' ? [Date.parse(call?.startedAt ?? '')] : [],
  );
  assert.deepEqual(
    times.toSorted((one, other) => one - other),
    Array.from({ length: 100 }, (_, index) => start + index * 20),
  );
  assert.equal(events.filter(({ type }) => type === 'call.ended').length, 100);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
});

test('a stream without a call is refused', () => {
  assert.throws(() => CapturedCall.read(Buffer.from(greeting)), /nothing of a call/);
});
