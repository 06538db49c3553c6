import { allOf, celList } from '../cel.ts';

/** First numbers of IPv4 ranges of which no address may be named. */
const NEVER_V4 = [0, 127, ...Array.from({ length: 32 }, (_, index) => 224 + index)].map(String);

/** First numbers of IPv4 ranges that hold such addresses among others; only parts of them may be named. */
const PARTS_V4 = ['100', '168', '169', '192', '198', '203'];

/** Where clouds, nodes and the proxy itself have addresses, in those parts. */
const PREFIXES_V4 = ['100.100.', '168.63.', '169.254.', '192.0.', '198.18.', '198.19.'];

/** Beginnings of IPv6 ranges that may not be named. */
const NEVER_V6 = [
  ...['::', '0:', '64:ff9b:', '100:', '2001:0:', '2001:2:', '2001:db8:', '2002:', '5f00:'],
  ...['fd00:ec2:', 'fd00:c1:', 'fd20:ce:', 'fe8', 'fe9', 'fea', 'feb', 'fec', 'fed', 'fee', 'fef'],
  'ff',
];

/**
 * CEL that holds for a range that an entry of a sandbox may name, as far as texts tell: API servers before
 * 1.31 have no functions about ranges. The contract, which has, is stricter.
 */
export function isNameableRange(cidr: string): string {
  const bits = `int(${cidr}.split('/')[1])`;
  const first = `${cidr}.split('.')[0]`;
  const v4 = allOf(
    `${bits} >= 8`,
    `!(${first} in ${celList(NEVER_V4)})`,
    `!(${first} in ${celList(PARTS_V4)}) || (${bits} >= 16 && !${celList(PREFIXES_V4)}.exists(prefix, ${cidr}.startsWith(prefix)))`,
  );
  const v6 = allOf(
    `${bits} >= 32`,
    `!${celList(NEVER_V6)}.exists(prefix, ${cidr}.startsWith(prefix))`,
  );
  return `(${cidr}.contains(':') ? (${v6}) : (${v4}))`;
}
