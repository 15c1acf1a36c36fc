import { readFileSync } from 'node:fs';
import type { TrackerRules } from '../../calls/tracker/index.ts';
import type { AmiTimes } from './ami/connection.ts';
import { defaultTimes } from './ami/connection.ts';
import type { AmiEndpoint, AmiTls } from './ami/endpoint.ts';

/** An Asterisk to listen to, as the configuration says it. */
export interface AsteriskConfig {
  readonly id: string;
  readonly host: string;
  /** Of the manager interface; usually 5038, with TLS 5039. */
  readonly port: number;
  readonly username: string;
  readonly secret: string;
  readonly auth: 'md5' | 'plain';
  readonly tls: {
    readonly enabled: boolean;
    /** File (PEM) of the authority to trust instead of the well-known ones. */
    readonly ca: string | null;
    readonly serverName: string | null;
    readonly verify: boolean;
  };
  readonly reseller: string;
  readonly domain: string;
  /** Country of national numbers, two capital letters. */
  readonly country: string;
  /** Devices that lead outside, `PJSIP/trunk-*`; empty: all that are no extension. */
  readonly trunks: readonly string[];
  /** Which numbers are extensions, a regular expression. */
  readonly extensions: string;
  /** Dialplan contexts that are menus: who is answered there talks to a machine. */
  readonly ivrContexts?: readonly string[];
  /** What Offhook may have it do; absent or without a context: nothing. */
  readonly commands?: AsteriskCommandsConfig;
  /** Bytes of events kept while the log refuses; past it the connection is closed until the log takes them. */
  readonly maxBufferedBytes: number;
  /** Milliseconds between proofs that the connection is alive. */
  readonly pingEvery: number;
}

export interface AsteriskCommandsConfig {
  /** Where numbers are dialled, as a phone would that may do what software may. Null: no commands. */
  readonly context: string | null;
  /** Channel of an extension, with `{extension}` in it: `PJSIP/{extension}`. Null: none can be called first. */
  readonly channel: string | null;
  /** Channel of a number outside, with `{number}` in it: `PJSIP/{number}@trunk-1`. Null: none can be called first. */
  readonly outside: string | null;
  /** How numbers outside may begin. */
  readonly prefixes: readonly string[];
  /** Extensions that look like an emergency number and are none. */
  readonly notEmergency: readonly string[];
  /** Number shown to somebody outside who is called first; null: the extension's. */
  readonly callerId: string | null;
  /** Calls that may be begun in a minute, in the long run. */
  readonly perMinute: number;
}

export function endpointOf(config: AsteriskConfig): AmiEndpoint {
  const { host, port, username, secret, auth: login } = config;
  return { host, port, username, secret, login, ...(config.tls.enabled ? { tls: tlsOf(config.tls) } : {}) };
}

/** @throws Error where the file of the authority can't be read. */
function tlsOf(tls: AsteriskConfig['tls']): AmiTls {
  return {
    rejectUnauthorized: tls.verify,
    ...(tls.ca === null ? {} : { ca: readFileSync(tls.ca, 'utf8') }),
    ...(tls.serverName === null ? {} : { servername: tls.serverName }),
  };
}

export const timesOf = (config: AsteriskConfig): AmiTimes => ({ ...defaultTimes, pingEveryMs: config.pingEvery });

export function rulesOf(config: AsteriskConfig): TrackerRules {
  const { id, reseller, domain, country, trunks, extensions, ivrContexts } = config;
  const scope = { connector: id, reseller, domain };
  // Asterisk tells every hang-up by a device (HangupRequest) before it carries it out.
  return { ...scope, country, trunks, extensions, ivrContexts: ivrContexts ?? [], saysWhoHangsUp: true };
}
