import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createAddressGuard } from './address-guard.ts';
import { forbiddenIpv4, forbiddenIpv6 } from './address-ranges.ts';
import { parseTarget } from './target.ts';

const closed = createAddressGuard({ allowNetworks: [] }).ruleFor('acme');
const refused = (address: string): boolean => closed.refusal(address) !== null;
const ruleWith = (...allowNetworks: string[]) => createAddressGuard({ allowNetworks }).ruleFor('acme');

const hex = (value: number): string => value.toString(16);
const pair = (one: number, two: number): string => hex(one * 256 + two);

/** Every way this code knows to say an IPv4 address in IPv6. */
function wrapped(octets: readonly number[]): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const high = pair(a, b);
  const low = pair(c, d);
  return [
    `::ffff:${a}.${b}.${c}.${d}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:FFFF:${high}:${low}`,
    `::${high}:${low}`,
    `::ffff:0:${high}:${low}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `64:ff9b:1:${high}:${pair(0, c)}:${pair(d, 0)}::`,
    `2002:${high}:${low}::1`,
    `2001:0:4136:e378:8000:63bf:${hex(0xffff ^ Number.parseInt(high, 16))}:${hex(0xffff ^ Number.parseInt(low, 16))}`,
  ];
}

const octet = fc.integer({ min: 0, max: 255 });
const forbiddenOctets = fc.constantFrom(...forbiddenIpv4).chain(({ cidr }) => {
  const [base = '', prefix = '32'] = cidr.split('/');
  const fixed = base.split('.').map(Number);
  return fc.tuple(octet, octet, octet, octet).map((random) =>
    random.map((value, index) => {
      const bits = Math.min(8, Math.max(0, Number(prefix) - index * 8));
      const mask = (0xff << (8 - bits)) & 0xff;
      return ((fixed[index] ?? 0) & mask) | (value & ~mask & 0xff);
    }),
  );
});

describe('address guard', () => {
  it('refuses every address of a forbidden IPv4 network, in every form that wraps it', () => {
    fc.assert(
      fc.property(forbiddenOctets, (octets) => {
        assert.ok(refused(octets.join('.')), octets.join('.'));
        for (const form of wrapped(octets)) assert.ok(refused(form), form);
      }),
    );
  });

  it('refuses the first address of every forbidden IPv6 network, with and without a zone', () => {
    for (const { cidr } of forbiddenIpv6) {
      const [base = ''] = cidr.split('/');
      assert.ok(refused(base), base);
      assert.ok(refused(`${base}%eth0`), base);
    }
  });

  it('refuses all of IPv6 that is not public', () => {
    const part = fc.integer({ min: 0, max: 0xffff }).map(hex);
    const first = fc.integer({ min: 0, max: 0xffff }).filter((value) => value >> 13 !== 1);
    fc.assert(
      fc.property(first.map(hex), fc.array(part, { minLength: 7, maxLength: 7 }), (head, rest) => {
        const address = [head, ...rest].join(':');
        assert.ok(head === '64' || refused(address), address);
      }),
    );
  });

  it('permits public addresses', () => {
    for (const address of [
      '8.8.8.8',
      '93.184.216.34',
      '2606:4700:4700::1111',
      '2a00:1450:4001::8',
      '64:ff9b::808:808',
    ]) {
      assert.equal(closed.refusal(address), null, address);
    }
    for (const address of [
      '9.255.255.255',
      '11.0.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '100.63.255.255',
      '100.128.0.0',
    ]) {
      assert.equal(closed.refusal(address), null, address);
    }
  });

  it('refuses what is no address', () => {
    for (const text of ['', 'localhost', '0x7f.1', '127.1', '2130706433', '010.0.0.1', '1.2.3', '::g']) {
      assert.ok(refused(text), text);
    }
  });

  it('sees through odd ways to write an address in a URL', () => {
    const hosts = [
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '127.0.0.1.',
      '0x7f.0x0.0x0.0x1',
      '①②⑦.0.0.1',
      '[::1]',
    ];
    for (const host of [...hosts, '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '0', '[::]', '3232235777', '0xa9fea9fe']) {
      const target = parseTarget(`http://${host}/`);
      assert.equal(target.kind, 'http', host);
      if (target.kind === 'http') assert.ok(refused(target.url.hostname.replace(/^\[|\]$/g, '')), host);
    }
    for (const host of ['[fe80::1%25eth0]', '[::1', '999.1.1.1', '1.2.3.4.5', '']) {
      assert.equal(parseTarget(`http://${host}/`).kind, 'bad', host);
    }
  });

  it('permits what an allowed network contains, and nothing beside it', () => {
    const rule = ruleWith('192.168.7.0/24', 'fd00:7::/32', '10.1.2.3');
    for (const address of ['192.168.7.9', '::ffff:192.168.7.9', 'fd00:7::1', '10.1.2.3']) {
      assert.equal(rule.refusal(address), null, address);
    }
    for (const address of ['192.168.8.9', 'fd00:8::1', '10.1.2.4', '64:ff9b::c0a8:709', '2002:c0a8:709::1']) {
      assert.notEqual(rule.refusal(address), null, address);
    }
    assert.equal(ruleWith('64:ff9b::/96').refusal('64:ff9b::c0a8:709'), null);
    assert.equal(ruleWith('::ffff:10.0.0.0/104').refusal('10.9.9.9'), null);
  });

  it('opens a metadata service only to a network that is its address alone', () => {
    for (const address of ['169.254.169.254', '100.100.100.200', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
      const wide = ruleWith('0.0.0.0/0', '::/0', '169.254.0.0/16', '100.64.0.0/10', 'fd00::/8');
      assert.match(wide.refusal(address) ?? '', /cloud metadata service/);
    }
    assert.equal(ruleWith('169.254.169.254').refusal('169.254.169.254'), null);
    assert.equal(ruleWith('100.64.0.0/10').refusal('100.100.1.1'), null);
  });

  it('says which address, which range and the remedy', () => {
    assert.match(
      closed.refusal('10.2.3.4') ?? '',
      /10\.2\.3\.4 is private \(10\.0\.0\.0\/8\).*"10\.2\.3\.4\/32".*delivery\.allowNetworks/,
    );
    assert.match(closed.refusal('64:ff9b::7f00:1') ?? '', /NAT64 form of an address that is loopback/);
  });

  it('adds what one domain is allowed, under another key, and follows a change', () => {
    let acme: readonly string[] = ['10.0.0.0/8'];
    const nothing: readonly string[] = [];
    const guard = createAddressGuard({
      allowNetworks: ['192.168.0.0/16'],
      allowedFor: (domain) => (domain === 'acme' ? acme : nothing),
    });
    const wide = guard.ruleFor('acme');
    assert.equal(wide, guard.ruleFor('acme'));
    assert.equal(wide.refusal('10.1.1.1'), null);
    assert.equal(wide.refusal('192.168.1.1'), null);
    assert.notEqual(guard.ruleFor('other').refusal('10.1.1.1'), null);
    assert.notEqual(guard.ruleFor('other').key, wide.key);
    acme = ['10.0.0.0/16'];
    assert.notEqual(guard.ruleFor('acme').key, wide.key);
    assert.notEqual(guard.ruleFor('acme').refusal('10.1.1.1'), null);
  });

  it('takes no network it cannot read', () => {
    for (const text of [
      '10.0.0.0/33',
      '010.0.0.0/8',
      'private',
      '10.0.0.0/8/8',
      '10/8',
      '::/129',
      'fe80::%eth0/10',
      '10.0.0.0/',
    ]) {
      assert.throws(() => createAddressGuard({ allowNetworks: [text] }), /is not a network/, text);
    }
  });
});
