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
import type { ClientIdentity } from './client-identity.ts';
import { SendError } from './send-error.ts';

export interface ConnectorOptions {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  readonly rule: AddressRule;
  readonly lookup: Lookup;
  /** Certificates to trust, PEM; undefined: the system's default. */
  readonly ca: readonly string[] | undefined;
  /** What it shows of us, and by which authorities it then judges the receiver; null: nothing. */
  readonly identity: ClientIdentity | null;
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
  let context: tls.SecureContext | undefined;

  const openPlain = (): net.Socket => net.connect(shared);
  const openSecure = (): net.Socket => {
    const servername = net.isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '';
    context ??= secureContext(options);
    const socket = tls.connect({
      ...shared,
      secureContext: context,
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
    try {
      return watch(secure ? openSecure() : openPlain(), options, opened);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const failure = new SendError('tls', `the certificate or key to show ${hostname} can't be used: ${reason}`);
      queueMicrotask(() => opened(failure, null));
      return null;
    }
  };
}

/** Made once for all connections of a pool: reading certificates costs more than a connection does. */
function secureContext({ ca, identity }: ConnectorOptions): tls.SecureContext {
  const trusted = identity?.ca ?? ca;
  return tls.createSecureContext({
    ...(trusted && { ca: typeof trusted === 'string' ? trusted : [...trusted] }),
    ...(identity && { cert: identity.certificate, key: identity.privateKey }),
  });
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
