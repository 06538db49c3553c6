import { isIP } from 'node:net';
import { formatAuthority, protocolAt, type EgressEntry } from 'kars-constructs/contract';
import { textOf } from './entry-text.ts';

/** A change of policy that would let an attempt through. */
export interface SuggestedChange {
  /** What it opens, in words. */
  readonly opens: string;
  /** A value of `egress` of the construct. */
  readonly construct: string;
  /** An item of `spec.networkPolicy.allowedEndpoints`. */
  readonly manifest: string;
}

/** The narrowest change for a host or an address and a port. */
export function suggestedChange(host: string, port: number): SuggestedChange {
  const family = isIP(host);
  const entry: EgressEntry =
    family === 0 ? { host, port } : { cidr: `${host}/${family === 4 ? 32 : 128}`, port };
  return {
    opens: `${protocolAt(entry, port)} to ${formatAuthority({ host, port })}`,
    construct: constructOf(entry),
    manifest: textOf(entry),
  };
}

/** An entry for one port as a value of `egress`. */
function constructOf(entry: EgressEntry): string {
  const { port } = entry;
  if ('cidr' in entry) return `Egress.cidr('${entry.cidr}', ${port})`;
  const { host } = entry;
  if (port === 443) return `Egress.https('${host}')`;
  return port === 80 ? `Egress.http('${host}')` : `Egress.tcp('${host}', ${port})`;
}
