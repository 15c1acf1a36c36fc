/**
 * The pools of all origins. A pool belongs to an origin, an address rule and the certificate it shows: a connection that
 * was opened for a domain with a wider allowance is never used for one without it, nor one that shows a certificate for
 * anybody but who gave it, and what is changed starts with new connections.
 */
import type { Clock, Timer } from '../../kit/clock.ts';
import type { AddressRule } from './address-guard.ts';
import type { ClientIdentity } from './client-identity.ts';
import { ConnectionPool } from './connection-pool.ts';
import { createConnector } from './connector.ts';
import type { Lookup } from './lookup.ts';
import type { Target } from './target.ts';

export interface OriginPoolsOptions {
  readonly clock: Clock;
  readonly lookup: Lookup;
  readonly ca: readonly string[] | undefined;
  readonly maxConnections: number;
  /** Past this, those that were unused for longest are closed; one with requests under way is never closed. */
  readonly maxOrigins: number;
  readonly keepAliveMs: number;
}

export interface OriginPools {
  get(target: Target & { kind: 'http' }, rule: AddressRule, identity: ClientIdentity | null): ConnectionPool;
  close(): Promise<void>;
}

const defaultPort = { 'http:': 80, 'https:': 443 } as const;

/** No network has a line break in it, so that no rule's key looks like one with an identity. */
const keyOf = (rule: AddressRule, identity: ClientIdentity | null): string =>
  identity ? `${rule.key}\n${identity.key}` : rule.key;

export function createOriginPools(options: OriginPoolsOptions): OriginPools {
  const { clock, lookup, ca, maxOrigins, keepAliveMs } = options;
  /** By rule and identity, then origin: two short look-ups cost less than joining the two for each request. */
  const byCaller = new Map<string, Map<string, ConnectionPool>>();
  let count = 0;
  let sweeper: Timer | null = null;

  const drop = (callerKey: string, origin: string): void => {
    const pools = byCaller.get(callerKey);
    const pool = pools?.get(origin);
    if (!pools || !pool) return;
    pools.delete(origin);
    if (pools.size === 0) byCaller.delete(callerKey);
    count -= 1;
    void pool.close();
  };
  const idlePools = (): { readonly key: string; readonly origin: string; readonly lastUsed: number }[] =>
    [...byCaller].flatMap(([key, pools]) =>
      [...pools].flatMap(([origin, pool]) => (pool.busy ? [] : [{ key, origin, lastUsed: pool.lastUsed }])),
    );
  /** Frees a tenth at once, so that many origins used in turn do not cost a search each. */
  const makeRoom = (): void => {
    const oldest = idlePools().sort((one, other) => one.lastUsed - other.lastUsed);
    for (const { key, origin } of oldest.slice(0, Math.ceil(maxOrigins / 10))) drop(key, origin);
  };
  const sweep = (): void => {
    sweeper = null;
    const before = clock.monotonic() - keepAliveMs * 2;
    for (const { key, origin, lastUsed } of idlePools()) if (lastUsed < before) drop(key, origin);
    if (count > 0) sweeper = clock.schedule(keepAliveMs, sweep);
  };
  const add = (
    target: Target & { kind: 'http' },
    rule: AddressRule,
    identity: ClientIdentity | null,
  ): ConnectionPool => {
    if (count >= maxOrigins) makeRoom();
    const { origin, url } = target;
    const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    const secure = url.protocol === 'https:';
    const port = url.port === '' ? defaultPort[secure ? 'https:' : 'http:'] : Number(url.port);
    const connect = createConnector({ hostname, port, secure, rule, lookup, ca, identity });
    const pool = new ConnectionPool({ origin, connect, clock, maxConnections: options.maxConnections, keepAliveMs });
    const key = keyOf(rule, identity);
    const pools = byCaller.get(key) ?? new Map<string, ConnectionPool>();
    byCaller.set(key, pools.set(origin, pool));
    count += 1;
    sweeper ??= clock.schedule(keepAliveMs, sweep);
    return pool;
  };

  return {
    get: (target, rule, identity) =>
      byCaller.get(keyOf(rule, identity))?.get(target.origin) ?? add(target, rule, identity),
    close: async () => {
      sweeper?.cancel();
      const all = [...byCaller.values()].flatMap((pools) => [...pools.values()]);
      byCaller.clear();
      count = 0;
      await Promise.all(all.map((pool) => pool.close()));
    },
  };
}
