import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../test/support/builders.ts';
import type { LivePeople } from '../calls/live/index.ts';
import { silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { createMemoryEventLog } from '../log/memory/event-log.ts';
import { everything } from '../model/scope.ts';
import { Parts } from './parts.ts';
import { startLivePeople } from './start-live-people.ts';

const agent = (state: string) =>
  eventOf({ type: 'agent.state_changed', call: null, connector: 'pbx1', data: { agent: 'PJSIP/101', state } });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const saved = new Map<string, string>();
  const settings = {
    get: async (name: string) => saved.get(name) ?? null,
    set: async (name: string, value: string) => void saved.set(name, value),
  };
  const start = async () => {
    const parts = new Parts(clock, silentLogger);
    // Only what it asks of a store.
    const store = { log, records: { settings } } as unknown as Parameters<typeof startLivePeople>[2];
    return { parts, people: await startLivePeople(parts, { clock, logger: silentLogger }, store) };
  };
  return { clock, log, saved, start };
}

const statesIn = (people: LivePeople): unknown[] => people.agents(everything).map(({ data }) => data['state']);

test('after a restart everybody is as told last, also what was told after the last save', async () => {
  const { log, start } = setUp();
  const first = await start();
  await log.append([agent('available')]);
  assert.deepEqual(statesIn(first.people), ['available']);
  await first.parts.stop(1_000);
  await log.append([agent('paused')]);
  const second = await start();
  assert.deepEqual(
    second.people.known('pbx1').map(({ data }) => data['state']),
    ['paused'],
  );
  await second.parts.stop(1_000);
});

test('it is saved every half minute, and only when something was told', async () => {
  const { clock, log, saved, start } = setUp();
  const { parts } = await start();
  await settled();
  await log.append([agent('available')]);
  clock.advance(30_000);
  await settled();
  const before = saved.get('live-people.marks');
  assert.deepEqual(JSON.parse(before ?? ''), { log: log.id, cursor: 1, seqs: [1] });
  saved.clear();
  clock.advance(30_000);
  await settled();
  assert.equal(saved.size, 0);
  await parts.stop(1_000);
});
