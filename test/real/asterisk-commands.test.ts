/** What a real Asterisk makes of commands, asked by a manager user with exactly the rights that the guide gives for them. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { CallOrder, Destination, PhoneCommands } from '../../src/calls/commands.ts';
import type { AsteriskCommandsConfig } from '../../src/connectors/asterisk/config.ts';
import { probeAsterisk } from '../../src/connectors/asterisk/probe.ts';
import { systemClock } from '../../src/kit/clock.ts';
import type { NewEvent } from '../../src/model/event.ts';
import { checkAllOver, checkInvariants } from '../support/call-invariants.ts';
import { inShort, openCallsOf } from '../support/tracker-run.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { configFor, type Listening, listenTo } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { isUp, rings } from './support/scenarios/scenario.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();
const origin = { source: 'click_to_call', billingCode: 'B7', buttonId: 'contact-page', onBehalfOf: '105' } as const;

describe('commands to a real Asterisk', { skip }, () => {
  let asterisk: RealAsterisk;
  let phones: Phones;
  let orders = 0;

  before(async () => {
    asterisk = await startAsterisk();
    phones = await startPhones(asterisk);
  });

  after(async () => {
    await phones?.stop();
    await asterisk?.stop();
  });

  /** @param carrier number outside that will be called first: its last five digits are a port */
  const configOf = (carrier = '12155500000', username = 'commander') => {
    const commands: AsteriskCommandsConfig = {
      context: 'phones',
      channel: 'PJSIP/{extension}',
      outside: `PJSIP/trunk-carrier/sip:{number}@127.0.0.2:${Number(carrier.slice(-5))}`,
      prefixes: ['1'],
      // A phone of the scenarios has this number.
      notEmergency: ['112'],
      callerId: '3125550100',
      perMinute: 600,
    };
    return configFor(asterisk, { username, commands });
  };

  async function listen(t: TestContext, carrier?: string, username?: string) {
    const listening = await listenTo(configOf(carrier, username));
    t.after(() => listening.connector.stop());
    await listening.until(({ type }) => type === 'connector.up', 'the connector is up');
    return { listening, commands: listening.connector.commands as PhoneCommands };
  }

  function end(commands: PhoneCommands, number: string): Destination {
    const found = commands.judge(number);
    assert.ok(found.kind === 'extension' || found.kind === 'outside', number);
    return found;
  }

  /** Orders a call; gives its id. */
  async function originate(
    commands: PhoneCommands,
    from: string,
    to: string,
    more: Partial<Pick<CallOrder, 'first' | 'ringMs'>> = {},
  ): Promise<{ id: string; requestId: string }> {
    const requestId = `r-${++orders}`;
    const order = { first: 'from', ringMs: 15_000, ...more, origin: { ...origin, requestId } } as const;
    let id = '';
    const ends = { from: end(commands, from), to: end(commands, to) };
    const result = await commands.originate({ ...order, ...ends }, async (callId) => void (id = callId));
    assert.deepEqual(result, { kind: 'taken' });
    return { id, requestId };
  }

  const eventsOf = ({ events }: Listening, id: string): NewEvent[] => events.filter(({ call }) => call?.id === id);

  /** The call's events from its first to its last, of which every one must have what was said of it. */
  async function closed(
    listening: Listening,
    { id, requestId }: { id: string; requestId: string },
  ): Promise<NewEvent[]> {
    await listening.until(({ type, call }) => type === 'call.closed' && call?.id === id, 'the call is closed');
    const own = eventsOf(listening, id);
    for (const { type, call } of own) assert.deepEqual(call?.origin, { ...origin, requestId }, type);
    checkAllOver(checkInvariants(own));
    assert.deepEqual(new Set(own.map(({ call }) => call?.id)), new Set([id]));
    return own;
  }

  const last = (events: readonly NewEvent[]) => events.at(-1)?.call;

  test('two extensions: the first is rung, then the second; one call with all that was said of it', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('101', 'answers');
    await phones.plugIn('102', 'hangsUp');
    const ordered = await originate(commands, '101', '102');
    const events = await closed(listening, ordered);
    const told = inShort(events).filter((line) => line !== 'call.updated');
    assert.deepEqual([told[0], told.at(-1)], ['call.started', 'call.closed']);
    // Asterisk's threads tell of two phones in either order.
    assert.deepEqual(
      told.toSorted(),
      [
        'call.started',
        'leg.dial_out 101',
        'leg.ringing 101',
        'leg.dial_in 102',
        'leg.ringing 102',
        'leg.answered 102',
        'leg.answered 101',
        'call.answered',
        'leg.ended 102 answered',
        'leg.ended 101 answered',
        'call.ended answered',
        'call.closed',
      ].toSorted(),
    );
    assert.deepEqual(
      [last(events)?.direction, last(events)?.outcome, last(events)?.hungUpBy],
      ['internal', 'answered', 'callee'],
    );
    assert.deepEqual([last(events)?.from.number, last(events)?.to.number], ['101', '102']);
  });

  test('a phone, then a number outside', async (t) => {
    const { listening, commands } = await listen(t);
    const number = await phones.carrierTakes('hangsUp');
    await phones.plugIn('103', 'answers');
    const events = await closed(listening, await originate(commands, '103', number));
    const call = last(events);
    assert.deepEqual([call?.direction, call?.outcome, call?.trunk], ['outbound', 'answered', 'trunk-carrier']);
    assert.deepEqual([call?.from.number, call?.to.raw, call?.to.kind], ['103', number, 'external']);
  });

  test('a number outside first, then the phone: it is still the phone that calls', async (t) => {
    const number = await phones.carrierTakes('answers');
    const { listening, commands } = await listen(t, number);
    await phones.plugIn('104', 'hangsUp');
    const events = await closed(listening, await originate(commands, '104', number, { first: 'to' }));
    const call = last(events);
    assert.deepEqual([call?.direction, call?.outcome, call?.trunk], ['outbound', 'answered', 'trunk-carrier']);
    assert.deepEqual([call?.from.number, call?.to.raw], ['104', number]);
    assert.ok(inShort(events).includes('leg.answered 104'));
  });

  test('a number outside and a menu, for an extension that is neither', async (t) => {
    const number = await phones.carrierTakes('answers');
    const { listening, commands } = await listen(t, number);
    const ordered = await originate(commands, number, '600');
    const isInMenu = ({ call }: NewEvent): boolean => call?.id === ordered.id && call.answeredBy?.kind === 'ivr';
    await listening.until(isInMenu, 'the menu has taken the call');
    assert.deepEqual(await commands.hangUp(ordered.id), { kind: 'taken' });
    const events = await closed(listening, ordered);
    assert.equal(last(events)?.outcome, 'machine');
    assert.ok(events.every(({ extensions }) => extensions.includes('105')));
  });

  test('nobody is reached: the reason is the call’s outcome', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('106', 'busy');
    await phones.plugIn('107', 'rings');
    for (const [number, outcome, ringMs] of [
      ['199', 'unreachable', 15_000],
      ['106', 'busy', 15_000],
      ['107', 'no_answer', 1_500],
    ] as const) {
      const events = await closed(listening, await originate(commands, number, '101', { ringMs }));
      assert.equal(last(events)?.outcome, outcome, inShort(events).join('\n'));
      assert.ok(!inShort(events).includes('call.answered'));
    }
  });

  test('a second end that is not there, or takes no calls', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('108', 'answers');
    await phones.plugIn('109', 'busy');
    for (const [number, outcome] of [
      ['198', 'unreachable'],
      ['109', 'busy'],
    ] as const) {
      const events = await closed(listening, await originate(commands, '108', number));
      assert.equal(last(events)?.outcome, outcome, inShort(events).join('\n'));
    }
  });

  test('a call is hung up: while it rings, and while two talk', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('110', 'rings');
    const ringing = await originate(commands, '110', '111');
    await rings(asterisk, '110');
    assert.deepEqual(await commands.hangUp(ringing.id), { kind: 'taken' });
    const unanswered = last(await closed(listening, ringing));
    assert.deepEqual([unanswered?.outcome, unanswered?.hungUpBy], ['cancelled', 'system']);
    await phones.plugIn('112', 'answers');
    await phones.plugIn('113', 'answers');
    const talking = await originate(commands, '112', '113');
    await listening.until(({ type, call }) => type === 'call.answered' && call?.id === talking.id, 'they talk');
    assert.deepEqual(await commands.hangUp(talking.id), { kind: 'taken' });
    const events = await closed(listening, talking);
    assert.deepEqual([last(events)?.outcome, last(events)?.hungUpBy], ['answered', 'system']);
    assert.deepEqual(await commands.hangUp(talking.id), { kind: 'no_call' });
    await asterisk.quiet();
  });

  test('a call that a phone made is hung up as well', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('115', 'answers');
    const done = phones.phoneCalls('114', '115', { kind: 'waits for the end' });
    const answered = await listening.until(
      ({ type, call }) => type === 'call.answered' && call?.to.number === '115',
      'they talk',
    );
    assert.deepEqual(await commands.hangUp(answered.call?.id ?? ''), { kind: 'taken' });
    await done;
    const end = await listening.until(
      ({ type, call }) => type === 'call.ended' && call?.id === answered.call?.id,
      'it ends',
    );
    assert.equal(end.call?.hungUpBy, 'system');
  });

  test('a call is sent on: the transferer leaves, the other party talks to the target, and it is one call', async (t) => {
    const { listening, commands } = await listen(t);
    for (const number of ['116', '117']) await phones.plugIn(number, 'answers');
    await phones.plugIn('118', 'hangsUp');
    const ordered = await originate(commands, '116', '117');
    await listening.until(({ type, call }) => type === 'call.answered' && call?.id === ordered.id, 'they talk');
    assert.deepEqual(await commands.transfer(ordered.id, '117', end(commands, '118')), { kind: 'taken' });
    const events = await closed(listening, ordered);
    const told = inShort(events);
    assert.ok(told.includes('transfer.started') && told.includes('transfer.completed'), told.join('\n'));
    assert.ok(told.includes('leg.ended 117 transferred'), told.join('\n'));
    assert.ok(told.includes('leg.answered 118'), told.join('\n'));
    assert.equal(told.filter((line) => line === 'call.answered').length, 1);
    const transfer = events.find(({ type }) => type === 'transfer.started');
    assert.deepEqual([transfer?.data['by'], transfer?.data['target'], transfer?.data['kind']], ['117', '118', 'blind']);
  });

  test('what can’t be sent on is not: nobody talks, or the one named is not in it', async (t) => {
    const { listening, commands } = await listen(t);
    await phones.plugIn('119', 'rings');
    const ordered = await originate(commands, '119', '118');
    await rings(asterisk, '119');
    assert.equal((await commands.transfer(ordered.id, '119', end(commands, '118'))).kind, 'not_now');
    assert.equal((await commands.transfer(ordered.id, '150', end(commands, '118'))).kind, 'not_now');
    assert.deepEqual(await commands.hangUp(ordered.id), { kind: 'taken' });
    await closed(listening, ordered);
  });

  test('a restart of Offhook in the middle: the call keeps its id and what was said of it', async (t) => {
    const first = await listenTo(configOf());
    await first.until(({ type }) => type === 'connector.up', 'the connector is up');
    for (const number of ['121', '122']) await phones.plugIn(number, 'answers');
    const ordered = await originate(first.connector.commands as PhoneCommands, '121', '122');
    await isUp(asterisk, '122');
    await first.untilTrue(() => eventsOf(first, ordered.id).some(({ type }) => type === 'call.answered'), 'they talk');
    await first.connector.stop();
    const second = await listenTo(configOf(), openCallsOf(first.events));
    t.after(() => second.connector.stop());
    await second.until(({ type }) => type === 'connector.up', 'the connector is up again');
    assert.deepEqual(await (second.connector.commands as PhoneCommands).hangUp(ordered.id), { kind: 'taken' });
    const end = await second.until(({ type, call }) => type === 'call.closed' && call?.id === ordered.id, 'it ends');
    assert.deepEqual(end.call?.origin, { ...origin, requestId: ordered.requestId });
    assert.deepEqual([end.call?.from.number, end.call?.to.number, end.call?.outcome], ['121', '122', 'answered']);
  });

  test('whoever listens beside, without having ordered it, gives the same events the same ids', async (t) => {
    const { listening, commands } = await listen(t);
    const beside = await listenTo(configFor(asterisk));
    t.after(() => beside.connector.stop());
    await beside.until(({ type }) => type === 'connector.up', 'the other is up');
    await phones.plugIn('123', 'answers');
    await phones.plugIn('124', 'hangsUp');
    const ordered = await originate(commands, '123', '124');
    const own = await closed(listening, ordered);
    await beside.until(({ type, call }) => type === 'call.closed' && call?.id === ordered.id, 'the other has it too');
    const idsOf = (events: readonly NewEvent[]): string[] =>
      events
        .filter(({ type }) => type !== 'call.updated')
        .map(({ type, id }) => `${type} ${id}`)
        .toSorted();
    assert.deepEqual(idsOf(eventsOf(beside, ordered.id)), idsOf(own));
  });

  test('a manager user that only listens may not command, which the answer, the call and doctor say', async (t) => {
    const { listening, commands } = await listen(t, undefined, 'hub');
    let id = '';
    const ends = { from: end(commands, '101'), to: end(commands, '102') };
    const order = { ...ends, first: 'from', ringMs: 5_000, origin: { ...origin, requestId: 'r-0' } } as const;
    const result = await commands.originate(order, async (callId) => void (id = callId));
    assert.equal(result.kind, 'refused', JSON.stringify(result));
    assert.equal(last(await closed(listening, { id, requestId: 'r-0' }))?.outcome, 'failed');
    const { troubles } = await probeAsterisk(configOf(undefined, 'hub'), systemClock);
    assert.match(troubles.map(({ problem }) => problem).join('\n'), /may not Originate, Hangup, BlindTransfer/);
    assert.deepEqual((await probeAsterisk(configOf(), systemClock)).troubles, []);
  });
});
