import * as z from 'zod';
import { canonicalJson } from '../../canonical.ts';
import { hostPatternFault } from '../../names.ts';
import { failure, success, type Problem, type Result } from '../../problem.ts';
import {
  egressEntry,
  egressEntryProblems,
  lastPort,
  placeOf,
  type EgressEntry,
} from './egress-entry.ts';
import { normalHttp, type EgressHttp } from './egress-http.ts';
import { compileLearn, learnPayload, untilFault, type EgressLearn } from './egress-learn.ts';
import { conflictingPort, type EgressProtocol } from './egress-protocol.ts';

/** An exact host, or `*.suffix`. */
export const hostPattern = z
  .string()
  .max(253)
  .superRefine((pattern, context) => {
    const message = hostPatternFault(pattern);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

/** What the egress proxy reads: everything that a sandbox may connect to. */
export const egressAllowlistPayload = z.strictObject({
  entries: z
    .array(egressEntry)
    .max(10_000)
    .superRefine((entries, context) => {
      for (const message of conflicts(entries)) context.addIssue({ code: 'custom', message });
    }),
  /** Hosts and suffixes that nothing opens. */
  blockedHosts: z.array(hostPattern).max(10_000).optional(),
  /** Present where the outer name of an encrypted ClientHello decides; absent where such a one is refused. */
  encryptedHello: z.literal('outer').optional(),
  /** A time in which every public host is let through on some ports. */
  learn: learnPayload.optional(),
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
  readonly protocol?: EgressProtocol | undefined;
  readonly http?: EgressHttp | undefined;
}

/** The part of a network policy that the allow-list is made of. */
export interface EgressSpec {
  readonly allowedEndpoints?: readonly AllowedEndpoint[] | undefined;
  readonly blockedHosts?: readonly string[] | undefined;
  readonly encryptedHello?: 'Refuse' | 'Outer' | undefined;
  readonly learn?: EgressLearn | undefined;
}

/** An endpoint with its defaults, and nothing that says the same as its absence. */
export function egressEntryOf(endpoint: AllowedEndpoint): EgressEntry {
  const { host = '', cidr, port = DEFAULT_EGRESS_PORT, endPort = port, protocol, http } = endpoint;
  const ports = endPort === port ? { port } : { port, endPort };
  const isImplied = conflictingPort(ports, { ...ports, protocol }) === undefined;
  const rest = {
    ...ports,
    ...(isImplied ? {} : { protocol }),
    ...(http === undefined ? {} : { http: normalHttp(http) }),
  };
  return cidr === undefined ? { host, ...rest } : { cidr, ...rest };
}

/** Entries in one order, without duplicates. */
export function egressEntries(endpoints: readonly AllowedEndpoint[]): EgressEntry[] {
  const entries = endpoints.map(egressEntryOf);
  const unique = new Map(entries.map((entry) => [canonicalJson(entry), entry]));
  return [...unique]
    .sort(
      ([one, a], [other, b]) =>
        compare(placeOf(a), placeOf(b)) ||
        a.port - b.port ||
        lastPort(a) - lastPort(b) ||
        compare(one, other),
    )
    .map(([, entry]) => entry);
}

const compare = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** Ports of one place that carry two protocols: which of them counts would be a matter of order. */
function conflicts(entries: readonly EgressEntry[]): string[] {
  const sorted = entries.toSorted((a, b) => compare(placeOf(a), placeOf(b)) || a.port - b.port);
  return sorted.flatMap((entry, index) => {
    const port = firstConflict(entry, sorted, index + 1);
    return port === undefined
      ? []
      : [`got two protocols for port ${port} of ${placeOf(entry)}, supply one`];
  });
}

/** Sorted by places and first ports, entries share no port any more once one begins behind the last. */
function firstConflict(
  entry: EgressEntry,
  sorted: readonly EgressEntry[],
  from: number,
): number | undefined {
  for (let index = from; index < sorted.length; index += 1) {
    const other = sorted[index];
    if (other === undefined || placeOf(other) !== placeOf(entry)) return undefined;
    if (other.port > lastPort(entry)) return undefined;
    const port = conflictingPort(entry, other);
    if (port !== undefined) return port;
  }
  return undefined;
}

/** The payload for a network policy, or why it has none: what no process would read is refused here. */
export function compileEgressAllowlist({
  allowedEndpoints: endpoints = [],
  blockedHosts = [],
  encryptedHello,
  learn,
}: EgressSpec = {}): Result<EgressAllowlistPayload> {
  const path = 'spec.networkPolicy.allowedEndpoints';
  const faults = endpoints.flatMap((endpoint, index) =>
    egressEntryProblems(egressEntryOf(endpoint)).map((fault) => ({
      ...fault,
      path: `${path}[${index}].${fault.path}`,
    })),
  );
  const entries = egressEntries(endpoints);
  const problems: Problem[] = [
    ...faults,
    ...blockedHosts.flatMap((pattern, index) => blockedProblems(pattern, index)),
    ...learnProblems(learn),
    ...conflicts(entries).map((message) => ({ path, code: 'KARS_EGRESS_PROTOCOL', message })),
  ];
  return problems.length > 0
    ? failure(...problems)
    : success({
        entries,
        ...(blockedHosts.length > 0 && { blockedHosts: [...new Set(blockedHosts)].sort(compare) }),
        ...(encryptedHello === 'Outer' && { encryptedHello: 'outer' }),
        ...(learn !== undefined && { learn: compileLearn(learn) }),
      });
}

function learnProblems(learn: EgressLearn | undefined): Problem[] {
  const message = learn && untilFault(learn.until);
  const path = 'spec.networkPolicy.learn.until';
  return message === undefined ? [] : [{ path, code: 'KARS_EGRESS_LEARN', message }];
}

function blockedProblems(pattern: string, index: number): Problem[] {
  const message = hostPatternFault(pattern);
  const path = `spec.networkPolicy.blockedHosts[${index}]`;
  return message === undefined ? [] : [{ path, code: 'KARS_EGRESS_HOST', message }];
}
