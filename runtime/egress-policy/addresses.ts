import { BlockList, isIP } from 'node:net';

/**
 * Ranges that are not global unicast, from the IANA special-purpose address registries and the
 * multicast registries, with the platform address of Azure.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 * @see https://www.iana.org/assignments/ipv6-address-space
 */
const RANGES: readonly (readonly [network: string, prefix: number, why: string])[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private use'],
  ['100.64.0.0', 10, 'shared address space'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'platform address of Azure'],
  ['169.254.0.0', 16, 'link local, with metadata services'],
  ['172.16.0.0', 12, 'private use'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.31.196.0', 24, 'AS112'],
  ['192.52.193.0', 24, 'AMT'],
  ['192.88.99.0', 24, '6to4 relay anycast'],
  ['192.168.0.0', 16, 'private use'],
  ['192.175.48.0', 24, 'AS112'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, with broadcast'],
  ['::', 96, 'unspecified, loopback and IPv4-compatible'],
  ['64:ff9b::', 96, 'IPv4 translation'],
  ['64:ff9b:1::', 48, 'IPv4 translation'],
  ['100::', 64, 'discard'],
  ['100:0:0:1::', 64, 'dummy'],
  ['2001::', 23, 'protocol assignments, with Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['2620:4f:8000::', 48, 'AS112'],
  ['3fff::', 20, 'documentation'],
  ['5f00::', 16, 'segment routing'],
  ['fc00::', 7, 'unique local'],
  ['fe80::', 10, 'link local'],
  ['fec0::', 10, 'site local'],
  ['ff00::', 8, 'multicast'],
];

const table = RANGES.map(([network, prefix, why]) => {
  const list = new BlockList();
  list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return { list, why };
});

const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');

/** All that is allocated as global unicast, so that a range of a later registry is not global by omission. */
const unicast = new BlockList();
unicast.addSubnet('2000::', 3, 'ipv6');

/** Why an address is not global unicast, or undefined when it is. */
export function specialPurpose(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return 'not an address';
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (family === 6 && mapped.check(address, 'ipv6')) return 'IPv4-mapped';
  const why = table.find(({ list }) => list.check(address, type))?.why;
  if (why !== undefined || family === 4) return why;
  return unicast.check(address, 'ipv6') ? undefined : 'not allocated';
}
