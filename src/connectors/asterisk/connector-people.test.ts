/** What a connector tells of people over its own restarts and lost connections. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type PlayedPbx, startPlayedPbx } from '../../../test/support/asterisk-pbx.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ConnectorHost, KnownOfPeople } from '../connector.ts';
import type { AsteriskConfig } from './config.ts';
import { createAsteriskConnector } from './connector.ts';

function configFor(pbx: PlayedPbx): AsteriskConfig {
  return {
    ...{ id: 'pbx1', host: '127.0.0.1', port: pbx.manager.port, username: 'hub', secret: 'geheim', auth: 'md5' },
    tls: { enabled: false, ca: null, serverName: null, verify: true },
    ...{ reseller: 'default', domain: 'acme', country: 'US', trunks: [], extensions: '^[0-9]{3}$' },
    ...{ maxBufferedBytes: 64_000_000, pingEvery: 15_000 },
  };
}

async function listen(t: TestContext, pbx: PlayedPbx, known: readonly KnownOfPeople[] = []) {
  const clock = new ManualClock(1_767_225_660_000);
  const events: NewEvent[] = [];
  let wake = (): void => {};
  const host: ConnectorHost = {
    clock,
    random: { next: () => 0.5 },
    logger: silentLogger,
    accept: (batch) => {
      events.push(...batch);
      wake();
      return Promise.resolve();
    },
    openCalls: () => Promise.resolve([]),
    knownPeople: () => Promise.resolve(known),
  };
  const connector = createAsteriskConnector(configFor(pbx), host);
  t.after(() => connector.stop());
  /** Resolves when so many events of the type were told. */
  const until = async (type: string, count: number): Promise<void> => {
    while (events.filter((event) => event.type === type).length < count) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  await connector.start();
  await until('connector.up', 1);
  const presence = () =>
    events
      .filter(({ type }) => type === 'presence.changed')
      .map(({ extension, data }) => `${extension} ${String(data['previousState'])} > ${String(data['state'])}`);
  return { connector, clock, events, presence, until };
}

async function play(t: TestContext): Promise<PlayedPbx> {
  const pbx = await startPlayedPbx();
  t.after(() => pbx.manager.stop());
  pbx.devices = [
    ['PJSIP/101', 'NOT_INUSE'],
    ['PJSIP/102', 'UNAVAILABLE'],
  ];
  return pbx;
}

test('how everybody is comes before the connector is up, and changes as they happen', async (t) => {
  const pbx = await play(t);
  const { events, presence, until } = await listen(t, pbx);
  assert.equal(events.at(-1)?.type, 'connector.up');
  assert.deepEqual(presence(), ['101 null > available', '102 null > offline']);
  pbx.emit('DeviceStateChange', [
    ['Device', 'PJSIP/101'],
    ['State', 'RINGING'],
  ]);
  await until('presence.changed', 3);
  assert.equal(presence().at(-1), '101 available > ringing');
});

test('after a lost connection only what changed meanwhile is told', async (t) => {
  const pbx = await play(t);
  const { clock, presence, until } = await listen(t, pbx);
  for (const socket of pbx.manager.sockets) socket.destroy();
  pbx.devices = [
    ['PJSIP/101', 'INUSE'],
    ['PJSIP/102', 'UNAVAILABLE'],
  ];
  await until('connector.down', 1);
  clock.advance(30_000);
  await until('connector.up', 2);
  assert.deepEqual(presence().slice(2), ['101 available > on_call']);
});

test('after a restart of Offhook nothing is told again', async (t) => {
  const pbx = await play(t);
  const first = await listen(t, pbx);
  await first.connector.stop();
  pbx.devices = [['PJSIP/101', 'NOT_INUSE'], ...pbx.devices.slice(1).map(([name]) => [name, 'RINGING'] as const)];
  const second = await listen(t, pbx, first.events);
  assert.deepEqual(second.presence(), ['102 offline > ringing']);
  assert.deepEqual(
    second.events.map(({ type }) => type),
    ['presence.changed', 'connector.up'],
  );
});
