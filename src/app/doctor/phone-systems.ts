import type { Config, ConnectorConfig } from '../../config/schema.ts';
import { probeAsterisk } from '../../connectors/asterisk/probe.ts';
import type { Clock } from '../../kit/clock.ts';
import { checkRegistrations } from './registrations.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

const whenSeen =
  'only what it says of a call shows whether they are set, and it said nothing now; ask again during a call';

/** Logs in to every phone system, beside a running server too, and asks what the connector will ask. */
export async function checkPhoneSystems(config: Config, clock: Clock): Promise<Finding[]> {
  const { connectors } = config;
  if (connectors.length === 0) return [skipped('phone systems', 'none is configured')];
  const each = await Promise.all(connectors.map((one) => checkOne(one, config, clock)));
  return each.flat();
}

async function checkOne(connector: ConnectorConfig, config: Config, clock: Clock): Promise<Finding[]> {
  const { defaults } = config;
  if (connector.kind === 'voipnow' || connector.kind === 'ringme') return checkRegistrations(connector, config, clock);
  const check = `phone system ${connector.id}`;
  if (connector.kind === 'simulator') return [ok(check, 'the simulator')];
  const domain = connector.domain ?? defaults.domain;
  const country = connector.country ?? defaults.country;
  const { version, troubles, unseen } = await probeAsterisk({ ...connector, domain, country }, clock);
  const found = troubles.map(({ isFatal, problem, remedy }) => (isFatal ? failed : warning)(check, problem, remedy));
  if (troubles.some(({ isFatal }) => isFatal)) return found;
  const silent = unseen.length === 0 ? [] : [skipped(check, `${unseen.join(' and ')}: ${whenSeen}`)];
  return [ok(check, `logged in${version === null ? '' : `; Asterisk ${version}`}`), ...found, ...silent];
}
