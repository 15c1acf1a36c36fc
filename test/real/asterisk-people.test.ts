/** Agents, phones, mailboxes and text messages at a real Asterisk, heard by two connectors at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { NewEvent } from '../../src/model/event.ts';
import { summarisePeople } from '../support/people-replay.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { configFor, type Listening, listenTo } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { type Network, startNetwork } from './support/proxy.ts';
import { type PeopleScenario, peopleScenarios } from './support/scenarios/people.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();

/** The port of the carrier's phone is part of its number and changes with every run. */
const withoutPort = (text: string): string => text.replace(/\+1215551\d{4}/g, '+1215551PORT');

/** What happened; how it was before is asked in a recording, and known here. */
function expectedOf(name: string): string[] {
  const text = readFileSync(new URL(`../fixtures/asterisk/people/${name}.expected.txt`, import.meta.url), 'utf8');
  const lines = withoutPort(text).trimEnd().split('\n');
  return lines.filter((line) => !line.endsWith(' | estimated'));
}

describe('people at a real Asterisk', { skip }, () => {
  let asterisk: RealAsterisk;
  let phones: Phones;
  let listening: Listening;
  let other: Listening;
  let network: Network;

  before(async () => {
    asterisk = await startAsterisk();
    phones = await startPhones(asterisk);
    network = await startNetwork(asterisk.ports.ami);
    listening = await listenTo(configFor(asterisk, { port: network.port }));
    other = await listenTo(configFor(asterisk));
    for (const one of [listening, other]) await one.until(({ type }) => type === 'connector.up', 'the connector is up');
  });

  after(async () => {
    await listening?.connector.stop();
    await other?.connector.stop();
    await network?.stop();
    await phones?.stop();
    await asterisk?.stop();
  });

  test('every phone of the PBX is discovered, once', async () => {
    const numbers = listening.events
      .filter(({ type }) => type === 'subscriber.updated')
      .map(({ extension }) => extension);
    assert.equal(new Set(numbers).size, numbers.length);
    for (const number of ['101', '199', '901', '919']) assert.ok(numbers.includes(number), number);
  });

  /** Types of what was told since then. */
  const since = (start: number): string[] => listening.events.slice(start).map(({ type }) => type);

  /** Resolves when nothing was told for a while: what was plugged in has been heard of. */
  const nothingMore = async (): Promise<void> => {
    for (let count = -1; count !== listening.events.length; ) {
      count = listening.events.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };

  const play = async (scenario: PeopleScenario): Promise<readonly string[]> => {
    const run = await scenario.prepare(phones, asterisk);
    await nothingMore();
    const start = listening.events.length;
    const summary = (): string[] => summarisePeople(listening.events.slice(start), scenario).map(withoutPort);
    const expected = expectedOf(scenario.name);
    await run();
    await listening.untilTrue(
      () => summary().length >= expected.length,
      `${expected.length} events of ${scenario.name}`,
    );
    return summary();
  };

  for (const scenario of peopleScenarios) {
    test(`${scenario.name}: ${scenario.says}`, async () => {
      assert.deepEqual(await play(scenario), expectedOf(scenario.name));
    });
  }

  test('both who listened tell the same events by the same ids', async () => {
    await other.untilTrue(() => seen(other).length >= seen(listening).length, 'the other has heard as much');
    assert.deepEqual(seen(other), seen(listening));
  });

  test('after a lost connection only what changed meanwhile is told, as found', async () => {
    await nothingMore();
    const start = listening.events.length;
    network.cut();
    await listening.untilTrue(() => since(start).includes('connector.down'), 'it is down');
    await asterisk.action('QueuePause', { Queue: 'q294', Interface: 'PJSIP/902', Paused: 'true', Reason: 'lunch' });
    network.heal();
    await listening.untilTrue(() => since(start).includes('connector.up'), 'it is up again');
    const told = listening.events.slice(start).map(({ type, extension, data }) => {
      const change = 'state' in data ? ` ${String(data['previousState'])} > ${String(data['state'])}` : '';
      return `${type} ${extension}${change}`;
    });
    assert.deepEqual(told, ['connector.down null', 'agent.state_changed 902 available > paused', 'connector.up null']);
    const { data } = listening.events.at(-2) as NewEvent;
    assert.deepEqual([data['agent'], data['reason'], data['estimated']], ['PJSIP/902', 'lunch', true]);
  });

  test('a restarted PBX has the same phones and mailboxes, and no agents but those it is configured with', async () => {
    const start = listening.events.length;
    await asterisk.kill();
    await asterisk.start();
    await listening.untilTrue(() => since(start).includes('connector.up'), 'it is up again');
    // Its queues may be loaded after it let us in; what it has is asked again when it has booted.
    await listening.untilTrue(() => since(start).includes('agent.state_changed'), 'the agents are known again');
    await nothingMore();
    const told = listening.events.slice(start).filter(({ type }) => !type.startsWith('connector.'));
    const ofAgents = told.filter(({ type }) => type === 'agent.state_changed');
    assert.deepEqual(
      ofAgents.map(({ data }) => [data['agent'], data['state']]),
      [['PJSIP/902', 'logged_out']],
    );
    const others = told.filter(({ type }) => type !== 'agent.state_changed' && type !== 'presence.changed');
    assert.deepEqual(
      others.map(({ type, extension }) => [type, extension]),
      [],
    );
  });
});

/** What was seen happen, not found by asking: id by id. */
const seen = ({ events }: Listening): string[] =>
  events
    .filter(({ type, data }) => !type.startsWith('connector.') && data['estimated'] !== true)
    .map(({ id, type }: NewEvent) => `${type} ${id}`)
    .toSorted();
