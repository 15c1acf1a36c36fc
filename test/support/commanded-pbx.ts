/** A connector with commands on a played PBX, and the log that takes what it tells. */
import type { TestContext } from 'node:test';
import type { CallOrder, PhoneCommands } from '../../src/calls/commands.ts';
import type { AsteriskCommandsConfig, AsteriskConfig } from '../../src/connectors/asterisk/config.ts';
import { createAsteriskConnector } from '../../src/connectors/asterisk/connector.ts';
import { silentLogger } from '../../src/kit/logger.ts';
import { ManualClock } from '../../src/kit/manual-clock.ts';
import { seededRandom } from '../../src/kit/random.ts';
import type { NewEvent } from '../../src/model/event.ts';
import type { Headers } from './asterisk-manager.ts';
import { type PlayedChannel, startPlayedPbx } from './asterisk-pbx.ts';
import { inShort } from './tracker-run.ts';

export const created = 1_767_225_600;
const origin = { source: 'api', requestId: 'r-1', billingCode: null, buttonId: null, onBehalfOf: '101' } as const;
export const order: CallOrder = {
  from: { kind: 'extension', number: '101' },
  to: { kind: 'extension', number: '102' },
  first: 'from',
  ringMs: 20_000,
  origin,
};
export const allowed: AsteriskCommandsConfig = {
  context: 'phones',
  channel: 'PJSIP/{extension}',
  outside: null,
  prefixes: ['+1'],
  notEmergency: [],
  callerId: null,
  perMinute: 12,
};

export const says = (response: string, message: string): Headers => [
  ['Response', response],
  ['Message', message],
];
export const queued = says('Success', 'Originate successfully queued');

export async function listen(t: TestContext, commands: AsteriskCommandsConfig | undefined = allowed) {
  const pbx = await startPlayedPbx();
  t.after(() => pbx.manager.stop());
  const clock = new ManualClock(created * 1000 + 60_000);
  const events: NewEvent[] = [];
  const log = { refuses: false };
  let wake = (): void => {};
  const config: AsteriskConfig = {
    ...{ id: 'pbx1', host: '127.0.0.1', port: pbx.manager.port, username: 'hub', secret: 'geheim', auth: 'md5' },
    tls: { enabled: false, ca: null, serverName: null, verify: true },
    ...{ reseller: 'default', domain: 'acme', country: 'US', trunks: ['PJSIP/trunk-*'], extensions: '^[0-9]{3}$' },
    ...{ maxBufferedBytes: 64_000_000, pingEvery: 3_600_000, ...(commands && { commands }) },
  };
  const connector = createAsteriskConnector(config, {
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    accept: (batch) => {
      if (log.refuses) return Promise.reject(new Error('the log is full'));
      events.push(...batch);
      wake();
      return Promise.resolve();
    },
    openCalls: () => Promise.resolve([]),
  });
  t.after(() => connector.stop());
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const types = (): string[] => events.map(({ type }) => type);
  await connector.start();
  await until(() => types().includes('connector.up'));
  const calls = (): string[] => inShort(events.filter(({ call }) => call !== null));
  const actions = (name: string) => pbx.manager.actions.filter((action) => action.get('action') === name);
  return {
    pbx,
    clock,
    connector,
    phones: connector.commands as PhoneCommands,
    events,
    types,
    calls,
    until,
    actions,
    log,
  };
}

export const firstChannel: PlayedChannel = {
  name: 'PJSIP/101-00000001',
  id: '',
  state: '5',
  number: '101',
  exten: '102',
};
