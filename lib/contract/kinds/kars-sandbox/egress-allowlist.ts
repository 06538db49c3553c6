import { z } from 'zod';
import { exactHost, port } from '../../primitives.ts';

/** What the egress proxy reads: the host and port pairs that a sandbox may connect to. */
export const egressAllowlistPayload = z.strictObject({
  entries: z.array(z.strictObject({ host: exactHost(), port: port() })).max(10_000),
});

/** What the egress proxy reads. */
export type EgressAllowlistPayload = z.output<typeof egressAllowlistPayload>;

/** Port of an endpoint that names none, as in kars v0.1.x. */
export const DEFAULT_EGRESS_PORT = 443;

/** The payload for a list of endpoints: sorted, without duplicates, every port explicit. */
export function compileEgressAllowlist(
  endpoints: readonly { readonly host: string; readonly port?: number | undefined }[],
): EgressAllowlistPayload {
  const entries = endpoints.map(({ host, port = DEFAULT_EGRESS_PORT }) => ({ host, port }));
  const unique = new Map(entries.map((entry) => [`${entry.host}:${entry.port}`, entry]));
  return {
    entries: [...unique.values()].sort((a, b) =>
      a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1,
    ),
  };
}
