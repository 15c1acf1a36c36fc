/** Networks as an administrator writes them: `192.168.1.0/24`, `fd00:1::/64`, or one address. */
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface Network {
  readonly base: Address;
  /** Bits that count. */
  readonly prefix: number;
}

export type NetworkParse = { readonly network: Network } | { readonly problem: string };

const bitsOf = (address: Address): number => (address.kind() === 'ipv4' ? 32 : 128);

/** Strict: four decimal parts for IPv4, because `010.0.0.1` is another address to another reader. */
function parseStrict(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text)) return ipaddr.IPv6.parse(text);
  return null;
}

/** @returns the address an operating system would connect to, zone dropped and IPv4-mapped unwrapped; null: none. */
export function parseAddress(text: string): Address | null {
  const zone = text.indexOf('%');
  const address = parseStrict(zone === -1 ? text : text.slice(0, zone));
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address;
}

export function parseNetwork(text: string): NetworkParse {
  const [addressText = '', prefixText, ...rest] = text.trim().split('/');
  const address = parseStrict(addressText);
  if (address === null || rest.length > 0) {
    return { problem: `"${text}" is not a network: write it like 192.168.1.0/24, fd00:1::/64, or one address` };
  }
  const bits = bitsOf(address);
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return { problem: prefixProblem(text, bits) };
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return { problem: prefixProblem(text, bits) };
  return { network: unmap({ base: address, prefix }) };
}

const prefixProblem = (text: string, bits: number): string =>
  `"${text}" is not a network: the part after the slash is a number from 0 to ${bits}`;

/** A network of IPv4-mapped addresses is the IPv4 network it maps. */
function unmap({ base, prefix }: Network): Network {
  if (!(base instanceof ipaddr.IPv6) || !base.isIPv4MappedAddress() || prefix < 96) return { base, prefix };
  return { base: base.toIPv4Address(), prefix: prefix - 96 };
}

export function contains(network: Network, address: Address): boolean {
  if (network.base instanceof ipaddr.IPv4) {
    return address instanceof ipaddr.IPv4 && address.match(network.base, network.prefix);
  }
  return address instanceof ipaddr.IPv6 && address.match(network.base, network.prefix);
}

/** Whether it names one address and nothing else. */
export const isSingle = (network: Network): boolean => network.prefix === bitsOf(network.base);

/** @throws Error for text that is no network; for constants of the code. */
export function network(text: string): Network {
  const parsed = parseNetwork(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.network;
}
