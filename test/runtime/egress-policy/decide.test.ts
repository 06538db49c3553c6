import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideEgress } from '../../../runtime/egress-policy/decide.ts';
import { unnamedAddress } from '../../../runtime/egress-policy/ranges.ts';

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
const policy = { source, allowlist: { entries: [{ host: 'api.example.com', port: 443 }] } };

const ranges = {
  source,
  allowlist: {
    entries: [
      { cidr: '10.20.0.0/28', port: 5432 },
      { cidr: 'fd12::/64', port: 5432 },
    ],
  },
};

describe('an egress decision', () => {
  it('allows a listed host and port, by the entry', () => {
    expect(decideEgress({ host: 'api.example.com', port: 443 }, policy)).toMatchObject({
      allow: true,
      rule: 'KarsSandbox agents/reader egress { host: "api.example.com", port: 443 }',
    });
  });

  it.each([
    ['another port', 'api.example.com', 22],
    ['another host', 'evil.example.com', 443],
    ['a host below a listed one', 'a.api.example.com', 443],
    ['the host above a listed one', 'example.com', 443],
    ['a host with a listed one at its end', 'notapi.example.com', 443],
  ])('denies %s, and names the entry to add', (_what, host, port) => {
    expect(decideEgress({ host, port }, policy)).toEqual({
      allow: false,
      code: 'KARS_EGRESS_NOT_ALLOWED',
      rule: 'KarsSandbox agents/reader egress',
      reason: `no entry names ${host} port ${port}`,
      cure: `add { host: "${host}", port: ${port} } to the egress of KarsSandbox agents/reader`,
    });
  });

  it.each([
    ['the first address', '10.20.0.0'],
    ['the last address', '10.20.0.15'],
    ['an IPv6 address', 'fd12::abcd'],
  ])('allows %s of a range at its port', (_what, host) => {
    expect(decideEgress({ host, port: 5432 }, ranges)).toMatchObject({ allow: true });
  });

  it('names the range that allowed', () => {
    expect(decideEgress({ host: '10.20.0.5', port: 5432 }, ranges)).toMatchObject({
      allow: true,
      rule: 'KarsSandbox agents/reader egress { cidr: "10.20.0.0/28", port: 5432 }',
    });
  });

  it.each([
    ['the address below a range', '10.19.255.255', 5432, '10.19.255.255/32'],
    ['the address above a range', '10.20.0.16', 5432, '10.20.0.16/32'],
    ['another port', '10.20.0.5', 22, '10.20.0.5/32'],
    ['another range of IPv6', 'fd13::1', 5432, 'fd13::1/128'],
    ['a public address', '8.8.8.8', 5432, '8.8.8.8/32'],
  ])('denies %s, and names the range to add', (_what, host, port, cidr) => {
    expect(decideEgress({ host, port }, ranges)).toMatchObject({
      allow: false,
      code: 'KARS_EGRESS_NOT_ALLOWED',
      cure: `add { cidr: "${cidr}", port: ${port} } to the egress of KarsSandbox agents/reader, or connect to a name`,
    });
  });

  it.each([
    '127.0.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '0.0.0.0',
    '::1',
    'fd00:ec2::254',
    '::ffff:a14:5',
  ])('denies %s, and does not advise an entry that would be refused', (host) => {
    const decision = decideEgress({ host, port: 5432 }, ranges);
    expect(decision).toMatchObject({ code: 'KARS_EGRESS_ADDRESS_FORBIDDEN' });
    expect(decision).toMatchObject({ cure: 'connect to a host or a range that an entry names' });
  });

  it('does not take a name for an address in a range, nor the other way round', () => {
    const entries = [{ host: '10.20.0.5', port: 5432 }];
    expect(
      decideEgress({ host: '10.20.0.5', port: 5432 }, { source, allowlist: { entries } }),
    ).toMatchObject({
      code: 'KARS_EGRESS_NOT_ALLOWED',
    });
    expect(decideEgress({ host: 'db.example.com', port: 5432 }, ranges)).toMatchObject({
      code: 'KARS_EGRESS_NOT_ALLOWED',
    });
  });

  it('denies everything without a policy', () => {
    expect(decideEgress({ host: 'api.example.com', port: 443 }, undefined)).toMatchObject({
      allow: false,
      code: 'KARS_POLICY_UNAVAILABLE',
    });
  });
});

const wide = {
  source,
  allowlist: {
    entries: [
      { host: '*.example.com', port: 8000, endPort: 8010 },
      { host: 'api.example.com', port: 443 },
      { host: '*.eu.example.com', port: 443 },
    ],
  },
};

describe('an entry for every host below a suffix, and for a range of ports', () => {
  it.each([
    [
      'a host below',
      'api.example.com',
      8005,
      '{ host: "*.example.com", port: 8000, endPort: 8010 }',
    ],
    [
      'a host far below',
      'a.b.c.example.com',
      8000,
      '{ host: "*.example.com", port: 8000, endPort: 8010 }',
    ],
    [
      'the last port',
      'x.example.com',
      8010,
      '{ host: "*.example.com", port: 8000, endPort: 8010 }',
    ],
    [
      'a host with an entry of its own',
      'api.example.com',
      443,
      '{ host: "api.example.com", port: 443 }',
    ],
    ['a longer suffix', 'a.eu.example.com', 443, '{ host: "*.eu.example.com", port: 443 }'],
  ])('allows %s', (_what, host, port, entry) => {
    expect(decideEgress({ host, port }, wide)).toMatchObject({
      allow: true,
      rule: `KarsSandbox agents/reader egress ${entry}`,
    });
  });

  it.each([
    ['the suffix itself', 'example.com', 8000],
    ['the port before', 'x.example.com', 7999],
    ['the port behind', 'x.example.com', 8011],
    ['a name that only ends alike', 'notexample.com', 8000],
    ['a name with the suffix inside', 'x.example.com.evil.example', 8000],
    ['a host below another suffix', 'x.example.com', 443],
    ['an empty label', '.example.com', 443],
  ])('denies %s', (_what, host, port) => {
    expect(decideEgress({ host, port }, wide)).toMatchObject({ code: 'KARS_EGRESS_NOT_ALLOWED' });
  });

  it('names the narrowest range that has the address and the port', () => {
    const entries = [
      { cidr: '10.0.0.0/8', port: 1, endPort: 65_535 },
      { cidr: '10.20.0.0/16', port: 443 },
    ];
    const at = (port: number): unknown =>
      decideEgress({ host: '10.20.0.1', port }, { source, allowlist: { entries } });
    expect(at(443)).toMatchObject({ rule: expect.stringContaining('10.20.0.0/16') as unknown });
    expect(at(444)).toMatchObject({ rule: expect.stringContaining('10.0.0.0/8') as unknown });
  });
});

describe('the index of entries', () => {
  const label = fc.constantFrom('a', 'b', 'c');
  const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));
  const ports = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 }))
    .map(([port, more]) => ({ port, endPort: port + more }));
  const host = fc.oneof(
    name,
    name.map((suffix) => `*.${suffix}`),
  );
  const cidr = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(24, 30, 31, 32))
    .map(([last, prefix]) => `10.0.0.${prefix === 32 ? last : 0}/${prefix}`);
  const entry = fc.oneof(
    fc.tuple(host, ports).map(([place, range]) => ({ host: place, ...range })),
    fc.tuple(cidr, ports).map(([place, range]) => ({ cidr: place, ...range })),
  );
  const target = fc.record({
    host: fc.oneof(
      name,
      fc.integer({ min: 0, max: 5 }).map((last) => `10.0.0.${last}`),
    ),
    port: fc.integer({ min: 1, max: 9 }),
  });

  it('allows exactly what one look at each entry would', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), target, (entries, { host: at, port }) => {
        const listed = entries.some(
          (one) => one.port <= port && port <= one.endPort && covers(one, at),
        );
        const allowlist = { entries };
        expect(decideEgress({ host: at, port }, { source, allowlist }).allow).toBe(listed);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The meaning of an entry, told without an index. */
function covers(
  entry: { readonly host: string } | { readonly cidr: string },
  target: string,
): boolean {
  if ('host' in entry) {
    return entry.host.startsWith('*.')
      ? target.endsWith(entry.host.slice(1)) && !/^[0-9.]+$/.test(target)
      : target === entry.host;
  }
  const [first = '', prefix = ''] = entry.cidr.split('/');
  const blocked = new BlockList();
  blocked.addSubnet(first, Number(prefix));
  return isIPv4(target) && blocked.check(target);
}

describe('an address behind a name', () => {
  it.each([
    ['a public one', '8.8.8.8', 443],
    ['one in a range with the port', '10.20.0.5', 5432],
    ['one in a range of IPv6', 'fd12::5', 5432],
  ])('may be dialled when it is %s', (_what, address, port) => {
    expect(unnamedAddress(address, port, ranges.allowlist)).toBeUndefined();
  });

  it.each([
    ['private, in a range for another port', '10.20.0.5', 443, 'private use'],
    ['private, in no range', '10.20.0.16', 5432, 'private use'],
    ['loopback', '127.0.0.1', 5432, 'loopback'],
    ['metadata', '169.254.169.254', 5432, 'link local, with metadata and identity services'],
    ['an address of a range in a mapped form', '::ffff:10.20.0.5', 5432, 'IPv4-mapped'],
    ['an address of a range behind NAT64', '64:ff9b::a14:5', 5432, 'IPv4 translation'],
    ['with a zone', 'fe80::1%eth0', 5432, 'not an address'],
  ])('may not when it is %s', (_what, address, port, why) => {
    expect(unnamedAddress(address, port, ranges.allowlist)).toBe(why);
  });
});
