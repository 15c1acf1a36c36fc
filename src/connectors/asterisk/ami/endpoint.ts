import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How to reach a manager interface that is wrapped in TLS (`tlsenable=yes` in manager.conf). */
export interface AmiTls {
  /** Certificates to trust, PEM; without it those that Node trusts. */
  readonly ca?: string;
  /** False takes any certificate: only for a PBX reached over a network that is trusted anyway. Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Name the certificate must be for, where it differs from the host. */
  readonly servername?: string;
}

/** Where a manager interface is, and who we are to it. */
export interface AmiEndpoint {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
  /**
   * `md5` (default) answers a challenge, so that the secret never crosses the network; `plain` sends it as it is. There
   * is no silent fall-back from one to the other: whoever sits in between could force it.
   */
  readonly login?: 'md5' | 'plain';
  readonly tls?: AmiTls;
}

/** A socket on its way to the endpoint; `onOpen` is called when it is connected (and its TLS handshake is done). */
export function openSocket(endpoint: AmiEndpoint, onOpen: () => void): Socket {
  const { host, port, tls } = endpoint;
  if (!tls) return connectPlain({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, onOpen);
  const options = { host, port, rejectUnauthorized: tls.rejectUnauthorized ?? true };
  const trust = tls.ca === undefined ? {} : { ca: tls.ca };
  const name = tls.servername === undefined ? {} : { servername: tls.servername };
  return connectTls({ ...options, ...trust, ...name }, onOpen);
}
