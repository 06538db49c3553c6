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
  const why = specialPurpose(address);
  return why === undefined || entryIndex(allowlist).forAddress(address, port).length > 0
    ? undefined
    : why;
}
