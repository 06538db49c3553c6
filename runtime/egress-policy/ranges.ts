import { specialPurpose, type EgressAllowlistPayload } from 'kars-constructs/contract';
import { entryIndex } from './entry-index.ts';

/**
 * Why an address behind a name may not be dialled, or undefined when it may: the entry of a name stands
 * for public addresses only, all others have to be in a range.
 */
export function unnamedAddress(
  address: string,
  port: number,
  allowlist: EgressAllowlistPayload,
): string | undefined {
  const why = knownPurpose(address);
  return why === undefined || entryIndex(allowlist).forAddress(address, port).length > 0
    ? undefined
    : why;
}

const MOST_KNOWN = 1024;

const known = new Map<string, string | undefined>();

/** The same few addresses are asked for at every call, and to compare one with all ranges costs more than the rest. */
function knownPurpose(address: string): string | undefined {
  if (known.has(address)) return known.get(address);
  if (known.size >= MOST_KNOWN) known.clear();
  const why = specialPurpose(address);
  known.set(address, why);
  return why;
}
