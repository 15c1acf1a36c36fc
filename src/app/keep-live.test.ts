import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../test/support/builders.ts';
import { silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { createMemoryEventLog } from '../log/memory/event-log.ts';
import type { Event } from '../model/event.ts';
import { keepLive } from './keep-live.ts';
import { Parts } from './parts.ts';

const everyMs = 3_000;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function keep(save: (since: number | null) => Promise<void>) {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const parts = new Parts(clock, silentLogger);
  let seq = 0;
  let tidied = 0;
  const view = {
    get cursor() {
      return { seq };
    },
    apply: (events: readonly Event[]) => void (seq = events.at(-1)?.seq ?? seq),
  };
  const tidy = (): void => void tidied++;
  await keepLive(parts, { clock, logger: silentLogger }, log, { name: 'view', view, everyMs, tidy, save });
  await settled();
  const pass = async (): Promise<void> => {
    clock.advance(everyMs);
    await settled();
  };
  return { log, parts, pass, seq: () => seq, tidied: () => tidied };
}

test('it is fed as events come, and saved on top of the last save, when something came and at the end', async () => {
  const saves: (number | null)[] = [];
  const { log, parts, pass, seq, tidied } = await keep(async (since) => void saves.push(since));
  assert.deepEqual(saves, [null], 'what is stored is not known at first');
  await pass();
  await log.append([eventOf({}), eventOf({})]);
  assert.equal(seq(), 2);
  await pass();
  await pass();
  assert.deepEqual([saves, tidied()], [[null, 0], 4]);
  await log.append([eventOf({})]);
  await parts.stop(1_000);
  assert.deepEqual(saves, [null, 0, 2]);
  await log.append([eventOf({})]);
  await pass();
  assert.deepEqual([saves.length, seq()], [3, 3], 'it is over');
});

test('what could not be saved is saved whole the next time', async () => {
  const saves: (number | null)[] = [];
  let isFull = false;
  const { log, parts, pass } = await keep(async (since) => {
    saves.push(since);
    if (isFull) throw new Error('disk full');
  });
  isFull = true;
  await log.append([eventOf({})]);
  await pass();
  await pass();
  isFull = false;
  await pass();
  await pass();
  assert.deepEqual(saves, [null, 0, null, null]);
  await parts.stop(1_000);
  assert.equal(saves.length, 4);
});

test('it ends after the save that is under way, with one more', async () => {
  const saves: PromiseWithResolvers<void>[] = [];
  const { log, parts } = await keep(() => {
    const one = Promise.withResolvers<void>();
    saves.push(one);
    return one.promise;
  });
  await log.append([eventOf({})]);
  const stopped = parts.stop(1_000);
  await settled();
  assert.equal(saves.length, 1);
  saves[0]?.resolve();
  await settled();
  assert.equal(saves.length, 2);
  saves[1]?.resolve();
  await stopped;
});
