/** An Asterisk connector wired to a test: what it tells is kept, and can be waited for. */
import type { AsteriskConfig } from '../../../src/connectors/asterisk/config.ts';
import { createAsteriskConnector } from '../../../src/connectors/asterisk/connector.ts';
import type { Connector, OpenCall } from '../../../src/connectors/connector.ts';
import { systemClock } from '../../../src/kit/clock.ts';
import type { Logger } from '../../../src/kit/logger.ts';
import { systemRandom } from '../../../src/kit/random.ts';
import type { NewEvent } from '../../../src/model/event.ts';
import type { RealAsterisk } from './asterisk.ts';

export interface Listening {
  readonly connector: Connector;
  readonly events: NewEvent[];
  /** Everything logged, one line each: level, message, fields. */
  readonly logged: string[];
  /** Resolves with the first event, past or future, that fits. */
  until(fits: (event: NewEvent) => boolean, what: string): Promise<NewEvent>;
  /** Resolves when the condition holds; looked at after every event and every log line. */
  untilTrue(holds: () => boolean, what: string): Promise<void>;
}

const patienceMs = 20_000;

export function configFor(asterisk: RealAsterisk, more: Partial<AsteriskConfig> = {}): AsteriskConfig {
  return {
    id: 'pbx1',
    host: '127.0.0.1',
    port: asterisk.ports.ami,
    username: asterisk.username,
    secret: asterisk.secret,
    auth: 'md5',
    tls: { enabled: false, ca: null, serverName: null, verify: true },
    reseller: 'default',
    domain: 'acme',
    country: 'US',
    trunks: ['PJSIP/trunk-*'],
    extensions: '^[0-9]{3}$',
    ivrContexts: ['ivr'],
    maxBufferedBytes: 64_000_000,
    pingEvery: 15_000,
    ...more,
  };
}

export async function listenTo(config: AsteriskConfig, openCalls: readonly OpenCall[] = []): Promise<Listening> {
  const events: NewEvent[] = [];
  const logged: string[] = [];
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  const log =
    (level: string) =>
    (fields: object, message: string): void => {
      logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
      look();
    };
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const accept = (batch: readonly NewEvent[]): Promise<void> => {
    events.push(...batch);
    look();
    return Promise.resolve();
  };
  const connector = createAsteriskConnector(config, {
    clock: systemClock,
    random: systemRandom,
    logger,
    accept,
    openCalls: () => Promise.resolve(openCalls),
  });
  const untilTrue = (holds: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): string =>
        `waited in vain for: ${what}\n${events.map((e) => e.type).join(' ')}\n${logged.join('\n')}`;
      const limit = setTimeout(() => end(() => reject(new Error(give()))), patienceMs);
      const end = (settle: () => void): void => {
        clearTimeout(limit);
        watchers.delete(watcher);
        settle();
      };
      const watcher = (): void => {
        if (holds()) end(resolve);
      };
      watchers.add(watcher);
      watcher();
    });
  await connector.start();
  return {
    connector,
    events,
    logged,
    untilTrue,
    until: async (fits, what) => {
      await untilTrue(() => events.some(fits), what);
      return events.find(fits) as NewEvent;
    },
  };
}
