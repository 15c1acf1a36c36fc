import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { callOf, eventOf } from '../../../test/support/builders.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { Event } from '../../model/event.ts';
import { foldCall } from './fold.ts';
import { createJournalist } from './journalist.ts';

test('whoever names ever more extensions and users in one call does not make its record grow without end', () => {
  let record: CallRecord | null = null;
  for (let seq = 1; seq <= 2_000; seq++) {
    const event: Event = {
      ...eventOf({ call: callOf('a'), extension: `x${seq}`, extensions: [`y${seq}`], user: `u${seq}` }),
      seq,
      acceptedAt: '2026-01-01T00:00:00.000Z',
    };
    record = foldCall(record, [event]);
  }
  assert.ok(record);
  assert.ok(record.extensions.length <= 200, `${record.extensions.length} extensions`);
  assert.ok(record.users.length <= 200, `${record.users.length} users`);
  assert.deepEqual([record.extensions.slice(0, 2), record.users[0]], [['x1', 'y1'], 'u1']);
});

test('an event that comes in the turn in which a write ends is read, though no other comes', async () => {
  for (let hops = 0; hops < 20; hops++) {
    const clock = new ManualClock();
    const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
    const ended = (id: string) =>
      eventOf({ call: callOf(id, { state: 'ended', endedAt: '2026-01-01T00:00:00.000Z' }) });
    const append = async (): Promise<void> => {
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      await log.append([ended('late')]);
    };
    const written: string[] = [];
    const journalist = createJournalist({
      clock,
      logger: silentLogger,
      log,
      journal: {
        place: () => Promise.resolve(null),
        records: (keys) => Promise.resolve(keys.map(() => null)),
        write: async (records) => {
          written.push(...records.map(({ call }) => call.id));
          if (written.length === 1) void append();
        },
        forgetSequences: () => Promise.resolve(),
      },
    });
    const pass = async (): Promise<void> => {
      for (let at = 0; at < 100; at++) {
        clock.advance(100);
        await turn();
      }
    };
    await journalist.start();
    await log.append([ended('first')]);
    await pass();
    assert.deepEqual(written, ['first', 'late'], `after ${hops} turns`);
    await journalist.stop();
  }
});
