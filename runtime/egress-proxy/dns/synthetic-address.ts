import { createHmac } from 'node:crypto';
import { formatRange, type IpFamily } from 'kars-constructs/contract';

/** A range that addresses for names are taken from. Nothing on the internet has one of them. */
interface SyntheticRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly prefix: number;
}

/**
 * 198.18.0.0/15 and 2001:2::/48, which are set aside for benchmarks.
 *
 * @see RFC 2544, RFC 5180
 */
const RANGES = {
  4: { family: 4, first: 0xc612_0000n, prefix: 15 },
  6: { family: 6, first: 0x2001_0002n << 96n, prefix: 48 },
} as const satisfies Readonly<Record<IpFamily, SyntheticRange>>;

const BITS = { 4: 32, 6: 128 } as const;

/** Where a name is tried to be put: 16 bytes or more that differ with each attempt. */
export type NameHash = (name: string, attempt: number) => Uint8Array;

/** The hash by a key, so that nobody who lacks it can choose names that collide. */
export const keyedHash =
  (key: Uint8Array): NameHash =>
  (name, attempt) =>
    createHmac('sha256', key).update(`${attempt} ${name}`).digest();

/** The address that bytes lead to; undefined for one that programs could take for a network or all its hosts. */
function syntheticAddress(bytes: Uint8Array, family: IpFamily): string | undefined {
  const { first, prefix } = RANGES[family];
  const hostBits = BigInt(BITS[family] - prefix);
  const hash = BigInt(`0x${Buffer.from(bytes.subarray(0, 16)).toString('hex')}`);
  const value = first | (hash & ((1n << hostBits) - 1n));
  const last = value & 0xffn;
  if (last === 0n || last === 0xffn) return undefined;
  return formatRange({ family, first: value, prefix: BITS[family] }).replace(/\/\d+$/, '');
}

/** Far more than are needed while most of a range is free. */
const ATTEMPTS = 1000;

/**
 * The address of a name beside those that are taken: the first free one that its hash leads to, so the
 * same names in the same order always get the same addresses. Undefined when there is none.
 */
export function chooseAddress(
  name: string,
  family: IpFamily,
  hash: NameHash,
  isTaken: (address: string) => boolean,
): string | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const address = syntheticAddress(hash(name, attempt), family);
    if (address !== undefined && !isTaken(address)) return address;
  }
  return undefined;
}
