/**
 * Opens one connection to a receiver. The guard is asked about the address itself: a literal before anything else, the
 * addresses of a name after they were resolved and before one of them is tried, and once more the peer of the open
 * socket, so that nothing between the two can lead elsewhere. Environment variables for proxies are not looked at.
 */
import type { LookupAddress } from 'node:dns';
import net from 'node:net';
import tls from 'node:tls';
import type { AddressRule } from './address-guard.ts';
import { connectFailure } from './failure.ts';
import type { Lookup } from './lookup.ts';
import { SendError } from './send-error.ts';

export interface ConnectorOptions {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  readonly rule: AddressRule;
  readonly lookup: Lookup;
  /** Certificates to trust, PEM; undefined: the system's default. */
  readonly ca: readonly string[] | undefined;
}

export type Opened = (error: Error | null, socket: net.Socket | null) => void;
export type Connector = (opened: Opened) => net.Socket | null;

/** Of several addresses the next is tried when one has not answered by then, milliseconds; a far one needs more than Node's 250. */
const tryNextAfterMs = 1_000;
/** TCP keep-alive probes start after this much silence, milliseconds. */
const probeAfterMs = 30_000;

function guardedLookup(rule: AddressRule, lookup: Lookup): net.LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, (error, addresses) => {
      if (error) return done(error, '');
      const permitted: LookupAddress[] = addresses.filter(({ address }) => rule.refusal(address) === null);
      const [first] = permitted;
      if (first === undefined) return done(noneLeft(rule, hostname, addresses[0]?.address), '');
      if (options.all === true) return done(null, permitted);
      done(null, first.address, first.family);
    });
  };
}

function noneLeft(rule: AddressRule, hostname: string, refused: string | undefined): SendError {
  if (refused === undefined) return new SendError('dns', `${hostname} has no address`);
  return new SendError('refused_address', `${hostname}: ${rule.refusal(refused)}`);
}

/** @returns what opens a connection; it gives the socket at once, so that a connecting one can be dropped. */
export function createConnector(options: ConnectorOptions): Connector {
  const { hostname, rule, secure } = options;
  const shared = {
    host: hostname,
    port: options.port,
    lookup: guardedLookup(rule, options.lookup),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: tryNextAfterMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: probeAfterMs,
  };
  let session: Buffer | undefined;

  const openPlain = (): net.Socket => net.connect(shared);
  const openSecure = (): net.Socket => {
    const servername = net.isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '';
    const ca = options.ca && { ca: [...options.ca] };
    const socket = tls.connect({
      ...shared,
      ...ca,
      servername,
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
    });
    return socket.on('session', (ticket) => (session = ticket));
  };

  return (opened) => {
    const refused = net.isIP(hostname) === 0 ? null : rule.refusal(hostname);
    if (refused !== null) {
      queueMicrotask(() => opened(new SendError('refused_address', refused), null));
      return null;
    }
    const socket = secure ? openSecure() : openPlain();
    return watch(socket, options, opened);
  };
}

function watch(socket: net.Socket, { rule, secure, hostname }: ConnectorOptions, opened: Opened): net.Socket {
  let told = false;
  let reached = false;
  const tell: Opened = (error, ready) => {
    if (told) return;
    told = true;
    opened(error, ready);
  };
  socket.once('connect', () => {
    reached = true;
    const refused = rule.refusal(socket.remoteAddress ?? '');
    if (refused !== null) socket.destroy(new SendError('refused_address', refused));
    else if (!secure) tell(null, socket);
  });
  socket.once('secureConnect', () => tell(null, socket));
  socket.on('error', (error) => tell(connectFailure(error, hostname, reached && secure), null));
  return socket;
}
