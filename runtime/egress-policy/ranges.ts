import {
  contains,
  parseAddress,
  parseRange,
  specialPurpose,
  type EgressAllowlistPayload,
} from 'kars-constructs/contract';

/** The first range of the list that holds an address and names the port. */
export function rangeOf(
  address: string,
  port: number,
  { entries }: EgressAllowlistPayload,
): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  return entries
    .filter((entry) => 'cidr' in entry)
    .filter((entry) => entry.port === port)
    .map(({ cidr }) => cidr)
    .find((cidr) => {
      const range = parseRange(cidr);
      return range !== undefined && contains(range, parsed);
    });
}

/**
 * Why an address behind a name may not be dialled, or undefined when it may: the entry of a name stands
 * for public addresses only, all others have to be in a range.
 */
export function unnamedAddress(
  address: string,
  port: number,
  allowlist: EgressAllowlistPayload,
): string | undefined {
  const why = specialPurpose(address);
  return why === undefined || rangeOf(address, port, allowlist) !== undefined ? undefined : why;
}
