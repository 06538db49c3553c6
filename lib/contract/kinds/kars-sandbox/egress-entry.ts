import * as z from 'zod';
import { hostPatternFault, portFault } from '../../names.ts';
import { port } from '../../primitives.ts';
import type { Problem } from '../../problem.ts';
import { cidrFault } from '../../special-addresses.ts';
import { egressHttp, httpProblems } from './egress-http.ts';
import { conflictingPort, egressProtocol, protocolAt } from './egress-protocol.ts';

const common = {
  port: port(),
  /** Last port of a range that begins at `port`; absent for a single port. */
  endPort: port().optional(),
  /** Absent where it is what the ports carry anyway. */
  protocol: egressProtocol().optional(),
  http: egressHttp().optional(),
};

/**
 * A host, every host below a suffix (`*.suffix`), or a range of addresses, with a port or a range of
 * ports, and what is spoken there.
 */
export const egressEntry = z
  .union([
    z.strictObject({ host: z.string().max(253), ...common }),
    z.strictObject({ cidr: z.string().max(64), ...common }),
  ])
  .superRefine((entry, context) => {
    for (const { path, message } of egressEntryProblems(entry)) {
      context.addIssue({ code: 'custom', path: path.split('.'), message });
    }
  });

/** An entry of the egress allow-list. */
export type EgressEntry = z.output<typeof egressEntry>;

/** Everything that a process would refuse about an entry, with the code of the refusal at synth. */
export function egressEntryProblems(entry: EgressEntry): Problem[] {
  return [...placeProblems(entry), ...portProblems(entry), ...requestProblems(entry)];
}

function placeProblems(entry: EgressEntry): Problem[] {
  const isRange = 'cidr' in entry;
  const message = isRange ? cidrFault(entry.cidr) : hostPatternFault(entry.host);
  if (message === undefined) return [];
  return [
    isRange
      ? { path: 'cidr', code: 'KARS_EGRESS_CIDR', message }
      : { path: 'host', code: 'KARS_EGRESS_HOST', message },
  ];
}

function portProblems({ port: first, endPort: last = first }: EgressEntry): Problem[] {
  const code = 'KARS_EGRESS_PORT';
  const fault = portFault(first);
  if (fault !== undefined) return [{ path: 'port', code, message: fault }];
  if (portFault(last) === undefined && last >= first) return [];
  const message = `got ${last}, supply a last port from ${first} to 65535`;
  return [{ path: 'endPort', code, message }];
}

/** Requests can be decided only where every port carries HTTP. */
function requestProblems({ http, ...entry }: EgressEntry): Problem[] {
  if (http === undefined) return [];
  const other = conflictingPort(entry, { ...entry, protocol: 'http' });
  if (other === undefined) return httpProblems(http);
  const message = `got rules for requests, and port ${other} carries ${protocolAt(entry, other)}; supply the protocol http`;
  return [{ path: 'http', code: 'KARS_EGRESS_HTTP', message }];
}

/** The host or the range of an entry. */
export const placeOf = (entry: EgressEntry): string => ('cidr' in entry ? entry.cidr : entry.host);

/** Last port of an entry, which is its only one when it names no range of ports. */
export const lastPort = ({ port: first, endPort = first }: EgressEntry): number => endPort;

/** `place:port`, or `place:first-last`. */
export function formatEntry(entry: EgressEntry): string {
  const last = lastPort(entry);
  return `${placeOf(entry)}:${entry.port}${last === entry.port ? '' : `-${last}`}`;
}
