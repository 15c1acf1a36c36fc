import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { replay } from '../../../test/support/ami-replay.ts';
import { inboundCall, partBy, pickUp, PbxScript, ring } from '../../../test/support/pbx-script.ts';
import { randomCalls } from '../../../test/support/random-calls.ts';
import { recorded } from '../../../test/support/recordings.ts';
import { openCallsOf, track } from '../../../test/support/tracker-run.ts';
import type { Event, NewEvent } from '../../model/event.ts';
import { everything } from '../../model/scope.ts';
import type { OpenCall as ConnectorOpenCall } from '../../connectors/connector.ts';
import type { LiveCallMarks } from '../../records/live-call-store.ts';
import { defaultLiveCallsOptions, type LiveCall, LiveCalls, loadLiveCalls, type Marks } from './index.ts';

/** The events as a log gives them out: from sequence `first` on, accepted a second apart. */
function logged(events: readonly NewEvent[], first = 1): Event[] {
  const start = Date.UTC(2026, 10, 21, 10);
  return events.map((event, index) => ({
    ...event,
    seq: first + index,
    acceptedAt: new Date(start + (first + index) * 1_000).toISOString(),
  }));
}

/** A log that holds these events. */
const logOf = (events: readonly Event[], floor = 0) => ({
  id: 'log-1',
  head: () => events.at(-1)?.seq ?? 0,
  floor: () => floor,
  holes: () => [],
  get: async (seqs: readonly number[]) =>
    seqs.map((seq) => events.find((one) => one.seq === seq && seq > floor) ?? null),
  read: async ({ after, limit }: { after: number; limit: number }) => {
    const page = events.filter((event) => event.seq > after).slice(0, limit);
    return { events: page, scannedTo: page.at(-1)?.seq ?? after };
  },
});

function viewOf(events: readonly Event[], options = defaultLiveCallsOptions): LiveCalls {
  const live = new LiveCalls('log-1', 0, options);
  live.apply(events);
  return live;
}

const talking = () => pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');
const ids = (calls: readonly LiveCall[]) => calls.map((call) => call.call.id);
const whole = (calls: readonly LiveCall[]) => calls.map(({ call, legs, seq }) => ({ call, legs, seq }));

test('a call is in progress from its first event to its end, then just ended', () => {
  const script = talking();
  const live = viewOf(logged(track(script.signals)));
  const [call, ...others] = live.inProgress(everything);
  assert.deepEqual(others, []);
  assert.equal(call?.call.state, 'answered');
  assert.deepEqual(
    call?.legs.map((leg) => [leg.id, leg.state]),
    [
      ['pbx1:a', 'answered'],
      ['pbx1:b', 'answered'],
    ],
  );
  assert.deepEqual(live.justEnded(everything), []);
  const over = viewOf(logged(track(partBy(script, 'a', 'b').signals)));
  assert.deepEqual(over.inProgress(everything), []);
  assert.equal(over.justEnded(everything)[0]?.call.outcome, 'answered');
  assert.equal(over.find(everything, call?.call.id ?? '')?.call.state, 'ended');
  assert.equal(over.find(everything, 'nobody'), null);
});

test('the newest call comes first', () => {
  const live = viewOf(logged(track(inboundCall(inboundCall(new PbxScript(), 'a'), 'z').signals)));
  const [first, second] = live.inProgress(everything);
  assert.ok(first && second && first.call.startedAt > second.call.startedAt);
});

test('only what the caller may see', () => {
  const events = logged(track(talking().signals)).map((event) => ({ ...event, user: event.extension ? 'bob' : null }));
  const live = viewOf(events);
  const [call] = live.inProgress(everything);
  const sees = (access: Partial<typeof everything>) => live.inProgress({ ...everything, ...access }).length === 1;
  assert.ok(sees({ domain: 'acme', extension: '101' }));
  assert.ok(sees({ user: 'bob' }));
  assert.ok(!sees({ domain: 'other' }));
  assert.ok(!sees({ reseller: 'other' }));
  assert.ok(!sees({ extension: '102' }));
  assert.ok(!sees({ user: 'eve' }));
  assert.equal(live.find({ ...everything, domain: 'other' }, call?.call.id ?? ''), null);
});

test('events taken in before change nothing', () => {
  const events = logged(track(talking().signals));
  const live = viewOf(events);
  const before = live.inProgress(everything);
  live.apply(events);
  assert.deepEqual(live.inProgress(everything), before);
  assert.deepEqual(live.cursor, { log: 'log-1', seq: events.length });
});

test('ended calls are a ring, and a late event about a forgotten one revives nothing', () => {
  const events = logged(track(inboundCall().hangUp('a').end('a').signals));
  const again = (name: string) => {
    const script = inboundCall(new PbxScript(), name).hangUp(name).end(name);
    return track(script.signals);
  };
  const live = viewOf(events, { ...defaultLiveCallsOptions, mostEnded: 2 });
  live.apply(logged([...again('x'), ...again('y')], 100));
  assert.equal(live.justEnded(everything).length, 2);
  const closed = events.at(-1) as Event;
  const late: Event = { ...closed, seq: 500, type: 'recording.ready' };
  live.apply([late]);
  assert.equal(live.justEnded(everything).length, 2);
  assert.deepEqual(live.inProgress(everything), []);
});

test('a late leg event does not bring an ended call back', () => {
  const events = logged(track(partBy(talking(), 'a', 'b').signals));
  const answered = events.find((event) => event.type === 'leg.answered') as Event;
  const live = viewOf([...events, { ...answered, seq: 900 }]);
  assert.deepEqual(live.inProgress(everything), []);
  assert.equal(live.justEnded(everything)[0]?.call.state, 'ended');
});

test('nor does it after a restart, which finds the call as ended as it was', async () => {
  const events = logged(track(partBy(talking(), 'a', 'b').signals));
  const answered = events.find((event) => event.type === 'leg.answered') as Event;
  const late = [...events, { ...answered, seq: 900 }];
  const { live } = await loadLiveCalls(logOf(late), viewOf(late).marks());
  assert.deepEqual(live.inProgress(everything), []);
  assert.deepEqual(whole(live.justEnded(everything)), whole(viewOf(late).justEnded(everything)));
});

test('what comes into the log while it is loaded is not missed', async () => {
  const events = logged(track(inboundCall().hangUp('a').end('a').signals));
  const log = logOf(events.slice(0, 2));
  let shown = 2;
  const growing: typeof log = {
    ...log,
    head: () => shown,
    read: async ({ after }) => {
      const page = events.filter(({ seq }) => seq > after && seq <= shown).slice(0, 2);
      shown = events.length;
      return { events: page, scannedTo: page.at(-1)?.seq ?? after };
    },
  };
  const { live } = await loadLiveCalls(growing, null);
  assert.equal(live.cursor.seq, events.length);
});

test('an event that only mentions a call does not touch it', () => {
  const events = logged(track(talking().signals));
  const live = viewOf(events);
  live.apply([{ ...(events[0] as Event), seq: 900, type: 'charge.made' }]);
  assert.equal(live.inProgress(everything)[0]?.seq, events.length);
});

test('a call not heard of for too long is forgotten', () => {
  const live = viewOf(logged(track(talking().signals)), { ...defaultLiveCallsOptions, maxSilenceMs: 60_000 });
  const heardAt = Date.parse(live.inProgress(everything)[0]?.acceptedAt ?? '');
  assert.equal(live.expire(heardAt + 60_000), 0);
  assert.equal(live.expire(heardAt + 60_001), 1);
  assert.deepEqual(live.inProgress(everything), []);
});

test('a call heard of while the clock was ahead does not keep those not heard of since', () => {
  const [ahead, ...rest] = logged(track(inboundCall(inboundCall(), 'z').signals));
  const live = viewOf([
    { ...(ahead as Event), acceptedAt: '2099-01-01T00:00:00.000Z', call: { ...(ahead as Event).call!, id: 'ahead' } },
    ...rest,
  ]);
  const calls = live.inProgress(everything).length;
  assert.equal(live.expire(Date.parse('2098-01-01T00:00:00.000Z')), calls - 1);
  assert.deepEqual(ids(live.inProgress(everything)), ['ahead']);
});

test('past the limit the call not heard of for longest goes', () => {
  const script = inboundCall(ring(inboundCall(inboundCall(), 'y'), 'a', 'b', '101'), 'z');
  const live = viewOf(logged(track(script.signals)), { ...defaultLiveCallsOptions, mostLive: 2 });
  assert.deepEqual(
    live.inProgress(everything).map((call) => call.legs[0]?.id),
    ['pbx1:z', 'pbx1:a'],
  );
});

test('a connector gets its own open calls back, as they were last seen', () => {
  const events = track(inboundCall(talking(), 'z').signals);
  const live = viewOf(logged(events));
  const open: readonly ConnectorOpenCall[] = live.openCalls('pbx1');
  const bySeenAt = (one: { seenAt?: string }, two: { seenAt?: string }) =>
    (one.seenAt ?? '') < (two.seenAt ?? '') ? -1 : 1;
  assert.deepEqual([...open].sort(bySeenAt), openCallsOf(events).sort(bySeenAt));
  assert.deepEqual(live.openCalls('pbx2'), []);
});

test('found again after a restart from marks at any point, as if it had read everything', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, fc.nat(), fc.nat(), async (signals, stop, cut) => {
      const events = logged(track(signals.slice(0, 1 + (stop % signals.length))));
      const marked = viewOf(events.slice(0, cut % (events.length + 1)));
      const marks: LiveCallMarks & Marks = marked.marks();
      const { live, gap } = await loadLiveCalls(logOf(events), structuredClone(marks));
      assert.equal(gap, null);
      const all = viewOf(events);
      const byId = (one: { call: { id: string } }, two: { call: { id: string } }) =>
        one.call.id < two.call.id ? -1 : 1;
      const legsSorted = (calls: readonly LiveCall[]) =>
        whole(calls)
          .map((call) => ({ ...call, legs: call.legs.toSorted((one, two) => (one.id < two.id ? -1 : 1)) }))
          .sort(byId);
      assert.deepEqual(legsSorted(live.inProgress(everything)), legsSorted(all.inProgress(everything)));
      assert.deepEqual(ids(live.justEnded(everything)), ids(all.justEnded(everything)));
      assert.deepEqual(live.cursor, all.cursor);
    }),
    { numRuns: 100 },
  );
});

test('of a real call too, at any place: what began and has not ended, and the legs of a call that became part of it', async () => {
  const open = (calls: readonly ConnectorOpenCall[]) =>
    calls
      .map(({ call, legs, begun = [] }) => ({
        id: call.id,
        legs: legs.map(({ id }) => id).toSorted(),
        begun: begun.map(({ id }) => id).toSorted(),
      }))
      .toSorted((one, two) => (one.id < two.id ? -1 : 1));
  for (const name of ['attended-refer', 'attended-refer-to-queue', 'park-retrieved', 'conference', 'queue-rrmemory']) {
    const told = replay([...recorded(name)]);
    const events = logged(told);
    for (let cut = 1; cut < events.length; cut++) {
      const expected = open(openCallsOf(told.slice(0, cut)));
      const live = viewOf(events.slice(0, cut));
      assert.deepEqual(open(live.openCalls('pbx1')), expected, `${name} at ${cut}`);
      const again = await loadLiveCalls(logOf(events.slice(0, cut)), structuredClone(live.marks()));
      assert.deepEqual(open(again.live.openCalls('pbx1')), expected, `${name} found again at ${cut}`);
    }
  }
});

test('a call that took over another one is saved again, though nothing was said of it since', () => {
  const told = replay([...recorded('attended-refer')]);
  const merge = told.findIndex(({ data }) => typeof data['mergedInto'] === 'string');
  assert.ok(merge > 0);
  const live = viewOf(logged(told).slice(0, merge));
  const { cursor } = live.changes(null);
  live.apply(logged(told).slice(merge, merge + 1));
  const put = [...live.changes(cursor).put].map(({ callId }) => callId);
  assert.ok(put.includes(String(told[merge]?.data['mergedInto'])), put.join());
});

test('changes saved one after the other are the marks as they then stand', () => {
  const options = { mostEnded: 3, mostLive: 4, maxSilenceMs: 20_000 };
  fc.assert(
    fc.property(randomCalls, fc.array(fc.nat(12), { minLength: 1 }), (signals, steps) => {
      const events = logged(track(signals));
      const live = new LiveCalls('log-1', 0, options);
      const saved = new Map<string, number>();
      const keyOf = ({ domain, callId }: { domain: string; callId: string }) => JSON.stringify([domain, callId]);
      let since: number | null = null;
      for (let at = 0, step = 0; at < events.length; step++) {
        const next = at + 1 + (steps[step % steps.length] as number);
        live.apply(events.slice(at, next));
        at = next;
        live.expire(Date.parse(events[Math.min(at, events.length) - 1]?.acceptedAt ?? ''));
        const { whole: isWhole, put, gone, cursor } = live.changes(since);
        since = cursor;
        if (isWhole) saved.clear();
        for (const one of gone) saved.delete(keyOf(one));
        for (const one of put) saved.set(keyOf(one), one.seq);
        const marks = live.marks().calls.map((one): [string, number] => [keyOf(one), one.seq]);
        assert.deepEqual(saved, new Map(marks));
      }
    }),
  );
});

test('it is read sparingly: an event is kept as its text, and read when somebody looks', async () => {
  const log = logOf(logged(track(talking().signals)));
  const asked: (boolean | undefined)[] = [];
  const read = (request: Parameters<typeof log.read>[0] & { sparing?: boolean }) => {
    asked.push(request.sparing);
    return log.read(request);
  };
  await loadLiveCalls({ ...log, read }, null);
  assert.deepEqual(asked, [true]);
});

test('without marks, or with those of another log, everything is read', async () => {
  const events = logged(track(talking().signals));
  for (const marks of [null, { log: 'other', cursor: 3, calls: [] }, { log: 'log-1', cursor: 99, calls: [] }]) {
    const { live, gap } = await loadLiveCalls(logOf(events), marks);
    assert.equal(live.inProgress(everything).length, 1);
    assert.equal(gap === null, marks === null);
  }
});

test('marks whose events were trimmed: what is left is found, and the gap is told', async () => {
  const script = talking();
  const early = logged(track(script.signals));
  const all = logged(track(inboundCall(script, 'z').signals));
  const marks = viewOf(early.slice(0, 2)).marks();
  const { live, gap } = await loadLiveCalls(logOf(all.slice(early.length), early.length), marks);
  assert.deepEqual(gap, { reason: 'trimmed by retention', from: 3, to: early.length });
  assert.equal(live.inProgress(everything).length, 1);
});

test('a call with very many legs keeps the last ones', () => {
  const script = inboundCall();
  for (let index = 0; index < 260; index++) {
    ring(script, 'a', `b${index}`, '101').dialEnd('a', `b${index}`, 'no_answer').end(`b${index}`);
  }
  const live = viewOf(logged(track(script.signals)));
  assert.equal(live.inProgress(everything)[0]?.legs.length, 200);
});

test('events that say something else now are shown as they are', () => {
  const events = logged(track(talking().signals));
  const live = viewOf(events);
  assert.deepEqual(live.holding([...events.map(({ seq }) => seq), 9_999]).includes(9_999), false);
  const held = live.holding(events.map(({ seq }) => seq));
  assert.ok(held.length > 1);
  assert.ok([...live.texts(everything)].join().includes('"name":"'));
  const quiet = (event: Event): Event => ({
    ...event,
    call: event.call && { ...event.call, from: { ...event.call.from, name: 'erased' } },
    leg: event.leg && { ...event.leg, name: 'erased' },
  });
  live.replace(events.filter(({ seq }) => held.includes(seq)).map(quiet));
  const [call] = live.inProgress(everything);
  assert.equal(call?.call.from.name, 'erased');
  assert.deepEqual([...new Set(call?.legs.map(({ name }) => name))], ['erased']);
  assert.ok(![...live.texts(everything)].join().replaceAll('"name":"erased"', '').includes('"name":"'));
});
