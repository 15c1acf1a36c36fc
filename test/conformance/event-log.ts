/** What every EventLog driver promises. `event-log.test.ts` says which drivers run it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AppendOutcome, EventLog } from '../../src/log/event-log.ts';
import { type Event, type NewEvent, orderKeyOf } from '../../src/model/event.ts';
import { eventLogErasing } from './event-log-erasing.ts';
import { eventLogProperties } from './event-log-properties.ts';
import { eventNamed, handedOver, idWindowMs, type LogUnderTest, type OpenLog, readAll } from './event-log-support.ts';

const stored = (id: string, seq: number): AppendOutcome => ({ kind: 'accepted', id, seq, duplicate: false });
const known = (id: string, seq: number): AppendOutcome => ({ kind: 'accepted', id, seq, duplicate: true });
const conflict = (id: string, seq: number): AppendOutcome => ({ kind: 'conflict', id, seq });
const year = 365 * 86_400_000;
const seqsOf = (events: readonly (Event | null)[]) => events.map((event) => event?.seq ?? null);

async function trimAll(log: EventLog, acceptedBefore: number): Promise<void> {
  while ((await log.trim({ acceptedBefore, limit: 300 })).more);
}

export function eventLogConformance(name: string, open: OpenLog, runs: number): void {
  const withLog = (title: string, run: (under: LogUnderTest) => Promise<void>): void => {
    test(title, async () => {
      const under = await open();
      try {
        await run(under);
      } finally {
        await under.close();
      }
    });
  };

  describe(`event log: ${name}`, () => {
    eventLogErasing(withLog);

    withLog('starts empty', async ({ log }) => {
      assert.equal(log().head(), 0);
      assert.equal(log().floor(), 0);
      assert.deepEqual(await log().read({ after: 0, limit: 10 }), { events: [], scannedTo: 0 });
      assert.deepEqual(await log().append([]), []);
      assert.deepEqual(await log().findById('none'), []);
      assert.deepEqual(await log().trim({ acceptedBefore: Number.MAX_SAFE_INTEGER, limit: 10 }), {
        trimmedTo: 0,
        more: false,
      });
    });

    withLog('numbers events without a hole, and gives them back as they came', async ({ log, clock }) => {
      const first = [eventNamed('a'), eventNamed('b', { domain: 'other', data: { deep: [1, { x: null }] } })];
      assert.deepEqual(await log().append(first), [stored('a', 1), stored('b', 2)]);
      clock.advance(1_500);
      assert.deepEqual(await log().append([eventNamed('c')]), [stored('c', 3)]);
      assert.equal(log().head(), 3);
      const events = await readAll(log());
      assert.deepEqual(seqsOf(events), [1, 2, 3]);
      assert.deepEqual(events.map(handedOver), [...first, eventNamed('c')]);
      assert.equal(Date.parse(events[2]?.acceptedAt ?? '') - Date.parse(events[0]?.acceptedAt ?? ''), 1_500);
    });

    withLog('stores an id once per connector within the id window', async ({ log, clock }) => {
      await log().append([eventNamed('a')]);
      assert.deepEqual(await log().append([eventNamed('a')]), [known('a', 1)]);
      assert.deepEqual(await log().append([eventNamed('a', { connector: 'pbx2' })]), [stored('a', 2)]);
      assert.deepEqual(await log().append([eventNamed('a', { data: {} })]), [conflict('a', 1)]);
      assert.deepEqual(await log().append([eventNamed('a', { domain: 'other' })]), [conflict('a', 1)]);
      assert.deepEqual(await log().append([eventNamed('a', { time: '2026-01-01T00:00:01.000Z' })]), [conflict('a', 1)]);
      clock.advance(idWindowMs);
      assert.deepEqual(await log().append([eventNamed('a')]), [known('a', 1)]);
      clock.advance(1);
      assert.deepEqual(await log().append([eventNamed('a')]), [stored('a', 3)]);
      assert.deepEqual(await log().append([eventNamed('a')]), [known('a', 3)]);
      assert.deepEqual(seqsOf(await log().findById('a')), [3, 2, 1]);
    });

    withLog('finds an id within a domain or reseller, however many newer ones others have of it', async ({ log }) => {
      await log().append([eventNamed('a', { reseller: 'r1' })]);
      const others = Array.from({ length: 150 }, (_, index) =>
        eventNamed('a', { connector: `other${index}`, domain: 'other', reseller: 'r2' }),
      );
      await log().append(others);
      const found = async (within: { reseller: string; domain: string }) => seqsOf(await log().findById('a', within));
      assert.deepEqual(await found({ reseller: '*', domain: 'acme' }), [1]);
      assert.deepEqual(await found({ reseller: 'r1', domain: 'acme' }), [1]);
      assert.deepEqual(await found({ reseller: 'r1', domain: '*' }), [1]);
      assert.deepEqual(await found({ reseller: 'r2', domain: 'acme' }), []);
      assert.deepEqual(await found({ reseller: '*', domain: 'nobody' }), []);
      const newest = Array.from({ length: 100 }, (_, index) => 151 - index);
      assert.deepEqual(await found({ reseller: 'r2', domain: 'other' }), newest);
      assert.deepEqual(seqsOf(await log().findById('a')), newest);
    });

    withLog('finds duplicates within one append and across concurrent ones', async ({ log }) => {
      const twice = await log().append([eventNamed('a'), eventNamed('a'), eventNamed('a', { data: {} })]);
      assert.deepEqual(twice, [stored('a', 1), known('a', 1), conflict('a', 1)]);
      const [one, two] = await Promise.all([log().append([eventNamed('b')]), log().append([eventNamed('b')])]);
      assert.deepEqual([one, two], [[stored('b', 2)], [known('b', 2)]]);
      assert.deepEqual(seqsOf(await readAll(log())), [1, 2]);
    });

    withLog('does not mind the order of properties in a repeated body', async ({ log }) => {
      await log().append([eventNamed('a', { data: { one: 1, two: { three: 3, four: 4 } } })]);
      const turned = eventNamed('a', { data: { two: { four: 4, three: 3 }, one: 1 } });
      assert.deepEqual(await log().append([turned]), [known('a', 1)]);
    });

    withLog('tells listeners once, in order, before the append resolves', async ({ log }) => {
      const heard: Event[] = [];
      const stop = log().onAppended((events) => heard.push(...events));
      const atResolve = Array.from({ length: 20 }, async (_, index) => {
        const outcomes = await log().append([eventNamed(`x${index}`), eventNamed(`y${index}`), eventNamed('same')]);
        const highest = Math.max(...outcomes.map(({ seq }) => seq));
        assert.ok((heard.at(-1)?.seq ?? 0) >= highest);
        assert.ok(log().head() >= highest);
      });
      await Promise.all(atResolve);
      assert.deepEqual(
        seqsOf(heard),
        heard.map((_, index) => index + 1),
      );
      assert.equal(heard.length, 41);
      const said = (events: readonly Event[]): unknown => JSON.parse(JSON.stringify(events));
      assert.deepEqual(said(heard), said(await readAll(log())));
      stop();
      await log().append([eventNamed('after')]);
      assert.equal(heard.length, 41);
    });

    withLog('reads pages by limit, by end and by domain', async ({ log }) => {
      const events = Array.from({ length: 100 }, (_, index) => eventNamed(`e${index}`, { domain: `d${index % 10}` }));
      await log().append(events);
      const page = await log().read({ after: 10, upTo: 50, limit: 5 });
      assert.deepEqual({ seqs: seqsOf(page.events), to: page.scannedTo }, { seqs: [11, 12, 13, 14, 15], to: 15 });
      const end = await log().read({ after: 48, upTo: 50, limit: 5 });
      assert.deepEqual({ seqs: seqsOf(end.events), to: end.scannedTo }, { seqs: [49, 50], to: 50 });
      const some = await readAll(log(), 0, ['d3', 'd7', 'unheard of']);
      assert.deepEqual(
        seqsOf(some),
        Array.from({ length: 20 }, (_, index) => Math.floor(index / 2) * 10 + (index % 2 === 0 ? 4 : 8)),
      );
      assert.deepEqual(await log().read({ after: 0, limit: 10, domains: [] }), { events: [], scannedTo: 100 });
      assert.deepEqual(await log().read({ after: 0, limit: 10, domains: ['none'] }), { events: [], scannedTo: 100 });
      assert.deepEqual(await log().read({ after: 100, limit: 10 }), { events: [], scannedTo: 100 });
      assert.deepEqual(await log().read({ after: 900, limit: 10 }), { events: [], scannedTo: 900 });
    });

    withLog('gives events by sequence, in the order asked', async ({ log }) => {
      await log().append(Array.from({ length: 5 }, (_, index) => eventNamed(`e${index}`)));
      assert.deepEqual(seqsOf(await log().get([4, 1, 99, 0, 4, -1])), [4, 1, null, null, 4, null]);
      assert.deepEqual(await log().get([]), []);
      const [last, none, first] = await log().get([5, 99, 1], { sparing: true });
      const told = [last?.seq, last?.type, last && orderKeyOf(last), none, first?.id];
      const [plain] = await log().get([5]);
      assert.deepEqual(told, [5, plain?.type, plain && orderKeyOf(plain), null, 'e0']);
    });

    withLog('drops what is old, piece by piece, and never numbers twice', async ({ log, clock }) => {
      await log().append(Array.from({ length: 10 }, (_, index) => eventNamed(`old${index}`)));
      clock.advance(1_000);
      const bound = clock.now();
      await log().append(Array.from({ length: 5 }, (_, index) => eventNamed(`new${index}`)));
      assert.deepEqual(await log().trim({ acceptedBefore: bound, limit: 4 }), { trimmedTo: 4, more: true });
      assert.equal(log().floor(), 4);
      assert.deepEqual(seqsOf(await log().get([4, 5])), [null, 5]);
      assert.deepEqual(await log().findById('old3'), []);
      await trimAll(log(), bound);
      assert.equal(log().floor(), 10);
      assert.deepEqual(seqsOf(await readAll(log())), [11, 12, 13, 14, 15]);
      clock.advance(1_000);
      await trimAll(log(), clock.now());
      assert.deepEqual({ head: log().head(), floor: log().floor() }, { head: 15, floor: 15 });
      assert.deepEqual(await log().read({ after: 0, limit: 10 }), { events: [], scannedTo: 15 });
      assert.deepEqual(await log().append([eventNamed('next')]), [stored('next', 16)]);
      assert.deepEqual(seqsOf(await readAll(log(), 15)), [16]);
    });

    withLog('counts acceptance forward when the clock is set back a little', async ({ log, clock }) => {
      await log().append([eventNamed('a')]);
      clock.setWall(clock.now() - 60_000);
      await log().append([eventNamed('b')]);
      const [a, b] = await readAll(log());
      assert.equal(b?.acceptedAt, a?.acceptedAt);
    });

    withLog('believes a clock that is set back after it was ahead, so that later events age', async (under) => {
      const { log, clock } = under;
      const right = clock.now();
      clock.setWall(right + 10 * year);
      await log().append(Array.from({ length: 1_500 }, (_, index) => eventNamed(`ahead${index}`)));
      clock.setWall(right + 0.5);
      await under.reopen?.();
      await log().append([eventNamed('b'), eventNamed('c')]);
      assert.equal(Date.parse((await log().get([1_501]))[0]?.acceptedAt ?? ''), right);
      clock.advance(5_000);
      await log().append([eventNamed('d')]);
      await trimAll(log(), right);
      assert.equal(log().floor(), 0, 'nothing behind says that those of the future are old');
      await trimAll(log(), clock.now() - 1_000);
      assert.equal(log().floor(), 1_502);
      assert.deepEqual(seqsOf(await readAll(log())), [1_503]);
    });

    withLog('a clock that was far behind makes nothing go too early', async ({ log, clock }) => {
      const right = clock.now();
      await log().append([eventNamed('a'), eventNamed('b')]);
      clock.setWall(right - 10 * year);
      await log().append([eventNamed('behind')]);
      await trimAll(log(), clock.now() - 60_000);
      assert.equal(log().floor(), 0);
      clock.setWall(right);
      await log().append([eventNamed('c')]);
      await trimAll(log(), right - 1_000);
      assert.equal(log().floor(), 0);
      await trimAll(log(), right + 1);
      assert.equal(log().floor(), 4);
    });

    withLog('keeps any text exactly', async ({ log }) => {
      const odd = [
        'é😀漢',
        'nul\u0000nul',
        '\ud800',
        '\udfff\ud800',
        '"quoted"',
        '',
        ' ',
        "');--",
        '\ufffd',
        'a'.repeat(256),
      ];
      const events = odd.map((text) =>
        eventNamed(`id ${text}`, { connector: text, domain: text, data: { text, [text]: [text] } }),
      );
      const own = odd.map((text) => eventNamed(text));
      const outcomes = await log().append([...events, ...own]);
      assert.ok(outcomes.every((outcome) => outcome.kind === 'accepted' && !outcome.duplicate));
      assert.deepEqual((await readAll(log())).map(handedOver), [...events, ...own]);
      for (const [index, text] of odd.entries()) {
        assert.deepEqual(seqsOf(await log().findById(text)), [odd.length + index + 1]);
        const page = await readAll(log(), 0, [text]);
        assert.deepEqual(seqsOf(page), [index + 1]);
      }
    });

    withLog('takes large events', async ({ log }) => {
      const events = Array.from({ length: 40 }, (_, index) =>
        eventNamed(`big${index}`, { data: { text: (index % 2 === 0 ? 'é' : 'e').repeat(256 * 1024) } }),
      );
      await log().append(events);
      assert.deepEqual((await readAll(log())).map(handedOver), events);
      assert.deepEqual(await log().append([events[7] as NewEvent]), [known('big7', 8)]);
    });

    withLog('takes ten thousand events from many hands', async ({ log }) => {
      const hands = Array.from({ length: 20 }, async (_, hand) => {
        for (let part = 0; part < 5; part++) {
          const batch = Array.from({ length: 100 }, (_, index) =>
            eventNamed(`${hand}-${part}-${index}`, { domain: `d${hand}` }),
          );
          const outcomes = await log().append(batch);
          assert.ok(outcomes.every((outcome, index) => outcome.seq === (outcomes[0]?.seq ?? 0) + index));
        }
      });
      await Promise.all(hands);
      assert.equal(log().head(), 10_000);
      const events = await readAll(log());
      assert.equal(new Set(events.map(({ id }) => id)).size, 10_000);
      const own = await readAll(log(), 0, ['d7']);
      assert.deepEqual(
        own.map(({ id }) => id),
        Array.from({ length: 500 }, (_, index) => `7-${Math.floor(index / 100)}-${index % 100}`),
      );
    });

    eventLogProperties(open, runs);
    if (name !== 'memory') reopening(withLog);
  });
}

function reopening(withLog: (title: string, run: (under: LogUnderTest) => Promise<void>) => void): void {
  withLog('goes on where it was after reopening', async (under) => {
    if (!under.reopen) return;
    const { id } = under.log();
    await under.log().append([eventNamed('a'), eventNamed('b', { domain: 'other' })]);
    const before = await readAll(under.log());
    await under.reopen();
    assert.equal(under.log().id, id);
    assert.equal(under.log().head(), 2);
    assert.deepEqual(await readAll(under.log()), before);
    assert.deepEqual(await under.log().append([eventNamed('b', { domain: 'other' })]), [known('b', 2)]);
    assert.deepEqual(await under.log().append([eventNamed('b')]), [conflict('b', 2)]);
    assert.deepEqual(await under.log().append([eventNamed('c')]), [stored('c', 3)]);
    assert.deepEqual(seqsOf(await readAll(under.log(), 1)), [2, 3]);
  });

  withLog('never numbers twice, even when everything was trimmed and reopened', async (under) => {
    if (!under.reopen) return;
    await under.log().append([eventNamed('a'), eventNamed('b')]);
    under.clock.advance(1);
    await trimAll(under.log(), under.clock.now());
    await under.reopen();
    assert.deepEqual({ head: under.log().head(), floor: under.log().floor() }, { head: 2, floor: 2 });
    under.clock.setWall(under.clock.now() - 30_000);
    assert.deepEqual(await under.log().append([eventNamed('a')]), [stored('a', 3)]);
    const [event] = await readAll(under.log(), 2);
    assert.ok(Date.parse(event?.acceptedAt ?? '') > under.clock.now(), 'the last acceptance is remembered');
  });
}
