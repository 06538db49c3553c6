import { describe, expect, it } from 'vitest';
import { podAddresses } from '../../../../runtime/egress-proxy/dns/pod-addresses.ts';

const of = (...addresses: readonly string[]) =>
  podAddresses(() => ({ all: addresses.map((address) => ({ address })) }));

describe('the addresses of a pod', () => {
  it.each([
    ['IPv4', ['127.0.0.1', '10.1.2.3'], 4, []],
    ['both', ['127.0.0.1', '::1', '10.1.2.3', 'fd00::2', 'fe80::2'], 4, ['::1']],
    ['IPv6', ['127.0.0.1', '::1', 'fd00::2', 'fe80::2'], 6, ['::1']],
    ['what every interface has', ['127.0.0.1', '::1', 'fe80::2'], 4, ['::1']],
    ['nothing', [], 4, []],
  ] as const)('with %s', (_what, addresses, family, loopback) => {
    expect(of(...addresses)).toEqual({ family, loopback });
  });
});
