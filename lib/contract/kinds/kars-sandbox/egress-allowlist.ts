import { z } from 'zod';
import { exactHost, namedRange, port } from '../../primitives.ts';
import { failure, success, type Problem, type Result } from '../../problem.ts';
import { cidrFault } from '../../special-addresses.ts';

/** What the egress proxy reads: the hosts and ranges that a sandbox may connect to, each with a port. */
export const egressAllowlistPayload = z.strictObject({
  entries: z
    .array(
      z.union([
        z.strictObject({ host: exactHost(), port: port() }),
        z.strictObject({ cidr: namedRange(), port: port() }),
      ]),
    )
    .max(10_000),
});

/** What the egress proxy reads. */
export type EgressAllowlistPayload = z.output<typeof egressAllowlistPayload>;

/** A host or a range, with a port. */
export type EgressEntry = EgressAllowlistPayload['entries'][number];

/** Port of an endpoint that names none, as in kars v0.1.x. */
export const DEFAULT_EGRESS_PORT = 443;

/** An endpoint as a manifest carries it; the schema sees to it that there is a host or a range. */
export interface AllowedEndpoint {
  readonly host?: string | undefined;
  readonly cidr?: string | undefined;
  readonly port?: number | undefined;
}

/** Endpoints with a port each, sorted, without duplicates. */
export function egressEntries(endpoints: readonly AllowedEndpoint[]): EgressEntry[] {
  const entries = endpoints.map(({ host = '', cidr, port = DEFAULT_EGRESS_PORT }): EgressEntry =>
    cidr === undefined ? { host, port } : { cidr, port },
  );
  const unique = new Map(entries.map((entry) => [`${placeOf(entry)}:${entry.port}`, entry]));
  return [...unique.values()].sort((a, b) => {
    const [one, other] = [placeOf(a), placeOf(b)];
    return one === other ? a.port - b.port : one < other ? -1 : 1;
  });
}

/** The payload for a list of endpoints, or why it has none: a range that no process would read is refused here. */
export function compileEgressAllowlist(
  endpoints: readonly AllowedEndpoint[],
): Result<EgressAllowlistPayload> {
  const problems = endpoints.flatMap(({ cidr }, index): Problem[] => {
    const message = cidr === undefined ? undefined : cidrFault(cidr);
    const path = `spec.networkPolicy.allowedEndpoints[${index}].cidr`;
    return message === undefined ? [] : [{ path, code: 'KARS_EGRESS_CIDR', message }];
  });
  return problems.length > 0
    ? failure(...problems)
    : success({ entries: egressEntries(endpoints) });
}

const placeOf = (entry: EgressEntry): string => ('cidr' in entry ? entry.cidr : entry.host);
