import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { brokenRules } from '../../../../test/support/call-rules.ts';
import type { CallOrder, Destination } from '../../../calls/commands.ts';
import { silentLogger } from '../../../kit/logger.ts';
import { ManualClock } from '../../../kit/manual-clock.ts';
import { seededRandom } from '../../../kit/random.ts';
import { createEventChecker } from '../../../model/event-schema.ts';
import type { NewEvent } from '../../../model/event.ts';
import { createSimulator } from '../index.ts';

const isEvent = createEventChecker();
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const at = (number: string): Destination => ({ kind: number.startsWith('+') ? 'outside' : 'extension', number });
const origin = { source: 'api', requestId: 'r-1', billingCode: null, buttonId: null, onBehalfOf: '108' } as const;

async function open(t: TestContext) {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 9, 0));
  const events: NewEvent[] = [];
  const log = { refuses: false };
  const host = {
    clock,
    random: seededRandom(7),
    logger: silentLogger,
    accept: async (batch: readonly NewEvent[]) => {
      if (log.refuses) throw new Error('the log is full');
      events.push(...batch);
    },
    openCalls: async () => [],
  };
  const simulator = createSimulator(
    { id: 'sim', domain: 'acme', reseller: 'default', ratePerMinute: 0, seed: 1 },
    host,
  );
  await simulator.start();
  const { commands } = simulator;
  assert.ok(commands);
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second++) {
      clock.advance(1_000);
      await tick();
    }
  };
  t.after(async () => {
    const stopped = simulator.stop();
    for (let turn = 0; turn < 3; turn++) await tick();
    clock.advance(10_000);
    await stopped;
  });
  const order = async (from: string, to: string, first: CallOrder['first'] = 'from'): Promise<string> => {
    let id = '';
    const order: CallOrder = { from: at(from), to: at(to), first, ringMs: 30_000, origin };
    assert.deepEqual(await commands.originate(order, async (callId) => void (id = callId)), { kind: 'taken' });
    return id;
  };
  /** What was told of the call, valid and by the rules. */
  const told = (id: string): NewEvent[] => {
    const own = events.filter(({ call }) => call?.id === id);
    for (const event of own) assert.ok(isEvent(event), JSON.stringify(event));
    assert.deepEqual(brokenRules(own), []);
    return own;
  };
  return { commands, order, told, seconds, log, events };
}

test('a call that is ordered is played from the first ring to the end, either end first', async (t) => {
  const { order, told, seconds } = await open(t);
  const first = await order('101', '+12155550123');
  const second = await order('101', '+12155550123', 'to');
  assert.equal(told(first)[0]?.type, 'call.started');
  await seconds(90);
  for (const id of [first, second]) {
    const events = told(id);
    const last = events.at(-1);
    assert.equal(last?.type, 'call.closed');
    assert.deepEqual(
      [last.call?.outcome, last.call?.from.number, last.call?.direction],
      ['answered', '101', 'outbound'],
    );
    for (const { call, extensions } of events) {
      assert.deepEqual(call?.origin, origin);
      assert.ok(extensions.includes('108'));
    }
  }
});

test('who is not there is not reached', async (t) => {
  const { order, told, seconds } = await open(t);
  const nobody = await order('199', '101');
  const toNobody = await order('101', '199');
  await seconds(30);
  assert.equal(told(nobody).at(-1)?.call?.outcome, 'unreachable');
  assert.equal(told(toNobody).at(-1)?.call?.outcome, 'invalid');
});

test('a call is hung up at any time, and is over once', async (t) => {
  const { commands, order, told, seconds } = await open(t);
  for (const [after, outcome] of [
    [1, 'cancelled'],
    [20, 'answered'],
  ] as const) {
    const id = await order('101', '102');
    await seconds(after);
    assert.deepEqual(await commands.hangUp(id), { kind: 'taken' });
    assert.deepEqual(await commands.hangUp(id), { kind: 'no_call' });
    await seconds(90);
    const ended = told(id).filter(({ type }) => type === 'call.ended');
    assert.deepEqual(
      ended.map(({ call }) => [call?.outcome, call?.hungUpBy]),
      [[outcome, 'system']],
    );
  }
});

test('a call is sent on by who talks in it, and by nobody else', async (t) => {
  const { commands, order, told, seconds } = await open(t);
  const id = await order('101', '102');
  assert.equal((await commands.transfer(id, '102', at('103'))).kind, 'not_now');
  await seconds(20);
  assert.equal((await commands.transfer(id, '104', at('103'))).kind, 'not_now');
  assert.deepEqual(await commands.transfer(id, '102', at('103')), { kind: 'taken' });
  await seconds(10);
  const types = told(id).map(({ type, leg }) => `${type} ${leg?.extension ?? ''}`.trim());
  assert.ok(types.includes('transfer.started') && types.includes('leg.answered 103'), types.join('\n'));
  await seconds(90);
  assert.equal(told(id).at(-1)?.type, 'call.closed');
  assert.deepEqual(await commands.transfer('none', '102', at('103')), { kind: 'no_call' });
});

test('while the log refuses nothing is played', async (t) => {
  const { commands, log, seconds, events } = await open(t);
  log.refuses = true;
  const order: CallOrder = { from: at('101'), to: at('102'), first: 'from', ringMs: 30_000, origin };
  const named = t.mock.fn(() => Promise.resolve());
  assert.deepEqual(await commands.originate(order, named), { kind: 'log_full' });
  assert.equal(named.mock.callCount(), 0);
  log.refuses = false;
  await seconds(60);
  assert.equal(events.findLast(({ call }) => call !== null)?.call?.outcome, 'cancelled');
});
