import { isIP } from 'node:net';
import {
  allow,
  deny,
  formatAuthority,
  neverNamed,
  type Authority,
  type Decision,
  type EgressAllowlistPayload,
  type EgressEntry,
  type Source,
} from 'kars-constructs/contract';
import { entryIndex } from './entry-index.ts';

/** The allow-list that is in force, and the resource that it stands in. */
export interface EgressPolicy {
  readonly source: Source;
  readonly allowlist: EgressAllowlistPayload;
}

/**
 * Decides whether the agent may connect to a host and port: a name by its own entry or that of a suffix
 * of it, an address by the range that holds it. Without a policy nothing is allowed.
 */
export function decideEgress(target: Authority, policy: EgressPolicy | undefined): Decision {
  if (policy === undefined) {
    return deny('KARS_POLICY_UNAVAILABLE', 'no document set', 'no egress allow-list is in force');
  }
  const { namespace, name } = policy.source;
  const sandbox = `KarsSandbox ${namespace}/${name}`;
  return isIP(target.host) === 0
    ? decideName(target, policy, sandbox)
    : decideAddress(target, policy, sandbox);
}

function decideName({ host, port }: Authority, policy: EgressPolicy, sandbox: string): Decision {
  const rule = `${sandbox} egress`;
  const [entry] = entryIndex(policy.allowlist).forName(host, port);
  if (entry !== undefined) return allow(`${rule} ${textOf(entry)}`);
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no entry names ${host} port ${port}`),
    cure: `add ${textOf({ host, port })} to the egress of ${sandbox}`,
  };
}

function decideAddress(target: Authority, policy: EgressPolicy, sandbox: string): Decision {
  const { host, port } = target;
  const rule = `${sandbox} egress`;
  const why = neverNamed(host);
  if (why !== undefined) {
    const reason = `${host} can be in no entry (${why})`;
    const cure = 'connect to a host or a range that an entry names';
    return { ...deny('KARS_EGRESS_ADDRESS_FORBIDDEN', rule, reason), cure };
  }
  const [entry] = entryIndex(policy.allowlist).forAddress(host, port);
  if (entry !== undefined) return allow(`${rule} ${textOf(entry)}`);
  const own = { cidr: `${host}/${isIP(host) === 4 ? 32 : 128}`, port };
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no range has ${formatAuthority(target)}`),
    cure: `add ${textOf(own)} to the egress of ${sandbox}, or connect to a name`,
  };
}

/** An entry as a manifest in JSON would carry it, with the members that find it. */
function textOf(entry: EgressEntry): string {
  const place = 'cidr' in entry ? `cidr: "${entry.cidr}"` : `host: "${entry.host}"`;
  const last = entry.endPort === undefined ? '' : `, endPort: ${entry.endPort}`;
  return `{ ${place}, port: ${entry.port}${last} }`;
}
