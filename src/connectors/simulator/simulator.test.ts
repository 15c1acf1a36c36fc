import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { createEventChecker } from '../../model/event-schema.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ConnectorHost, OpenCall } from '../connector.ts';
import { createSimulator, type SimulatorOptions } from './index.ts';
import { brokenRules } from '../../../test/support/call-rules.ts';

const start = Date.UTC(2026, 10, 21, 9, 0);
const company = { id: 'sim', domain: 'acme', reseller: 'default' };
const isEvent = createEventChecker();
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Desk {
  readonly clock: ManualClock;
  readonly events: NewEvent[];
  readonly host: ConnectorHost;
  /** While false, nothing is accepted. */
  open: boolean;
}

function desk(openCalls: readonly OpenCall[] = []): Desk {
  const clock = new ManualClock(start);
  const events: NewEvent[] = [];
  const made: Desk = {
    clock,
    events,
    open: true,
    host: {
      clock,
      random: seededRandom(7),
      logger: silentLogger,
      accept: async (batch) => {
        if (!made.open) throw new Error('the log is full');
        events.push(...batch);
      },
      openCalls: async () => openCalls,
    },
  };
  return made;
}

/** Plays for so many seconds and stops. */
async function play(options: Partial<SimulatorOptions>, seconds: number, at = desk()): Promise<readonly NewEvent[]> {
  const simulator = createSimulator({ ...company, seed: 1, ratePerMinute: 60, speed: 10, ...options }, at.host);
  await simulator.start();
  for (let second = 0; second < seconds; second++) {
    at.clock.advance(1000);
    await tick();
  }
  const stopped = simulator.stop();
  for (let turn = 0; turn < 3; turn++) await tick();
  at.clock.advance(10_000);
  await stopped;
  return at.events;
}

describe('the simulator', () => {
  it('plays calls whose events are valid and keep every rule of a call’s life', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom(10, 60, 600),
        fc.constantFrom(1, 10, 50),
        async (seed, ratePerMinute, speed) => {
          const events = await play({ seed, ratePerMinute, speed }, 120);
          for (const event of events) assert.ok(isEvent(event), JSON.stringify(event));
          assert.deepEqual(brokenRules(events), []);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('repeats itself exactly with the same seed and start, and differs otherwise', async () => {
    const first = await play({ seed: 42 }, 60);
    assert.ok(first.length > 300);
    assert.deepEqual(await play({ seed: 42 }, 60), first);
    const other = await play({ seed: 43 }, 60);
    assert.notDeepEqual(
      other.map(({ id }) => id),
      first.map(({ id }) => id),
    );
    const later = desk();
    later.clock.setWall(start + 5000);
    const ids = new Set(first.map(({ id }) => id));
    for (const { id } of await play({ seed: 42 }, 60, later)) assert.ok(!ids.has(id));
  });

  it('plays every kind of traffic within an hour', async () => {
    const events = await play({ seed: 3, ratePerMinute: 30 }, 1200);
    const seen = new Set(events.map(({ type }) => type));
    for (const type of [
      'call.started',
      'call.updated',
      'call.answered',
      'call.ended',
      'call.closed',
      'leg.dial_in',
      'leg.dial_out',
      'leg.ringing',
      'leg.answered',
      'leg.held',
      'leg.resumed',
      'leg.ended',
      'transfer.started',
      'transfer.completed',
      'transfer.failed',
      'queue.joined',
      'queue.agent_ringing',
      'queue.agent_missed',
      'queue.answered',
      'queue.left',
      'agent.state_changed',
      'recording.ready',
      'voicemail.left',
      'message.received',
      'message.sent',
      'message.status_changed',
      'connector.up',
      'connector.down',
    ] as const) {
      assert.ok(seen.has(type), type);
    }
    const outcomes = new Set(events.map(({ call }) => call?.outcome));
    for (const outcome of [
      'answered',
      'no_answer',
      'busy',
      'cancelled',
      'rejected',
      'voicemail',
      'abandoned',
      'invalid',
      'congested',
    ] as const) {
      assert.ok(outcomes.has(outcome), outcome);
    }
  });

  it('keeps to its rate, and shows a whole call within seconds where it is fast', async () => {
    const events = await play({ ratePerMinute: 120, speed: 20 }, 600);
    const started = events.filter(({ type }) => type === 'call.started').length;
    assert.ok(started > 1000 && started < 1450, String(started));
    const [first] = events.filter(({ type }) => type === 'call.closed');
    assert.ok(first && Date.parse(first.time) - start < 20_000);
    const none = await play({ ratePerMinute: 0 }, 60);
    assert.deepEqual(
      none.filter(({ call }) => call !== null),
      [],
    );
  });

  it('uses numbers that nobody has', async () => {
    for (const { call } of await play({ ratePerMinute: 600 }, 60)) {
      for (const party of [call?.from, call?.to]) {
        if (party?.kind !== 'external') continue;
        assert.match(party.number ?? '', /^(\+1\d{3}5550\d{3}|\+442079460\d{3}|\+447700900\d{3})$/);
      }
    }
  });

  it('loses nothing and keeps order while events are refused, and stops making them when it is full', async () => {
    const at = desk();
    const simulator = createSimulator({ ...company, seed: 5, ratePerMinute: 6000, speed: 50 }, at.host);
    await simulator.start();
    await tick();
    const accepted = at.events.length;
    at.open = false;
    for (let second = 0; second < 120; second++) {
      at.clock.advance(1000);
      await tick();
    }
    assert.equal(at.events.length, accepted);
    assert.equal(simulator.status().state, 'down');
    at.open = true;
    for (let second = 0; second < 60; second++) {
      at.clock.advance(1000);
      for (let turn = 0; turn < 100; turn++) await tick();
    }
    assert.equal(simulator.status().state, 'up');
    assert.ok(at.events.length > 20_000);
    assert.deepEqual(brokenRules(at.events), []);
    assert.equal(new Set(at.events.map(({ id }) => id)).size, at.events.length);
    await simulator.stop();
    assert.equal(simulator.status().state, 'stopped');
  });

  it('ends what its former run left open as lost, the same way each time', async () => {
    const before = await play({ seed: 9, ratePerMinute: 120, speed: 1 }, 60);
    const open = openCallsOf(before);
    assert.ok(open.length > 5);
    const again = desk(open);
    again.clock.setWall(start + 3_600_000);
    const after = await play({ seed: 9, ratePerMinute: 0 }, 1, again);
    for (const event of after) assert.ok(isEvent(event));
    for (const { call } of open) {
      const ended = after.filter((event) => event.call?.id === call.id);
      assert.equal(ended.filter(({ type }) => type === 'call.ended').length, 1);
      assert.equal(ended.at(-1)?.type, 'call.closed');
      assert.equal(ended.at(-1)?.call?.outcome, 'lost');
      assert.ok(ended.every(({ data }) => data['estimated'] === true));
    }
    assert.deepEqual(brokenRules([...before.slice(0, -1), ...after]), []);
    const third = await play({ seed: 9, ratePerMinute: 0 }, 1, desk(open));
    const lostIds = (events: readonly NewEvent[]) => events.filter(({ call }) => call !== null).map(({ id }) => id);
    assert.deepEqual(lostIds(third), lostIds(after));
  });

  it('can be stopped at any time, twice, and before it began', async () => {
    const at = desk();
    const simulator = createSimulator(company, at.host);
    await simulator.stop();
    await simulator.start();
    await simulator.stop();
    at.clock.advance(60_000);
    await tick();
    assert.deepEqual(at.events, []);
  });

  it('lets go of what is refused when it is stopped', async () => {
    const at = desk();
    at.open = false;
    const simulator = createSimulator(company, at.host);
    await simulator.start();
    await tick();
    const stopped = simulator.stop();
    for (let second = 0; second < 10; second++) {
      at.clock.advance(1000);
      await tick();
    }
    await stopped;
    assert.equal(at.clock.nextDue(), null);
  });
});

function openCallsOf(events: readonly NewEvent[]): readonly OpenCall[] {
  const open = new Map<
    string,
    {
      call: OpenCall['call'];
      legs: Map<string, OpenCall['legs'][number]>;
      extensions: readonly string[];
      seenAt: string;
    }
  >();
  for (const { type, call, leg, extensions, time } of events) {
    if (!call) continue;
    const legs = open.get(call.id)?.legs ?? new Map();
    if (leg) legs.set(leg.id, leg);
    open.set(call.id, { call, legs, extensions, seenAt: time });
    if (type === 'call.ended') open.delete(call.id);
    if (call.endedAt !== null) open.delete(call.id);
  }
  return [...open.values()].map(({ legs, ...rest }) => ({ ...rest, legs: [...legs.values()] }));
}

describe('the rules of a call’s life', () => {
  it('notice a lost, repeated or swapped event', async () => {
    const events = (await play({ seed: 11, ratePerMinute: 6, speed: 50 }, 60)).filter(({ call }) => call !== null);
    const rules = (changed: readonly NewEvent[]) => brokenRules(changed);
    assert.deepEqual(rules(events), []);
    const place = (type: string) => events.findIndex((event) => event.type === type);
    for (const type of ['call.started', 'call.ended', 'leg.ended', 'leg.ringing'] as const) {
      const without = events.filter((_, index) => index !== place(type));
      assert.ok(rules(without).length > 0, `without ${type}`);
    }
    for (const [index, event] of events.entries()) {
      assert.ok(rules([...events.slice(0, index + 1), event, ...events.slice(index + 1)]).length > 0);
    }
    const answered = place('call.answered');
    const call = events[answered]?.call;
    assert.ok(call);
    const longer = events.with(answered, { ...(events[answered] as NewEvent), call: { ...call, talkMs: 1e6 } });
    assert.ok(rules(longer).length > 0);
  });
});
