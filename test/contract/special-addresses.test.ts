import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIP } from 'node:net';
import { cidrFault, neverNamed, specialPurpose } from 'kars-constructs/contract';
import { contains, parseAddress, parseRange } from '../../lib/contract/ip.ts';
import { dnsServerFault, publicBlocks } from '../../lib/contract/special-addresses.ts';

describe('addresses', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '168.63.129.15',
    '2606:4700::1111',
    '2001:200::1',
    '2a00:1450:4001::1',
  ])('%s is global unicast', (address) => {
    expect(specialPurpose(address)).toBeUndefined();
  });

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '100:0:0:1::1',
    '200::1',
    '1234::1',
    '4000::1',
    'e000::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    '100.100.100.200',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'not-an-address',
    '',
  ])('%s is not', (address) => {
    expect(specialPurpose(address)).toBeDefined();
  });
});

describe('a range of an entry', () => {
  it.each([
    '10.0.0.0/8',
    '10.20.0.0/28',
    '10.20.0.5/32',
    '100.64.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '8.8.8.0/24',
    'fd12:3456:789a::/64',
    'fc00::/8',
    '2a00:1450:4001::/48',
  ])('%s is accepted', (cidr) => {
    expect(cidrFault(cidr)).toBeUndefined();
  });

  it.each([
    ['127.0.0.0/8', 'loopback'],
    ['127.0.0.1/32', 'loopback'],
    ['0.0.0.0/0', 'supply a range without them'],
    ['0.0.0.0/32', 'this network'],
    ['128.0.0.0/2', 'platform address of Azure'],
    ['168.63.129.16/32', 'platform address of Azure'],
    ['169.254.169.254/32', 'link local, with metadata'],
    ['169.254.170.23/32', 'link local, with metadata'],
    ['169.254.0.0/16', 'link local, with metadata'],
    ['100.64.0.0/10', 'metadata service of Alibaba Cloud'],
    ['224.0.0.1/32', 'multicast'],
    ['255.255.255.255/32', 'broadcast'],
    ['198.18.0.0/15', 'benchmarking'],
    ['::/0', 'supply a range without them'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['::ffff:a00:0/104', 'IPv4-mapped'],
    ['64:ff9b::/96', 'IPv4 translation'],
    ['2002::/16', '6to4'],
    ['2001::/32', 'Teredo'],
    ['fe80::/10', 'link local'],
    ['ff02::1/128', 'multicast'],
    ['fc00::/7', 'services of AWS'],
    ['fd00:ec2::254/128', 'services of AWS'],
    ['fd00:ec2::23/128', 'services of AWS'],
    ['fd20:ce::254/128', 'metadata service of Google Cloud'],
    ['fd00:c1::a9fe:a9fe/128', 'metadata service of Oracle Cloud'],
    ['4000::/16', 'which is not allocated'],
    ['2000::/3', 'supply a range without them'],
    ['10.20.0.5/28', 'supply its normal form "10.20.0.0/28"'],
    ['FD12::/64', 'supply its normal form "fd12::/64"'],
    ['fd12:0::/64', 'supply its normal form "fd12::/64"'],
    ['fd12::1/64', 'supply its normal form "fd12::/64"'],
    ['10.20.0.0', 'supply a range such as'],
    ['10.20.0.0/33', 'supply a range such as'],
    ['10.20.0.0/08', 'supply a range such as'],
    ['10.20.0.0/-1', 'supply a range such as'],
    ['10.20.0.0/28 ', 'supply a range such as'],
    ['10.20/16', 'supply a range such as'],
    ['012.20.0.0/16', 'supply a range such as'],
    ['0xa140000/16', 'supply a range such as'],
    ['fe80::%eth0/64', 'supply a range such as'],
    ['[fd12::]/64', 'supply a range such as'],
    ['api.example.com/32', 'supply a range such as'],
    ['', 'supply a range such as'],
  ])('%s is refused', (cidr, expected) => {
    expect(cidrFault(cidr)).toContain(expected);
  });

  it('never has an address that no entry may name', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 128 }), (text, prefix) => {
        const cidr = `${text}/${prefix}`;
        const range = parseRange(cidr);
        if (range === undefined || cidrFault(cidr) !== undefined) return;
        expect(neverNamed(text)).toBeUndefined();
      }),
      { numRuns: 5000 },
    );
  });
});

const address = fc.oneof(fc.ipV4(), fc.ipV6());

it('the public blocks hold the global unicast addresses and no other', () => {
  fc.assert(
    fc.property(address, (text) => {
      const parsed = parseAddress(text);
      if (parsed === undefined) throw new Error(`${text} is no address`);
      const isIn = (cidr: string): boolean => {
        const range = parseRange(cidr);
        return range !== undefined && contains(range, parsed);
      };
      const isPublic = publicBlocks([]).some(
        ({ cidr, except }) => isIn(cidr) && !except.some(isIn),
      );
      expect(isPublic).toBe(specialPurpose(text) === undefined);
    }),
    { numRuns: 5000, examples: [['fd00:ec2::254'], ['2001:db8::1'], ['192.0.2.1'], ['::']] },
  );
  expect(publicBlocks([]).map(({ cidr }) => isIP(cidr.split('/')[0] ?? ''))).toEqual([4, 6]);
});

it('a public block leaves out further ranges that are given, each once', () => {
  const [ipv4, ipv6] = publicBlocks([
    '2600:1f14::/35',
    '52.10.0.0/16',
    '52.10.1.0/24',
    '10.1.0.0/16',
  ]);
  expect(ipv4?.except).toContain('52.10.0.0/16');
  expect(ipv4?.except).not.toContain('52.10.1.0/24');
  expect(ipv4?.except).not.toContain('10.1.0.0/16');
  expect(ipv6?.except).toContain('2600:1f14::/35');
});

describe('a DNS server', () => {
  it.each([
    '169.254.20.10',
    '169.254.169.253',
    '168.63.129.16',
    'fd00:ec2::253',
    '10.96.0.10',
    '8.8.8.8',
    'fd12::53',
  ])('%s is accepted', (server) => {
    expect(dnsServerFault(server)).toBeUndefined();
  });

  it.each([
    '127.0.0.1',
    '::1',
    '0.0.0.0',
    '224.0.0.251',
    'ff02::fb',
    '::ffff:10.0.0.1',
    'fe80::1',
    'FD12::53',
    '10.96.0.10/32',
    'dns',
    '',
  ])('%s is refused', (server) => {
    expect(dnsServerFault(server)).toContain('supply');
  });
});
