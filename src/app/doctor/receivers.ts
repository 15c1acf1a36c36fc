import type { Socket } from 'node:net';
import type { Config } from '../../config/schema.ts';
import { createAddressGuard } from '../../delivery/sender/address-guard.ts';
import { type ClientIdentity, rememberIdentities } from '../../delivery/sender/client-identity.ts';
import { createConnector } from '../../delivery/sender/connector.ts';
import { systemLookup } from '../../delivery/sender/lookup.ts';
import { SendError } from '../../delivery/sender/send-error.ts';
import { parseTarget } from '../../delivery/sender/target.ts';
import { delay, type Clock } from '../../kit/clock.ts';
import type { MutualTls, Subscription } from '../../subscriptions/subscription.ts';
import { domainNetworks } from './domain-networks.ts';
import { failed, type Finding, ok, reasonOf, skipped, warning } from './finding.ts';

const connectWithinMs = 5_000;
const atATime = 16;
/** More would scroll the rest away. */
const mostTold = 20;

interface Receiver {
  readonly url: URL;
  readonly domain: string;
  readonly identity: ClientIdentity | null;
  /** Public numbers of its subscriptions. */
  readonly subscriptions: number[];
}

/**
 * Connects to every receiver, under the same rules and with the same TLS checks as a delivery, and sends nothing: what
 * a request would be answered only its receiver's log, or a test through the API, can tell.
 */
export async function checkReceivers(
  { delivery, data }: Config,
  subscriptions: readonly Subscription[],
  clock: Clock,
): Promise<Finding[]> {
  const receivers = receiversOf(subscriptions);
  if (receivers.length === 0) return [skipped('receivers', 'none beside built-in inboxes')];
  const ofDomains = domainNetworks(data.dir);
  const guard = createAddressGuard({
    allowNetworks: delivery.allowNetworks,
    allowedFor: (domain) => ofDomains.get(domain) ?? [],
  });
  const troubles: Finding[] = [];
  const waiting = receivers.values();
  const worker = async (): Promise<void> => {
    for (const receiver of waiting) {
      const problem = await reach(receiver, guard.ruleFor(receiver.domain), clock);
      if (problem !== null) troubles.push(tell(receiver, problem));
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  const reached = ok('receivers', `${receivers.length - troubles.length} of ${receivers.length} can be connected to`);
  const rest = troubles.length - mostTold;
  const more = rest > 0 ? [warning('receivers', `and ${rest} more`, 'see offhook subs list')] : [];
  return [...(troubles.length < receivers.length ? [reached] : []), ...troubles.slice(0, mostTold), ...more];
}

/** With the endpoints that give tokens: without one of those nothing is delivered either. */
function receiversOf(subscriptions: readonly Subscription[]): Receiver[] {
  const found = new Map<string, Receiver>();
  const identityOf = rememberIdentities();
  const add = (text: string, { number, selection }: Subscription, mtls: MutualTls | null): void => {
    const parsed = parseTarget(text);
    if (parsed.kind !== 'http') return;
    const { domain } = selection.scope;
    const identity = mtls && identityOf(mtls, domain);
    const key = `${parsed.origin} ${domain} ${identity?.key ?? ''}`;
    const known = found.get(key) ?? { url: parsed.url, domain, identity, subscriptions: [] };
    if (!known.subscriptions.includes(number)) known.subscriptions.push(number);
    found.set(key, known);
  };
  for (const subscription of subscriptions) {
    const { url, auth } = subscription.target;
    if (!subscription.selection.enabled) continue;
    add(url, subscription, auth.kind === 'mtls' ? auth : null);
    if ('tokenUrl' in auth) add(auth.tokenUrl, subscription, null);
  }
  return [...found.values()];
}

type Rule = ReturnType<ReturnType<typeof createAddressGuard>['ruleFor']>;

function reach({ url, identity }: Receiver, rule: Rule, clock: Clock): Promise<SendError | Error | null> {
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const open = createConnector({ hostname, port, secure, rule, lookup: systemLookup, ca: undefined, identity });
  return new Promise((resolve) => {
    let socket: Socket | null = null;
    const done = new AbortController();
    const end = (problem: Error | null): void => {
      done.abort();
      socket?.destroy();
      resolve(problem);
    };
    void delay(clock, connectWithinMs, done.signal).then(
      () => end(new SendError('timeout', `no connection within ${connectWithinMs} ms`)),
      () => {},
    );
    socket = open((error, opened) => {
      opened?.destroy();
      end(error);
    });
  });
}

/** The origin only: a URL's path and query may hold secrets. */
function tell({ url, subscriptions }: Receiver, problem: SendError | Error): Finding {
  const check = `receiver ${url.origin}`;
  const numbers = subscriptions.slice(0, 5).join(', ') + (subscriptions.length > 5 ? ', …' : '');
  const detail = `${problem.message} (subscription ${numbers})`;
  if (!(problem instanceof SendError)) return failed(check, `${detail} (${reasonOf(problem)})`, remedies.other);
  return failed(check, detail, remedies[problem.failure as keyof typeof remedies] ?? remedies.other);
}

const remedies = {
  dns: 'check the name, and that this machine can look names up (resolvectl query NAME)',
  tls: 'the receiver has to renew or correct its certificate; nothing is sent to it meanwhile, and what waits is kept',
  refused_address:
    'allow the network under delivery.allowNetworks, or for the domain alone (PATCH /v1/domains/{domain}), if it is one of yours',
  other: 'look whether the receiver runs, and whether a firewall stands in between; what waits for it is kept',
} as const;
