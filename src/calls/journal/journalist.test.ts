import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callOf, eventOf } from '../../../test/support/builders.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { EventLog } from '../../log/event-log.ts';
import { createMemoryEventLog } from '../../log/memory/event-log.ts';
import type { Call } from '../../model/call.ts';
import type { CallRecord } from '../../model/call-record.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import { everything } from '../../model/scope.ts';
import { openMemoryRecords } from '../../records/sqlite/records.ts';
import { foldCall } from './fold.ts';
import type { JournalStore } from './journal-store.ts';
import { createJournalist, type JournalistDeps } from './journalist.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

interface Step {
  readonly call: number;
  readonly state: Call['state'];
  readonly leg: number | null;
  readonly extension: string;
}

const step: fc.Arbitrary<Step> = fc.record({
  call: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom('ringing', 'answered', 'held', 'ended'),
  leg: fc.option(fc.integer({ min: 0, max: 2 })),
  extension: fc.constantFrom('101', '102'),
});

function eventAt({ call, state, leg, extension }: Step, index: number): NewEvent {
  return eventOf({
    id: `e${index}`,
    type: leg === null ? 'call.updated' : 'leg.answered',
    extension,
    extensions: [extension],
    call: callOf(`c${call}`, { state, talkMs: index, endedAt: state === 'ended' ? at(index) : null }),
    leg: leg === null ? null : legOf(`l${leg}`, index),
  });
}

const legOf = (id: string, index: number): NonNullable<Event['leg']> => ({
  id,
  extension: '101',
  role: 'callee',
  state: 'answered',
  outcome: null,
  number: `10${index}`,
  name: null,
  startedAt: at(0),
  ringingAt: at(1),
  answeredAt: at(index),
  endedAt: null,
  cause: null,
});

async function withJournal(
  run: (world: {
    readonly clock: ManualClock;
    readonly log: EventLog;
    readonly journal: Awaited<ReturnType<typeof openMemoryRecords>>['calls'];
    readonly start: (changes?: Partial<JournalistDeps>) => Promise<ReturnType<typeof createJournalist>>;
  }) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const records = await openMemoryRecords();
  const journal = records.calls;
  const started: ReturnType<typeof createJournalist>[] = [];
  try {
    await run({
      clock,
      log,
      journal,
      start: async (changes) => {
        const one = createJournalist({ clock, logger: silentLogger, log, journal, ...changes });
        await one.start();
        started.push(one);
        return one;
      },
    });
  } finally {
    for (const one of started) await one.stop();
    await records.close();
  }
}

test('a record is the same, however its events are cut into pieces, and however often they come', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.array(fc.nat(39), { maxLength: 6 }),
      (steps, cuts) => {
        const events = steps.map((one, index): Event => {
          const event = eventAt({ ...one, call: 0 }, index);
          return { ...event, seq: index + 1, acceptedAt: at(index) };
        });
        const whole = foldCall(null, events);
        let piecewise: CallRecord | null = null;
        let from = 0;
        for (const cut of [...cuts.toSorted((one, two) => one - two), events.length]) {
          piecewise = foldCall(piecewise, events.slice(Math.max(0, from - 3), cut));
          from = Math.max(from, cut);
        }
        assert.deepEqual(piecewise, whole);
        assert.deepEqual(foldCall(whole, events), whole);
        const ended = steps.findLastIndex(({ state }) => state === 'ended');
        assert.equal(whole?.final, ended !== -1);
        assert.equal(whole?.call.talkMs, ended === -1 ? steps.length - 1 : ended, 'an ended call has no new life');
      },
    ),
  );
});

test('after crashes anywhere the journal is what one that never crashed keeps', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.array(fc.constantFrom('before' as const, 'after' as const, 'no' as const), { maxLength: 8 }),
      async (steps, crashes) => {
        const records = async (crashing: boolean): Promise<readonly CallRecord[]> => {
          let found: readonly CallRecord[] = [];
          await withJournal(async ({ log, journal, start }) => {
            const left = crashing ? [...crashes] : [];
            const write: typeof journal.write = async (...given) => {
              const crash = left.shift();
              if (crash === 'before') throw new Error('gone');
              await journal.write(...given);
              if (crash === 'after') throw new Error('gone');
            };
            for (const [index, one] of steps.entries()) {
              await log.append([eventAt(one, index)]);
              if (index % 7 !== 0 || !crashing) continue;
              const journalist = await start({ journal: { ...journal, write } });
              await journalist.stop();
            }
            await (await start()).caughtUp(1_000);
            found = (await journal.search({ access: everything, limit: 100 })).calls;
          });
          return found.toSorted((one, two) => (one.call.id < two.call.id ? -1 : 1));
        };
        assert.deepEqual(await records(true), await records(false));
      },
    ),
    { numRuns: 15 },
  );
});

test('an empty journal is made anew of all that the log has; a replaced log is read from its beginning', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    await log.append([eventAt({ call: 1, state: 'ended', leg: null, extension: '101' }, 1)]);
    await (await start()).caughtUp(1_000);
    await journal.trim({ startedBefore: Number.MAX_SAFE_INTEGER, limit: 100 });
    await (await start()).caughtUp(1_000);
    assert.equal((await journal.find(everything, 'c1'))?.seq, 1);
    const other = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
    await other.append([eventAt({ call: 2, state: 'ended', leg: null, extension: '101' }, 2)]);
    await (await start({ log: other })).caughtUp(1_000);
    assert.equal((await journal.find(everything, 'c1'))?.seq, 0, 'kept, but its events are gone');
    assert.equal((await journal.find(everything, 'c2'))?.seq, 1);
  }));

/** The journalist works beside the test; the runner's own limit ends what never comes. */
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

test('a call is written once it ended and nothing more came; at once for who asks; and it goes on after a failure', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    let writes = 0;
    let fails = false;
    const { promise: failed, resolve: onFailure } = Promise.withResolvers<void>();
    const write: typeof journal.write = (...given) => {
      writes++;
      return fails ? Promise.reject(new Error('disk I/O error')) : journal.write(...given);
    };
    const logger = { ...silentLogger, error: () => onFailure() };
    const journalist = await start({ journal: { ...journal, write }, logger });
    const append = async (index: number, state: Call['state']): Promise<void> => {
      await log.append([eventAt({ call: 1, state, leg: null, extension: '101' }, index)]);
      clock.advance(250);
      await until(() => journalist.behind() === 0);
    };
    for (let index = 0; index < 5; index++) await append(index, 'ringing');
    assert.equal(journalist.behind(), 0, 'read');
    assert.equal(writes, 0, 'a call in progress is not written for each of its events');
    await journalist.caughtUp(1_000);
    assert.equal(writes, 1);
    assert.equal((await journal.find(everything, 'c1'))?.seq, 5);
    fails = true;
    await append(9, 'ended');
    assert.equal(writes, 1, 'something may still come');
    clock.advance(1_000);
    await failed;
    await until(() => journalist.trouble() === 'disk I/O error');
    fails = false;
    await until(() => {
      clock.advance(1_000);
      return journalist.trouble() === null;
    });
    assert.equal((await journal.find(everything, 'c1'))?.final, true);
    assert.equal(writes, 3);
  }));

test('a call in progress is in the journal within half a minute', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    const journalist = await start();
    await log.append([eventAt({ call: 1, state: 'ringing', leg: null, extension: '101' }, 1)]);
    clock.advance(250);
    await until(() => journalist.behind() === 0);
    clock.advance(29_000);
    assert.equal(await journal.find(everything, 'c1'), null);
    clock.advance(1_000);
    await until(async () => (await journal.find(everything, 'c1')) !== null);
    assert.equal((await journal.find(everything, 'c1'))?.call.state, 'ringing');
  }));

test('after a crash it is read again from the first event that is in no record', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    const event = (call: number, state: Call['state'], index: number) =>
      eventAt({ call, state, leg: null, extension: '101' }, index);
    const crashed = await start();
    await log.append([event(0, 'ended', 0), event(1, 'ringing', 1), event(2, 'ended', 2)]);
    clock.advance(250);
    await until(() => crashed.behind() === 0);
    clock.advance(1_000);
    await until(async () => (await journal.find(everything, 'c2')) !== null);
    assert.deepEqual((await journal.place())?.seq, 1, 'the call that goes on began with the second event');
    assert.equal((await journal.find(everything, 'c2'))?.final, true);
    // The first one is never stopped: that would write what it holds.
    await (await start()).caughtUp(1_000);
    assert.equal((await journal.find(everything, 'c1'))?.seq, 2);
    assert.deepEqual((await journal.place())?.seq, 3);
  }));

test('while only events about no call come the place is kept now and then, and when it stops', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    const other = (index: number): NewEvent => eventOf({ id: `m${index}`, type: 'message.received', call: null });
    const journalist = await start();
    await log.append([eventAt({ call: 1, state: 'ended', leg: null, extension: '101' }, 1)]);
    for (let from = 0; from < 20_010; from += 435) {
      await log.append(Array.from({ length: 435 }, (_, index) => other(from + index)));
    }
    await until(() => {
      clock.advance(250);
      return journalist.behind() === 0;
    });
    assert.ok(((await journal.place())?.seq ?? 0) >= 10_000);
    await journalist.stop();
    assert.equal((await journal.place())?.seq, 20_011);
  }));

test('records that somebody else changed between two pages are those it goes on with', async () => {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const records = await openMemoryRecords();
  const journalist = createJournalist({ clock, logger: silentLogger, log, journal: records.calls });
  await journalist.start();
  const step: Step = { call: 1, state: 'ringing', leg: 1, extension: '101' };
  await log.append([eventAt(step, 0), eventAt({ ...step, leg: 2 }, 1)]);
  await journalist.caughtUp(1_000);
  const place = { log: log.id, seq: 2 };
  await journalist.between(async () => {
    const record = (await records.calls.find(everything, 'c1')) as CallRecord;
    assert.equal(record.legs.length, 2);
    const legs = record.legs.map((leg) => ({ ...leg, name: 'erased' }));
    await records.calls.write([{ ...record, legs }], place);
  });
  await log.append([eventAt({ ...step, leg: null }, 2)]);
  await journalist.caughtUp(1_000);
  const record = await records.calls.find(everything, 'c1');
  assert.deepEqual([record?.seq, record?.legs.map(({ name }) => name)], [3, ['erased', 'erased']]);
  await journalist.stop();
  await records.close();
});

test('nothing changes records while a page is read, and no page is read meanwhile', async () => {
  const clock = new ManualClock();
  const log = createMemoryEventLog({ clock, idWindowMs: 3_600_000 });
  const records = await openMemoryRecords();
  const order: string[] = [];
  const journal = {
    ...records.calls,
    write: async (...given: Parameters<typeof records.calls.write>) => {
      order.push('page begins');
      await new Promise((resolve) => setImmediate(resolve));
      await records.calls.write(...given);
      order.push('page ends');
    },
  };
  const journalist = createJournalist({ clock, logger: silentLogger, log, journal });
  await journalist.start();
  await log.append([eventAt({ call: 1, state: 'ringing', leg: null, extension: '101' }, 0)]);
  const read = journalist.caughtUp(1_000);
  const between = journalist.between(async () => {
    order.push('between begins');
    await log.append([eventAt({ call: 1, state: 'ended', leg: null, extension: '101' }, 1)]);
    await new Promise((resolve) => setImmediate(resolve));
    order.push('between ends');
  });
  const again = between.then(() => journalist.caughtUp(1_000));
  await Promise.all([read, again]);
  const pages = ['page begins', 'page ends'];
  assert.deepEqual(order, [...pages, 'between begins', 'between ends', ...pages]);
  await journalist.stop();
  await records.close();
});

test('two that change records at once do so one after the other, and neither while a page is read', () =>
  withJournal(async ({ log, start }) => {
    const order: string[] = [];
    const journalist = await start();
    await log.append([eventAt({ call: 1, state: 'ringing', leg: null, extension: '101' }, 0)]);
    const change = (name: string): Promise<void> =>
      journalist.between(async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} ends`);
      });
    const read = journalist.caughtUp(1_000);
    await Promise.all([read, change('one'), change('two'), change('three')]);
    assert.deepEqual(
      order,
      ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  }));

test('what it holds unwritten is in the store before somebody changes records there', () =>
  withJournal(async ({ clock, log, journal, start }) => {
    const journalist = await start();
    await log.append([eventAt({ call: 1, state: 'ringing', leg: null, extension: '101' }, 1)]);
    clock.advance(250);
    await until(() => journalist.behind() === 0);
    assert.equal(await journal.find(everything, 'c1'), null);
    const found = await journalist.between(() => journal.find(everything, 'c1'));
    assert.equal(found?.call.id, 'c1');
  }));

test('who looks for one call has that one written, and any that would be found as it was; no other', () =>
  withJournal(async ({ log, journal, start }) => {
    const journalist = await start();
    const add = (state: Call['state'], index: number) =>
      log.append([1, 2].map((call) => eventAt({ call, state, leg: null, extension: '101' }, index * 10 + call)));
    const lookFor = (id: string) => journalist.caughtUp(1_000, ({ call }) => call.id === id);
    const states = async () =>
      Promise.all(['c1', 'c2'].map(async (id) => (await journal.find(everything, id))?.call.state ?? null));
    await add('ringing', 1);
    await lookFor('c1');
    assert.deepEqual(await states(), ['ringing', null]);
    await add('ended', 2);
    await lookFor('c3');
    assert.deepEqual(await states(), ['ended', null]);
    await journalist.caughtUp(1_000);
    assert.deepEqual(await states(), ['ended', 'ended']);
  }));

/** Somebody looks for something that is not there, whenever there is more to read. */
function searchedAllTheTime(log: EventLog, search: () => void): JournalistDeps['log'] {
  return {
    id: log.id,
    head: () => log.head(),
    floor: () => log.floor(),
    holes: () => log.holes(),
    onAppended: (listener) => log.onAppended(listener),
    read: async (request) => {
      const page = await log.read(request);
      search();
      return page;
    },
  };
}

test('while somebody looks for something all the time, what is due is written all the same', () =>
  withJournal(async ({ clock, log, start }) => {
    const written = new Set<string>();
    // At once, so that the clock stands still while it works.
    const journal: JournalStore = {
      place: () => Promise.resolve(null),
      records: (keys) => Promise.resolve(keys.map(() => null)),
      write: (records) => Promise.resolve(records.forEach(({ call }) => void written.add(call.id))),
      forgetSequences: () => Promise.resolve(),
    };
    const searches: Promise<void>[] = [];
    const search = (): void => void searches.push(journalist.caughtUp(10_000, () => false));
    const journalist = await start({ log: searchedAllTheTime(log, search), journal });
    // Whenever something is due there is something to read too, and somebody to look for it.
    for (let call = 1; call <= 40; call++) {
      await log.append([eventAt({ call, state: 'ringing', leg: null, extension: '101' }, call)]);
      clock.advance(1_000);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(written.has('c1'), 'it was due ten seconds ago');
    assert.ok(!written.has('c40'), 'nobody looked for it, and it is not due');
    clock.advance(10_000);
    await Promise.all(searches);
  }));
