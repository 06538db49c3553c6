import {
  contains,
  normalAddress,
  includes,
  overlap,
  formatRange,
  parseAddress,
  parseRange,
  type IpRange,
} from './ip.ts';

/**
 * What may name a range: private ones have endpoints that an operator owns; where a cloud or a node answers
 * DNS, credentials are handed out too, so only the port of DNS may be opened there.
 */
type Nameable = 'by an entry' | 'as a DNS server' | 'never';

/** A range whose addresses are not global unicast. */
interface SpecialRange {
  readonly range: IpRange;
  readonly why: string;
  readonly nameable: Nameable;
}

const special = (cidr: string, why: string, nameable: Nameable = 'never'): SpecialRange => {
  const range = parseRange(cidr);
  if (range === undefined) throw new Error(`${cidr} is no range`);
  return { range, why, nameable };
};

/**
 * Ranges that are not global unicast, from the IANA special-purpose address registries and the
 * multicast registries, and where clouds put services that hand out credentials. The first that has
 * an address says why.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 * @see https://www.iana.org/assignments/ipv6-address-space
 */
const RANGES: readonly SpecialRange[] = [
  special('100.100.100.200/32', 'metadata service of Alibaba Cloud'),
  special('fd00:ec2::/32', 'services of AWS, with metadata and identity', 'as a DNS server'),
  special('fd00:c1::a9fe:a9fe/128', 'metadata service of Oracle Cloud'),
  special('fd20:ce::254/128', 'metadata service of Google Cloud'),
  special('0.0.0.0/8', 'this network'),
  special('10.0.0.0/8', 'private use', 'by an entry'),
  special('100.64.0.0/10', 'shared address space', 'by an entry'),
  special('127.0.0.0/8', 'loopback'),
  special('168.63.129.16/32', 'platform address of Azure', 'as a DNS server'),
  special('169.254.0.0/16', 'link local, with metadata and identity services', 'as a DNS server'),
  special('172.16.0.0/12', 'private use', 'by an entry'),
  special('192.0.0.0/24', 'protocol assignments'),
  special('192.0.2.0/24', 'documentation'),
  special('192.31.196.0/24', 'AS112'),
  special('192.52.193.0/24', 'AMT'),
  special('192.88.99.0/24', '6to4 relay anycast'),
  special('192.168.0.0/16', 'private use', 'by an entry'),
  special('192.175.48.0/24', 'AS112'),
  special('198.18.0.0/15', 'benchmarking'),
  special('198.51.100.0/24', 'documentation'),
  special('203.0.113.0/24', 'documentation'),
  special('224.0.0.0/4', 'multicast'),
  special('240.0.0.0/4', 'reserved, with broadcast'),
  special('::/96', 'unspecified, loopback and IPv4-compatible'),
  special('::ffff:0:0/96', 'IPv4-mapped'),
  special('64:ff9b::/96', 'IPv4 translation'),
  special('64:ff9b:1::/48', 'IPv4 translation'),
  special('100::/64', 'discard'),
  special('100:0:0:1::/64', 'dummy'),
  special('2001::/23', 'protocol assignments, with Teredo'),
  special('2001:db8::/32', 'documentation'),
  special('2002::/16', '6to4'),
  special('2620:4f:8000::/48', 'AS112'),
  special('3fff::/20', 'documentation'),
  special('5f00::/16', 'segment routing'),
  special('fc00::/7', 'unique local', 'by an entry'),
  special('fe80::/10', 'link local'),
  special('fec0::/10', 'site local'),
  special('ff00::/8', 'multicast'),
];

/** All that is allocated as global unicast, so that a range of a later registry is not global by omission. */
const UNICAST_V6 = special('2000::/3', 'global unicast').range;

/** What public addresses are part of, in either family. */
const BLOCKS = [special('0.0.0.0/0', 'every address').range, UNICAST_V6];

/** Why an address is not global unicast, or undefined when it is. */
export function specialPurpose(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'not an address';
  const row = RANGES.find(({ range }) => contains(range, parsed));
  if (row !== undefined) return row.why;
  return parsed.family === 4 || contains(UNICAST_V6, parsed) ? undefined : 'not allocated';
}

/** Why no entry may contain an address, or undefined when one may. */
export function neverNamed(address: string): string | undefined {
  const parsed = parseAddress(address);
  const row = parsed && RANGES.find(({ range }) => contains(range, parsed));
  return row?.nameable === 'by an entry' ? undefined : specialPurpose(address);
}

/** Why a text is not the address of a DNS server outside the pod, or undefined when it is. */
export function dnsServerFault(address: string): string | undefined {
  const got = JSON.stringify(address);
  const parsed = parseAddress(address);
  if (parsed === undefined || normalAddress(address) !== address) {
    return `got ${got}, supply an IP address such as "169.254.20.10"`;
  }
  const row = RANGES.find(({ range }) => contains(range, parsed));
  const why = row === undefined ? specialPurpose(address) : row.why;
  return why === undefined || (row !== undefined && row.nameable !== 'never')
    ? undefined
    : `got ${got} (${why}), supply the address of a DNS server`;
}

/** Why a text is not a range in normal form, or undefined when it is. */
export function rangeFault(cidr: string): string | undefined {
  const got = JSON.stringify(cidr);
  const range = parseRange(cidr);
  if (range === undefined) {
    return `got ${got}, supply a range such as "10.20.0.0/28" or "fd12:3456:789a::/64"`;
  }
  const normal = formatRange(range);
  return normal === cidr ? undefined : `got ${got}, supply its normal form "${normal}"`;
}

/** Why a text is not a range that an entry may name, or undefined when it is. */
export function cidrFault(cidr: string): string | undefined {
  const got = JSON.stringify(cidr);
  const range = parseRange(cidr);
  if (range === undefined || formatRange(range) !== cidr) return rangeFault(cidr);
  const row = RANGES.find(
    (candidate) => candidate.nameable !== 'by an entry' && overlap(candidate.range, range),
  );
  if (row !== undefined) {
    return `got ${got}, which has addresses of ${formatRange(row.range)} (${row.why}); supply a range without them`;
  }
  const isKnown =
    range.family === 4 ||
    includes(UNICAST_V6, range) ||
    RANGES.some((candidate) => includes(candidate.range, range));
  return isKnown ? undefined : `got ${got}, which is not allocated; supply a range of endpoints`;
}

/** Why a text is not a range that can be left out of the public blocks, or undefined when it is. */
export function leftOutFault(cidr: string): string | undefined {
  const range = parseRange(cidr);
  const isAll = range !== undefined && BLOCKS.some((block) => includes(range, block));
  return isAll
    ? `got ${JSON.stringify(cidr)}, which leaves no public address; supply the ranges of the cluster`
    : rangeFault(cidr);
}

/** All addresses, and parts of them that are left out. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

/** Blocks that hold every global unicast address outside `more`, each with the parts of it that are none. */
export function publicBlocks(more: readonly string[]): AddressBlock[] {
  const left = [
    ...RANGES.map(({ range }) => range),
    ...more.flatMap((cidr) => parseRange(cidr) ?? []),
  ];
  const isWithinOther = (range: IpRange): boolean =>
    left.some((other) => includes(other, range) && !includes(range, other));
  return BLOCKS.map((block) => ({
    cidr: formatRange(block),
    except: [
      ...new Set(
        left
          .filter((range) => includes(block, range) && !isWithinOther(range))
          .map((range) => formatRange(range)),
      ),
    ],
  }));
}
