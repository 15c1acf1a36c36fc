import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../kit/manual-clock.ts';
import { silentLogger } from '../kit/logger.ts';
import { createRetention } from './retention.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Stores that say what they were asked; `broken`: the steps that fail now. */
function setUp() {
  const clock = new ManualClock(1_000_000_000_000);
  const asked: string[] = [];
  const said: string[] = [];
  const broken = new Set<string>();
  const left = { events: 0, answers: 0 };
  const step = (name: string, before: number): Promise<void> => {
    asked.push(`${name} ${clock.now() - before}`);
    return broken.has(name) ? Promise.reject(new Error('disk')) : Promise.resolve();
  };
  const whole = async (name: string, before: number) => {
    await step(name, before);
    return { more: false };
  };
  const say = (fields: object): void => void said.push(Object.values(fields).join(': '));
  const retention = createRetention({
    clock,
    logger: { ...silentLogger, error: say, info: say },
    eventsMs: 1_000,
    attemptsMs: 2_000,
    auditMs: 3_000,
    callsMs: 4_000,
    look: () => step('look', clock.now()),
    calls: { trim: ({ startedBefore }) => whole('calls', startedBefore) },
    audit: { trim: ({ before }) => whole('audit', before) },
    log: {
      trim: async ({ acceptedBefore }) => {
        await step('events', acceptedBefore);
        return { trimmedTo: 0, more: left.events-- > 0 };
      },
    },
    attempts: { trimAttempts: ({ startedBefore }) => whole('attempts', startedBefore) },
    erasures: { forget: (endedBefore) => step('erasures', endedBefore) },
    replays: { forget: (endedBefore) => step('replays', endedBefore) },
    idempotency: {
      forgetBefore: async (at) => {
        await step('answers', at);
        return { more: left.answers-- > 0 };
      },
    },
  });
  return { clock, retention, asked, said, broken, left };
}

const all = [
  'events 1000',
  'attempts 2000',
  'replays 2000',
  'erasures 3000',
  'audit 3000',
  'calls 4000',
  'look 0',
  'answers 86400000',
];

test('what is too old goes bit by bit, again every minute, until it stops', async () => {
  const { clock, retention, asked, left } = setUp();
  left.events = 2;
  left.answers = 1;
  await retention.start();
  await settled();
  assert.deepEqual(asked.splice(0), ['events 1000', 'events 1000', ...all, 'answers 86400000']);
  clock.advance(60_000);
  await settled();
  assert.deepEqual(asked.splice(0), all);
  await retention.stop();
  clock.advance(120_000);
  await settled();
  assert.deepEqual(asked, []);
});

test('what fails keeps nothing else from going, and is told when it begins to fail and when it goes again', async () => {
  const { clock, retention, asked, said, broken } = setUp();
  broken.add('events').add('calls').add('look');
  await retention.start();
  await settled();
  assert.deepEqual(asked.splice(0), all);
  const failures = ['events: Error: disk', 'calls: Error: disk', 'size: Error: disk'];
  assert.deepEqual(said.splice(0), failures);
  broken.delete('calls');
  clock.advance(60_000);
  await settled();
  assert.deepEqual(asked.splice(0), all);
  assert.deepEqual(said.splice(0), ['calls']);
  broken.add('calls');
  clock.advance(60_000);
  await settled();
  assert.deepEqual(said, ['calls: Error: disk']);
  await retention.stop();
});
