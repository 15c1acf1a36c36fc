/**
 * Calls through a real Asterisk 16, which many systems still run, one of each kind: Offhook makes of them what it makes of
 * the same calls on the newest one.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { probeAsterisk } from '../../src/connectors/asterisk/probe.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { summarise } from '../support/ami-replay.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { betweenVersions, expectedOf, withoutPort } from '../support/heard-calls.ts';
import { configFor, type Listening, listenTo } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { callScenarios } from './support/scenarios/index.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk(16);

const names = [
  'inbound-answered',
  'outbound-answered',
  'internal-held',
  'rejected',
  'ring-group',
  'local-optimised',
  'click-to-call',
  'blind-refer',
  'blind-keys',
  'attended-refer',
  'attended-keys',
  'queue-ringall',
  'queue-abandoned',
  'pickup-group',
];
const scenarios = callScenarios.filter(({ name }) => names.includes(name));

describe('calls through a real Asterisk 16', { skip }, () => {
  let asterisk: RealAsterisk;
  let phones: Phones;
  let listening: Listening;

  before(async () => {
    asterisk = await startAsterisk({ version: 16 });
    phones = await startPhones(asterisk);
    listening = await listenTo(configFor(asterisk));
  });

  after(async () => {
    await listening?.connector.stop();
    await phones?.stop();
    await asterisk?.stop();
  });

  test('it is one', async () => {
    const up = await listening.until((event) => event.type === 'connector.up', 'the connector is up');
    assert.match(String(up.data['version']), /^16\./);
  });

  for (const scenario of scenarios) {
    const { name, says } = scenario;
    test(`${name}: ${says}`, async () => {
      const before = listening.events.length;
      const heard = (type: string): number =>
        listening.events.slice(before).filter((event) => event.type === type).length;
      await (await scenario.prepare(phones, asterisk))();
      await asterisk.quiet();
      const isOver = (): boolean => heard('call.closed') > 0 && heard('call.closed') === heard('call.started');
      await listening.untilTrue(isOver, 'every call is closed');
      // What people's phones and queues are told to be is not of the call.
      const ofCalls = listening.events.slice(before).filter(({ call }) => call !== null);
      const summary = summarise(ofCalls).map(withoutPort);
      assert.deepEqual(betweenVersions(summary), betweenVersions(expectedOf(name)));
    });
  }

  test('whoever begins to listen in the middle of a call takes it up, with who talks to whom', async (t) => {
    await phones.plugIn('198', 'answers');
    const line = await phones.dial('197', '198');
    const late = await listenTo(configFor(asterisk));
    t.after(() => late.connector.stop());
    await late.until((event) => event.type === 'connector.up', 'the connector is up');
    await line.hangUp();
    const ended = await late.until((event) => event.type === 'call.ended', 'the call ends');
    assert.deepEqual(ended.call?.answeredBy, { kind: 'person', extension: '198' });
    assert.deepEqual([ended.call?.from.number, ended.call?.to.number], ['197', '198']);
    assert.equal(ended.call?.outcome, 'answered');
    assert.notEqual(ended.data['estimated'], true);
  });

  test('everything it said was understood, and doctor finds nothing', async () => {
    assert.deepEqual(listening.connector.figures().notUnderstood, []);
    assert.deepEqual((await probeAsterisk(configFor(asterisk), systemClock)).troubles, []);
  });
});
