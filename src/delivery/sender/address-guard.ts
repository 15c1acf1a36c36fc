/**
 * The address guard: which addresses a notification may be sent to. It judges addresses, not names, and is asked at
 * connect time about the very address the socket is about to use, so that a name that points elsewhere the second
 * time gains nothing. Pure: no look-up, no socket.
 *
 * A name that resolves to several addresses is reached at those that are permitted, and refused only when none is.
 * Refusing it for one bad address would be no safer, as the bad one is never connected to, and would break the
 * ordinary office receiver that has an allowed IPv4 address and a link-local or unique-local IPv6 one beside it.
 *
 * What wraps an IPv4 address in IPv6: IPv4-mapped is that IPv4 address, as it is to the operating system. The
 * well-known NAT64 prefix is how IPv6-only networks reach the internet, so the address inside decides, but an allowed
 * IPv4 network does not open it (its gateway stands in another network). 6to4, Teredo, IPv4-compatible and local NAT64
 * forms have no use here and are refused whatever is inside. Each can be allowed by an IPv6 network that names it.
 */
import ipaddr from 'ipaddr.js';
import { type AddressRange, forbiddenIpv4, forbiddenIpv6, nat64Prefix, publicIpv6 } from './address-ranges.ts';
import { type Address, contains, isSingle, type Network, network, parseAddress, parseNetwork } from './networks.ts';

/** What one domain may reach. */
export interface AddressRule {
  /** The same for the same allowed networks: connections may be shared between domains of the same key only. */
  readonly key: string;
  /** @returns why this address is refused, in words for its owner; null: it is permitted. */
  refusal(address: string): string | null;
}

export interface AddressGuard {
  ruleFor(domain: string): AddressRule;
}

interface Judged extends AddressRange {
  readonly network: Network;
}

const judged = (ranges: readonly AddressRange[]): readonly Judged[] =>
  ranges.map((range) => ({ ...range, network: network(range.cidr) }));

const ranges4 = judged(forbiddenIpv4);
const ranges6 = judged(forbiddenIpv6);
const nat64 = network(nat64Prefix);
const public6 = network(publicIpv6);
const reserved6: Judged = { cidr: '::/0', name: 'reserved', network: network('::/0') };

function forbiddenRange(address: Address): Judged | null {
  if (address instanceof ipaddr.IPv4) return ranges4.find((range) => contains(range.network, address)) ?? null;
  if (contains(nat64, address)) {
    const inner = forbiddenRange(new ipaddr.IPv4(address.toByteArray().slice(12)));
    return inner && { ...inner, name: `the NAT64 form of an address that is ${inner.name}` };
  }
  const range = ranges6.find((candidate) => contains(candidate.network, address));
  return range ?? (contains(public6, address) ? null : reserved6);
}

function createRule(key: string, allowed: readonly Network[]): AddressRule {
  const allows = (address: Address, range: Judged): boolean =>
    allowed.some((network) => contains(network, address) && (range.metadata !== true || isSingle(network)));
  return {
    key,
    refusal: (text) => {
      const address = parseAddress(text);
      if (address === null) return `"${text}" is not an address`;
      const range = forbiddenRange(address);
      if (range === null || allows(address, range)) return null;
      return refusalText(address, range);
    },
  };
}

function refusalText(address: Address, range: Judged): string {
  const host = address.toString();
  const single = `${host}/${address instanceof ipaddr.IPv4 ? 32 : 128}`;
  const within = range.cidr === '::/0' ? '' : ` (${range.cidr})`;
  return `${host} is ${range.name}${within} and not allowed as a receiver; if it is one of yours, have a superuser add "${single}" or its network to the domain's allowNetworks, or the operator to delivery.allowNetworks`;
}

export interface AddressGuardOptions {
  /** Networks every domain may reach (`delivery.allowNetworks`). */
  readonly allowNetworks: readonly string[];
  /** What a superuser allowed for this domain besides. Return the same array until it changes. */
  readonly allowedFor?: (domain: string) => readonly string[];
}

const nothingMore: readonly string[] = [];
/** Rules remembered; past it they are made again as needed. */
const maxRules = 10_000;

/** @throws Error for a network that cannot be read: check with `parseNetwork` where it enters. */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const common = options.allowNetworks.map(network);
  const commonKey = options.allowNetworks.join(',');
  const base = createRule(commonKey, common);
  const allowedFor = options.allowedFor ?? (() => nothingMore);
  const rules = new Map<string, { readonly from: readonly string[]; readonly rule: AddressRule }>();

  const remember = (domain: string, from: readonly string[]): AddressRule => {
    const more = from.flatMap((text) => {
      const parsed = parseNetwork(text);
      return 'network' in parsed ? [parsed.network] : [];
    });
    const rule = createRule(`${commonKey};${[...from].sort().join(',')}`, [...common, ...more]);
    if (rules.size >= maxRules) rules.clear();
    rules.set(domain, { from, rule });
    return rule;
  };

  return {
    ruleFor: (domain) => {
      const from = allowedFor(domain);
      if (from.length === 0) return base;
      const known = rules.get(domain);
      return known?.from === from ? known.rule : remember(domain, from);
    },
  };
}
