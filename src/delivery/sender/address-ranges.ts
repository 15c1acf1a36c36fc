/**
 * Networks no notification goes to unless somebody allowed it, most telling name first: the first match names the
 * refusal. From IANA's special-purpose registries for IPv4 and IPv6, and the metadata services of the large clouds.
 */
export interface AddressRange {
  readonly cidr: string;
  /** Reads after "10.0.0.5 is". */
  readonly name: string;
  /** Where a cloud machine reads its own credentials: a wide allowed network does not open it, only its own address. */
  readonly metadata?: true;
}

export const forbiddenIpv4: readonly AddressRange[] = [
  { cidr: '169.254.169.254/32', name: 'a cloud metadata service', metadata: true },
  { cidr: '169.254.170.2/32', name: 'a cloud metadata service', metadata: true },
  { cidr: '100.100.100.200/32', name: 'a cloud metadata service', metadata: true },
  { cidr: '168.63.129.16/32', name: 'a cloud metadata service', metadata: true },
  { cidr: '192.0.0.192/32', name: 'a cloud metadata service', metadata: true },
  { cidr: '127.0.0.0/8', name: 'loopback' },
  { cidr: '0.0.0.0/8', name: 'unspecified' },
  { cidr: '10.0.0.0/8', name: 'private' },
  { cidr: '172.16.0.0/12', name: 'private' },
  { cidr: '192.168.0.0/16', name: 'private' },
  { cidr: '169.254.0.0/16', name: 'link-local' },
  { cidr: '100.64.0.0/10', name: 'shared carrier (CGNAT)' },
  { cidr: '192.0.0.0/24', name: 'reserved for protocols' },
  { cidr: '192.0.2.0/24', name: 'documentation' },
  { cidr: '198.51.100.0/24', name: 'documentation' },
  { cidr: '203.0.113.0/24', name: 'documentation' },
  { cidr: '198.18.0.0/15', name: 'benchmark' },
  { cidr: '192.31.196.0/24', name: 'reserved (AS112)' },
  { cidr: '192.175.48.0/24', name: 'reserved (AS112)' },
  { cidr: '192.52.193.0/24', name: 'reserved (AMT relay)' },
  { cidr: '192.88.99.0/24', name: 'reserved (6to4 relay)' },
  { cidr: '224.0.0.0/4', name: 'multicast' },
  { cidr: '255.255.255.255/32', name: 'broadcast' },
  { cidr: '240.0.0.0/4', name: 'reserved' },
];

export const forbiddenIpv6: readonly AddressRange[] = [
  { cidr: 'fd00:ec2::254/128', name: 'a cloud metadata service', metadata: true },
  { cidr: 'fd00:ec2::23/128', name: 'a cloud metadata service', metadata: true },
  { cidr: 'fd20:ce::254/128', name: 'a cloud metadata service', metadata: true },
  { cidr: '::1/128', name: 'loopback' },
  { cidr: '::/128', name: 'unspecified' },
  { cidr: '::/96', name: 'an IPv4-compatible form' },
  { cidr: '::ffff:0:0:0/96', name: 'a translated IPv4 form' },
  { cidr: '64:ff9b:1::/48', name: 'a local NAT64 form' },
  { cidr: '2002::/16', name: 'a 6to4 form' },
  { cidr: '2001::/32', name: 'a Teredo form' },
  { cidr: 'fc00::/7', name: 'private (unique local)' },
  { cidr: 'fe80::/10', name: 'link-local' },
  { cidr: 'fec0::/10', name: 'private (site-local)' },
  { cidr: 'ff00::/8', name: 'multicast' },
  { cidr: '100::/64', name: 'discard-only' },
  { cidr: '2001:db8::/32', name: 'documentation' },
  { cidr: '3fff::/20', name: 'documentation' },
  { cidr: '2001:2::/48', name: 'benchmark' },
  { cidr: '2001::/23', name: 'reserved for protocols' },
  { cidr: '2620:4f:8000::/48', name: 'reserved (AS112)' },
  { cidr: '3ffe::/16', name: 'reserved (6bone)' },
];

/** The well-known NAT64 prefix: how an IPv6-only network reaches the IPv4 internet, so its IPv4 address decides. */
export const nat64Prefix = '64:ff9b::/96';

/** All of IPv6 that is public lies in here; the rest is reserved. */
export const publicIpv6 = '2000::/3';
