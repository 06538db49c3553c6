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
    expect(decideEgress({ host: 'api.example.com', port: 443 }, policy)).toEqual({
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
    expect(decideEgress({ host: '10.20.0.5', port: 5432 }, ranges)).toEqual({
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
