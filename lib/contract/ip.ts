import { isIPv4, isIPv6 } from 'node:net';

/** Families of IP addresses. */
export type IpFamily = 4 | 6;

/** An IP address as a number. */
export interface IpAddress {
  readonly family: IpFamily;
  readonly value: bigint;
}

/** All addresses of a family that begin with the same `prefix` bits. */
export interface IpRange {
  readonly family: IpFamily;
  /** The first address of the range. */
  readonly first: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** The one spelling of an address that decisions are made with; undefined for anything that is none. */
export function normalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // The zone of a link-local address names an interface of the machine that reads it.
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** Reads an address in any of its usual spellings; undefined for anything else. */
export function parseAddress(text: string): IpAddress | undefined {
  const normal = normalAddress(text);
  if (normal === undefined) return undefined;
  if (isIPv4(normal)) return { family: 4, value: join(normal.split('.').map(Number), 8n) };
  const [head = '', tail] = normal.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return { family: 6, value: join([...before, ...zeros, ...after], 16n) };
}

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

const join = (parts: readonly number[], bits: bigint): bigint =>
  parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);

/** Reads a range in CIDR notation; bits behind the prefix are dropped. */
export function parseRange(cidr: string): IpRange | undefined {
  const [, text = '', digits = ''] = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(cidr) ?? [];
  const address = parseAddress(text);
  const prefix = Number(digits);
  if (address === undefined || digits === '' || prefix > BITS[address.family]) return undefined;
  const { family, value } = address;
  return { family, first: leading(value, family, prefix) << rest(family, prefix), prefix };
}

/** A range in CIDR notation, in normal form. */
export function formatRange({ family, first, prefix }: IpRange): string {
  const part = (index: number, bits: number): number =>
    Number((first >> BigInt(BITS[family] - bits * (index + 1))) & ((1n << BigInt(bits)) - 1n));
  const text =
    family === 4
      ? [0, 1, 2, 3].map((index) => part(index, 8)).join('.')
      : [0, 1, 2, 3, 4, 5, 6, 7].map((index) => part(index, 16).toString(16)).join(':');
  return `${normalAddress(text) ?? text}/${prefix}`;
}

/** Whether the address lies in the range. */
export function contains(range: IpRange, { family, value }: IpAddress): boolean {
  return (
    range.family === family &&
    leading(range.first, family, range.prefix) === leading(value, family, range.prefix)
  );
}

/** Whether the second range lies in the first one. */
export const includes = (outer: IpRange, inner: IpRange): boolean =>
  outer.prefix <= inner.prefix && contains(outer, { family: inner.family, value: inner.first });

/** Whether the ranges have an address in common: of two ranges that do, one lies in the other. */
export const overlap = (one: IpRange, other: IpRange): boolean =>
  includes(one, other) || includes(other, one);

const rest = (family: IpFamily, prefix: number): bigint => BigInt(BITS[family] - prefix);

const leading = (value: bigint, family: IpFamily, prefix: number): bigint =>
  value >> rest(family, prefix);
