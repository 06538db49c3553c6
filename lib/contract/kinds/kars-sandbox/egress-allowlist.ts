import { z } from 'zod';
import { failure, success, type Result } from '../../problem.ts';
import {
  egressEntry,
  egressEntryProblems,
  formatEntry,
  lastPort,
  placeOf,
  type EgressEntry,
} from './egress-entry.ts';

/** What the egress proxy reads: everything that a sandbox may connect to. */
export const egressAllowlistPayload = z.strictObject({
  entries: z.array(egressEntry).max(10_000),
});

/** What the egress proxy reads. */
export type EgressAllowlistPayload = z.output<typeof egressAllowlistPayload>;

/** Port of an endpoint that names none, as in kars v0.1.x. */
export const DEFAULT_EGRESS_PORT = 443;

/** An endpoint as a manifest carries it; the schema sees to it that there is a host or a range. */
export interface AllowedEndpoint {
  readonly host?: string | undefined;
  readonly cidr?: string | undefined;
  readonly port?: number | undefined;
  readonly endPort?: number | undefined;
}

/** An endpoint with its defaults, and nothing that says the same as its absence. */
export function egressEntryOf(endpoint: AllowedEndpoint): EgressEntry {
  const { host = '', cidr, port = DEFAULT_EGRESS_PORT, endPort = port } = endpoint;
  const ports = endPort === port ? { port } : { port, endPort };
  return cidr === undefined ? { host, ...ports } : { cidr, ...ports };
}

/** Entries in one order, without duplicates. */
export function egressEntries(endpoints: readonly AllowedEndpoint[]): EgressEntry[] {
  const entries = endpoints.map(egressEntryOf);
  const unique = new Map(entries.map((entry) => [formatEntry(entry), entry]));
  return [...unique.values()].sort((a, b) => {
    const [one, other] = [placeOf(a), placeOf(b)];
    if (one !== other) return one < other ? -1 : 1;
    return a.port - b.port || lastPort(a) - lastPort(b);
  });
}

/** The payload for a list of endpoints, or why it has none: what no process would read is refused here. */
export function compileEgressAllowlist(
  endpoints: readonly AllowedEndpoint[],
): Result<EgressAllowlistPayload> {
  const problems = endpoints.flatMap((endpoint, index) =>
    egressEntryProblems(egressEntryOf(endpoint)).map(({ path, ...problem }) => ({
      path: `spec.networkPolicy.allowedEndpoints[${index}].${path}`,
      ...problem,
    })),
  );
  return problems.length > 0
    ? failure(...problems)
    : success({ entries: egressEntries(endpoints) });
}
