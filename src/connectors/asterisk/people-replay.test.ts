/**
 * What a real Asterisk said of people beside calls, and what Offhook makes of it. The expected events stand beside each
 * recording; after recording anew, `OFFHOOK_UPDATE_EXPECTED=1` writes them, to be read before they are committed.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { tellsOfMessages } from '../../../test/real/support/pbx/dialplan.ts';
import { type PeopleScenario, peopleScenarios } from '../../../test/real/support/scenarios/people.ts';
import { packetsOf } from '../../../test/support/ami-replay.ts';
import { replayPeople, summarisePeople } from '../../../test/support/people-replay.ts';
import { brokenChains } from '../../../test/support/people-rules.ts';
import type { NewEvent } from '../../model/event.ts';
import type { AmiPacket } from './ami/packet.ts';

const folder = new URL('../../../test/fixtures/asterisk/people/', import.meta.url);
const packetsIn = (name: string): AmiPacket[] => packetsOf(readFileSync(new URL(`${name}.ami`, folder)));

test('text messages were recorded with the dialplan that the guide gives', () => {
  const guide = readFileSync(new URL('../../../docs/guides/asterisk.md', import.meta.url), 'utf8');
  assert.ok(guide.includes(tellsOfMessages));
});

for (const scenario of peopleScenarios) {
  const { name } = scenario;

  test(`${name}: the recorded stream makes the expected events`, () => {
    const summary = `${summarisePeople(replayPeople(packetsIn(name)), scenario).join('\n')}\n`;
    const expected = new URL(`${name}.expected.txt`, folder);
    if (process.env['OFFHOOK_UPDATE_EXPECTED'] === '1') writeFileSync(expected, summary);
    assert.equal(summary, readFileSync(expected, 'utf8'));
  });

  test(`${name}: heard again, the same events with the same ids`, () => {
    const events = replayPeople(packetsIn(name));
    assert.deepEqual(replayPeople(packetsIn(name)), events);
    assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  });

  test(`${name}: one event lost, heard twice, or swapped with the next: each still follows from the one before`, () => {
    const packets = packetsAbout(scenario);
    for (const [index, packet] of packets.entries()) {
      if (packet.actionId !== null) continue;
      const before = packets.slice(0, index);
      const after = packets.slice(index + 1);
      assertFollows([...before, ...after], `without ${index}`);
      assertFollows([...before, packet, packet, ...after], `${index} twice`);
      assertFollows([...before, ...after.slice(0, 1), packet, ...after.slice(1)], `${index} swapped`);
    }
  });
}

test('two recordings at once, in any order: what is told of each follows from what was told before', () => {
  const [one = [], two = []] = peopleScenarios.slice(0, 2).map(packetsAbout);
  fc.assert(
    fc.property(fc.infiniteStream(fc.boolean()), (choices) => {
      const [left, right] = [[...one], [...two]];
      const mixed: AmiPacket[] = [];
      while (left.length + right.length > 0) {
        const isLeft = right.length === 0 || (left.length > 0 && choices.next().value === true);
        mixed.push(...(isLeft ? left : right).splice(0, 20));
      }
      assertFollows(mixed, 'mixed');
    }),
    { numRuns: 50 },
  );
});

/** Without those of the lists that are about others. */
const packetsAbout = ({ name, extensions }: PeopleScenario): AmiPacket[] =>
  packetsIn(name).filter((packet) => {
    const isOther = packet.actionId !== null && packet.event !== null && packet.get('EventList') === null;
    return !isOther || packet.headers.some(([, value]) => extensions.some((extension) => value.includes(extension)));
  });

/** What comes twice has the same id, by which the log drops it. */
function assertFollows(packets: readonly AmiPacket[], when: string): void {
  const byId = new Map<string, NewEvent>();
  for (const event of replayPeople(packets)) {
    assert.deepEqual(event, byId.get(event.id) ?? event, when);
    byId.set(event.id, event);
  }
  assert.deepEqual(brokenChains([...byId.values()]), [], when);
}
