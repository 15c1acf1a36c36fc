import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../kit/logger.ts';
import { ManualClock } from '../kit/manual-clock.ts';
import { auditEntry, auditEvent, offhookItself } from '../model/audit.ts';
import { everything } from '../model/scope.ts';
import type { NewEvent } from '../model/event.ts';
import { createAnnouncer, type WaitingEvents } from './announcer.ts';
import { LogFullError } from './event-log.ts';
import { createMemoryEventLog } from './memory/event-log.ts';

const change = {
  action: 'created',
  object: 'thing',
  objectId: '1',
  scope: everything,
  before: null,
  after: null,
} as const;
const eventOf = (): NewEvent => auditEvent(auditEntry(offhookItself, 1_000, change));

/** An outbox in memory that can be told to fail. */
function outboxOf(...events: NewEvent[]) {
  let rows = events.map((event, index) => ({ row: index + 1, event }));
  let listener = (): void => {};
  const failing = { settle: 0 };
  const outbox: WaitingEvents = {
    next: (limit) => Promise.resolve(rows.slice(0, limit)),
    settle: (upTo) => {
      if (failing.settle-- > 0) return Promise.reject(new Error('the disk is away'));
      rows = rows.filter(({ row }) => row > upTo);
      return Promise.resolve();
    },
    onAdded: (tell) => {
      listener = tell;
      return () => {
        listener = () => {};
      };
    },
  };
  let last = events.length;
  return {
    outbox,
    failing,
    left: () => rows.length,
    add: (event: NewEvent) => {
      rows.push({ row: ++last, event });
      listener();
    },
  };
}

function world(...events: NewEvent[]) {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const box = outboxOf(...events);
  const refusing = { appends: 0 };
  const announcer = createAnnouncer({
    clock,
    logger: silentLogger,
    outbox: box.outbox,
    log: {
      append: (batch) => (refusing.appends-- > 0 ? Promise.reject(new LogFullError('full')) : log.append(batch)),
    },
  });
  const said = async () => (await log.read({ after: 0, limit: 1_000 })).events.map(({ id }) => id);
  return { clock, box, refusing, announcer, said };
}

/** Until it waits for its clock, moves that on, and so forth until it rests. */
async function rest(w: ReturnType<typeof world>): Promise<void> {
  const state = { isIdle: false };
  const idle = w.announcer.idle().then(() => {
    state.isIdle = true;
  });
  for (let turns = 0; !state.isIdle; turns++) {
    assert.ok(turns < 10_000, 'it never rests');
    await new Promise(setImmediate);
    const due = w.clock.nextDue();
    if (due !== null) w.clock.advance(due - w.clock.monotonic());
  }
  await idle;
}

test('what an earlier process left is said first, in order, and what comes then', async () => {
  const events = Array.from({ length: 250 }, eventOf);
  const w = world(...events);
  await w.announcer.start();
  const late = eventOf();
  w.box.add(late);
  await rest(w);
  assert.deepEqual(
    await w.said(),
    [...events, late].map(({ id }) => id),
  );
  assert.equal(w.box.left(), 0);
  const last = eventOf();
  w.box.add(last);
  await rest(w);
  assert.equal((await w.said()).at(-1), last.id);
  await w.announcer.stop();
});

test('while the log refuses it waits, longer each time, and says it then', async () => {
  const w = world(eventOf());
  w.refusing.appends = 12;
  await w.announcer.start();
  await rest(w);
  assert.equal((await w.said()).length, 1);
  // 0.1, 0.2, … 25.6 s, and three times 30 s.
  assert.equal(w.clock.monotonic(), 100 * (2 ** 9 - 1) + 3 * 30_000);
  await w.announcer.stop();
});

test('an event that could not be settled is said again under the same id, and is in the log once', async () => {
  const w = world(eventOf(), eventOf());
  w.box.failing.settle = 3;
  await w.announcer.start();
  await rest(w);
  assert.equal((await w.said()).length, 2);
  assert.equal(w.box.left(), 0);
  await w.announcer.stop();
});

test('an id that is another’s keeps nobody else from being said', async () => {
  const first = eventOf();
  const w = world(first, { ...eventOf(), id: first.id }, eventOf());
  await w.announcer.start();
  await rest(w);
  assert.equal((await w.said()).length, 2);
  assert.equal(w.box.left(), 0);
  await w.announcer.stop();
});

test('stopping ends a wait, and leaves for the next start what was not said', async () => {
  const w = world(eventOf());
  w.refusing.appends = 1_000;
  await w.announcer.start();
  while (w.clock.nextDue() === null) await new Promise(setImmediate);
  await w.announcer.stop();
  assert.equal(w.box.left(), 1);
  w.box.add(eventOf());
  await new Promise(setImmediate);
  assert.deepEqual(await w.said(), []);
});

test('whoever changes the outbox can wait until what was taken from it before is in the log', async () => {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const box = outboxOf(eventOf());
  const held = Promise.withResolvers<void>();
  const slow = {
    append: async (events: readonly NewEvent[]) => {
      await held.promise;
      return log.append(events);
    },
  };
  const announcer = createAnnouncer({ clock, logger: silentLogger, log: slow, outbox: box.outbox });
  await announcer.said();
  await announcer.start();
  await new Promise((resolve) => setImmediate(resolve));
  let said = false;
  const waiting = announcer.said().then(() => (said = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(said, false);
  held.resolve();
  await waiting;
  assert.equal(log.head(), 1);
  await announcer.stop();
});
