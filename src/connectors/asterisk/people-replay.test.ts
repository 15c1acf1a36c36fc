/**
 * What a real Asterisk said of people beside calls, and what Offhook makes of it. The expected events stand beside each
 * recording; after recording anew, `OFFHOOK_UPDATE_EXPECTED=1` writes them, to be read before they are committed.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { tellsOfMessages } from '../../../test/real/support/pbx/dialplan.ts';
import { peopleScenarios } from '../../../test/real/support/scenarios/people.ts';
import { packetsOf } from '../../../test/support/ami-replay.ts';
import { replayPeople, summarisePeople } from '../../../test/support/people-replay.ts';
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

  test(`${name}: one event lost, or heard twice: an id comes again only with the same event, which the log drops`, () => {
    const packets = packetsIn(name);
    for (const [index, packet] of packets.entries()) {
      const before = packets.slice(0, index);
      const after = packets.slice(index + 1);
      for (const heard of [
        [...before, ...after],
        [...before, packet, packet, ...after],
      ]) {
        const byId = new Map<string, NewEvent>();
        for (const event of replayPeople(heard)) {
          assert.deepEqual(event, byId.get(event.id) ?? event, `around ${index}`);
          byId.set(event.id, event);
        }
      }
    }
  });
}
