/** Real calls through a real Asterisk, all at once, heard by the connector: numbers, direction, outcome, durations. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { NewEvent } from '../../src/model/event.ts';
import { packetsOf, replay, summarise } from '../support/ami-replay.ts';
import { withoutPort } from '../support/heard-calls.ts';
import { entryOf, journalOf, timesWrongIn, withoutTimes } from '../support/journal-entry.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { type CallScenario, callScenarios } from './support/scenarios/index.ts';
import { configFor, type Listening, listenTo } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { type Network, startNetwork } from './support/proxy.ts';
import { startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();

/** More at once only make a small machine miss the times that phones wait. */
const atOnce = 5;

/** What a PBX does by itself after the last one at a phone has done something takes no longer; then its phones are put away. */
const tailMs = 8_000;

/** How often those that missed their moment are played again. */
const mostPlayedAgain = 2;

async function runSome<T>(all: readonly T[], atOnce: number, run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The calls of a scenario as its recording has them. */
function expectedOf(name: string): readonly Heard[] {
  return callsIn(replay(packetsOf(readFileSync(new URL(`../fixtures/asterisk/${name}.ami`, import.meta.url)))));
}

/**
 * Asterisk's threads report things that happen at once in any order, so how the call as a whole stood meanwhile varies. Where a
 * busy machine takes long to dial, the call is told before the callee's name is known, which then follows.
 */
function inAnyOrder(summary: readonly string[]): string[] {
  const stage = /(?<=^queue\.agent_.*) (dialing|ringing)$/;
  const state = / (ringing|queued|answered|held|parked)(?= \||$)/;
  const withoutCall = (line: string): string =>
    /^call\.(started|ended)/.test(line)
      ? line
      : line
          .replace(state, '')
          .replace(/ \| answeredBy=\S+/, '')
          .replace(stage, '');
  // What an event of its own tells as well, a moment later or in the same one: replaying the recording shows which is which.
  const isPassing = (line: string): boolean =>
    /^call\.updated .* changed=(?:call\.(?:to\.name|state|queue|transfers),?)+(?: |$)/.test(line);
  return summary
    .filter((line) => !isPassing(line))
    .map(withoutCall)
    .toSorted();
}

/** The calls heard, each as its events' summaries. */
interface Heard {
  readonly events: readonly NewEvent[];
  readonly summary: readonly string[];
}

function callsIn(events: readonly NewEvent[]): readonly Heard[] {
  const ids = new Set(events.flatMap((event) => (event.call === null ? [] : [event.call.id])));
  return [...ids].map((id) => {
    const own = events.filter((event) => event.call?.id === id);
    return { events: own, summary: summarise(own).map(withoutPort) };
  });
}

/** What the journal says of them. */
async function entriesOf(events: readonly NewEvent[]): Promise<string[]> {
  const entries = await journalOf(events);
  return withoutTimes(entries.flatMap(entryOf).map(withoutPort));
}

const expectedCalls = callScenarios.reduce((sum, { name }) => sum + expectedOf(name).length, 0);

describe('calls through a real Asterisk', { skip }, () => {
  let asterisk: RealAsterisk;
  /** Idle phones take as much of the machine as busy ones, so each scenario has its own and puts them away. */
  const putAway: Promise<void>[] = [];
  let listening: Listening;
  /** Another Offhook that listens to the same Asterisk all the time, and hears of everything a little later. */
  let farAway: Listening;
  let network: Network;
  /** Calls that did not go as planned, by their scenario. */
  const wentWrong = new Map<string, unknown>();
  /** Of those that were played again: how many events had been heard before. */
  const playedAgainAt = new Map<string, number>();

  before(async () => {
    asterisk = await startAsterisk();
    listening = await listenTo(configFor(asterisk));
    network = await startNetwork(asterisk.ports.ami, 120);
    farAway = await listenTo(configFor(asterisk, { port: network.port }));
    for (const one of [listening, farAway])
      await one.until(({ type }) => type === 'connector.up', 'the connector is up');
    await runSome(callScenarios, atOnce, play);
    await settle();
    await judge(callScenarios);
    for (let again = 0; again < mostPlayedAgain && wentWrong.size > 0; again++) await playAgain();
  });

  /** Resolves when nobody is on the phone and every call that was heard of is told to its end. */
  async function settle(since = 0): Promise<void> {
    // A call that went wrong may stand for ever.
    await asterisk.quiet().catch(async () => {
      await asterisk.action('Hangup', { Channel: '/.*/' });
      await asterisk.quiet();
    });
    const isToldOf = ({ events }: Heard): boolean => events.some(({ type }) => type === 'call.closed');
    const all = (): readonly Heard[] => callsIn(listening.events.slice(since));
    const expected = since === 0 && wentWrong.size === 0 ? expectedCalls : 1;
    await listening
      .untilTrue(() => all().length >= expected && all().every(isToldOf), 'every call is closed')
      .catch((error: unknown) => console.log(String(error)));
  }

  async function assertHeard(name: string): Promise<void> {
    const calls = callsIn(listening.events.slice(playedAgainAt.get(name) ?? 0));
    for (const { summary: expected, events } of expectedOf(name)) {
      const call = calls.find(({ summary }) => summary[0] === expected[0]);
      assert.ok(call, `no call begins with: ${expected[0]}`);
      assert.deepEqual(inAnyOrder(call.summary), inAnyOrder(expected));
      assert.deepEqual(await entriesOf(call.events), await entriesOf(events));
      assert.deepEqual((await journalOf(call.events)).flatMap(timesWrongIn), []);
    }
  }

  async function judge(scenarios: readonly CallScenario[]): Promise<void> {
    for (const { name } of scenarios) {
      if (wentWrong.has(name)) continue;
      await assertHeard(name).catch((error: unknown) => wentWrong.set(name, error));
    }
  }

  async function play(scenario: CallScenario): Promise<void> {
    const phones = await startPhones(asterisk);
    try {
      const call = await scenario.prepare(phones, asterisk);
      await call();
    } catch (error) {
      wentWrong.set(scenario.name, error);
    }
    putAway.push(new Promise((resolve) => setTimeout(resolve, tailMs)).then(() => phones.stop()));
  }

  /**
   * Where phones missed their moment, as those of a busy machine do, another call was made than was planned: it is made again,
   * by itself. What Offhook gets wrong it gets wrong then too, or when the recording is replayed.
   */
  async function playAgain(): Promise<void> {
    const missed = callScenarios.filter(({ name }) => wentWrong.has(name));
    for (const scenario of missed) {
      const { name } = scenario;
      console.log(`${name} is played again: ${String(wentWrong.get(name)).slice(0, 2_000)}`);
      wentWrong.delete(name);
      const heard = listening.events.length;
      playedAgainAt.set(name, heard);
      await play(scenario);
      await settle(heard);
    }
    await judge(missed);
  }

  after(async () => {
    await listening?.connector.stop();
    await farAway?.connector.stop();
    await network?.stop();
    await Promise.all(putAway);
    await asterisk?.stop();
  });

  for (const { name, says } of callScenarios) {
    test(`${name}: ${says}`, async () => {
      assert.ifError(wentWrong.get(name));
      await assertHeard(name);
    });
  }

  test('a second observer, far away, has written the same log: the same events with the same ids', async () => {
    // Of people each tells first what it found when it came; that two tell the same from then on has a test of its own.
    const told = ({ events }: Listening): string[] =>
      events
        .filter(({ call, type }) => call !== null || type.startsWith('conference.'))
        .map((event) => JSON.stringify(event))
        .toSorted();
    await farAway.untilTrue(() => told(farAway).length === told(listening).length, 'it has heard of everything');
    assert.deepEqual(told(farAway), told(listening));
  });

  test('there were no other calls, and each event has its own id', () => {
    assert.equal(callsIn(listening.events).length, expectedCalls);
    const ids = listening.events.map((event) => event.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('talk time is the time between answer and end', () => {
    const sentOn = listening.events.filter(({ type }) => /^(transfer|park)\./.test(type)).map(({ call }) => call?.id);
    const ended = listening.events
      .filter((event) => event.type === 'call.ended' && !sentOn.includes(event.call?.id))
      .map((event) => event.call);
    const inbound = ended.find((call) => call?.to.number === '+13125550101');
    assert.ok(inbound && inbound.talkMs >= 750 && inbound.talkMs < 4000, `talked ${inbound?.talkMs} ms`);
    for (const call of ended) {
      if (call?.answeredBy?.kind !== 'person')
        assert.equal(/voicemail|conference/.test(call?.answeredBy?.kind ?? '') ? 0 : call?.talkMs, 0);
      const span = Date.parse(call?.endedAt ?? '') - Date.parse(call?.answeredAt ?? call?.endedAt ?? '');
      // From the answer until both are in one bridge, and from one of them leaving it until the call is over, the PBX
      // takes its time.
      if (call?.answeredBy?.kind === 'person')
        assert.ok(span >= call.talkMs && span - call.talkMs <= 100, `${span} and ${call.talkMs}`);
    }
  });

  test('extensions that took part are named, whoever rang', () => {
    const group = listening.events.findLast((event) => event.type === 'call.ended' && event.call?.to.number === '500');
    assert.deepEqual(group?.extensions.toSorted(), ['101', '112', '113']);
  });
});
