/**
 * What integrations written for VoipNow, Ringme and Telphin are sent of calls that a real Asterisk made. The expected posts
 * are in `fixtures/voipnow/`; `OFFHOOK_UPDATE_EXPECTED=1` writes them, to be read before they are committed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ringme, voipnow } from '../src/dialects/voipnow/index.ts';
import type { NewEvent } from '../src/model/event.ts';
import { packetsOf, replay } from './support/ami-replay.ts';
import { peopleScenarios } from './real/support/scenarios/people.ts';
import { replayPeople } from './support/people-replay.ts';
import { recorded, recordingNames } from './support/recordings.ts';
import { postsOf, type Profile } from './support/vendor-posts.ts';

const folder = new URL('./fixtures/voipnow/', import.meta.url);
const profiles: readonly Profile[] = [
  { title: 'callapi', dialect: voipnow, options: { preset: 'callapi' } },
  { title: 'unified', dialect: voipnow, options: { preset: 'unified' } },
  { title: 'ringme', dialect: ringme, options: {} },
];

function assertPosted(name: string, events: readonly NewEvent[]): void {
  const posts = `${postsOf(events, profiles).join('\n')}\n`;
  const expected = new URL(`${name}.txt`, folder);
  if (process.env['OFFHOOK_UPDATE_EXPECTED'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(expected, posts);
  }
  assert.equal(posts, readFileSync(expected, 'utf8'));
}

for (const name of recordingNames) {
  test(`${name}: every post of it, in each preset and profile`, () => assertPosted(name, replay(recorded(name))));
}

const people = new URL('./fixtures/asterisk/people/', import.meta.url);
for (const { name, types, extensions } of peopleScenarios) {
  test(`${name}: every post of it`, () => {
    const events = replayPeople(packetsOf(readFileSync(new URL(`${name}.ami`, people))));
    const isMeant = ({ type, extension }: NewEvent): boolean =>
      types.includes(type) && extensions.includes(extension ?? '');
    assertPosted(name, events.filter(isMeant));
  });
}

test('no call’s posts are left behind when its recording is gone', () => {
  assert.deepEqual(
    readdirSync(folder).toSorted(),
    [...recordingNames, ...peopleScenarios.map(({ name }) => name)].map((name) => `${name}.txt`).toSorted(),
  );
});
