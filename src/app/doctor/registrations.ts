/** Whether a phone system elsewhere can be asked to notify us, and can reach us then. It is asked once, for nothing that changes. */
import ipaddr from 'ipaddr.js';
import type { Config } from '../../config/schema.ts';
import { createAuthorisingSender } from '../../delivery/credentials/authorising-sender.ts';
import { createMemoryInbox } from '../../delivery/inbox/memory-inbox.ts';
import { createAddressGuard } from '../../delivery/sender/address-guard.ts';
import { createUndiciSender } from '../../delivery/sender/undici-sender.ts';
import type { Clock } from '../../kit/clock.ts';
import { systemRandom } from '../../kit/random.ts';
import { baseOf, exchangeWith, maxAnswerBytes, type RegistrarConfig, remoteAuth } from '../registered/exchange.ts';
import { vendorOf } from '../registered/make-registrar.ts';
import { domainNetworks } from './domain-networks.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

export async function checkRegistrations(connector: RegistrarConfig, config: Config, clock: Clock): Promise<Finding[]> {
  const check = `phone system ${connector.id}`;
  const open = plainUrls(connector).map(({ key, what }) =>
    warning(check, `${key} is plain HTTP to another machine: ${what} can be read on the way`, 'use https://'),
  );
  return [await ask(check, connector, config, clock), ...open];
}

async function ask(check: string, connector: RegistrarConfig, config: Config, clock: Clock): Promise<Finding> {
  const vendor = vendorOf(connector.kind);
  const domain = connector.domain ?? config.defaults.domain;
  const ofDomains = networksOf(config);
  const guard = createAddressGuard({
    allowNetworks: config.delivery.allowNetworks,
    allowedFor: (name) => ofDomains.get(name) ?? [],
  });
  const inbox = createMemoryInbox({ clock });
  const plain = createUndiciSender({ clock, guard, inbox, maxResponseBytes: maxAnswerBytes });
  const sender = createAuthorisingSender({ clock, random: systemRandom, sender: plain });
  try {
    const auth = remoteAuth(connector, vendor.tokenPath);
    const exchange = await exchangeWith({ sender, base: baseOf(connector), auth, domain })(vendor.probe);
    if (exchange.kind === 'failed') return failed(check, exchange.message, remedies[exchange.trouble] ?? usual);
    const { status } = exchange;
    if (status === 401) return failed(check, 'it does not take our credentials (status 401)', credentialsRemedy);
    if (status >= 500 || status === 429) return warning(check, `it answered ${status}`, 'ask again later');
    if (status >= 400 && !isJson(exchange.body)) {
      return warning(
        check,
        `it answers ${status}, and not as an API does`,
        'check url: it stands before /uapi or /api',
      );
    }
    return ok(check, `it answers, and takes our credentials (status ${status})`);
  } finally {
    await sender.close();
  }
}

const credentialsRemedy = 'check auth or token of the connector, and what they may do there';
const remedies: Readonly<Record<string, string>> = { credentials: credentialsRemedy };
const usual =
  'look whether url is right, the phone system runs, and delivery.allowNetworks or the domain allows its network';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where there is no store yet, no domain has any. */
function networksOf({ data }: Config): ReadonlyMap<string, readonly string[]> {
  try {
    return domainNetworks(data.dir);
  } catch {
    return new Map();
  }
}

function plainUrls({ url, publicUrl, auth }: RegistrarConfig) {
  const all = [
    { key: 'url', text: url, what: 'our credentials' },
    { key: 'auth.tokenUrl', text: auth.tokenUrl, what: 'our credentials' },
    { key: 'publicUrl', text: publicUrl, what: 'what is told of calls, and the tokens it is believed by,' },
  ];
  return all.filter(({ text }) => text !== null && isPlain(new URL(text)));
}

const isPlain = ({ protocol, hostname }: URL): boolean => protocol !== 'https:' && !isLoopback(hostname);

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true;
  const address = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback';
}
