import {
  allow,
  deny,
  type Authority,
  type Decision,
  type EgressAllowlistPayload,
  type Source,
} from 'kars-constructs/contract';

/** The allow-list that is in force, and the resource that it stands in. */
export interface EgressPolicy {
  readonly source: Source;
  readonly allowlist: EgressAllowlistPayload;
}

/** Decides whether the agent may connect to a host and port. Without a policy nothing is allowed. */
export function decideEgress(
  { host, port }: Authority,
  policy: EgressPolicy | undefined,
): Decision {
  if (policy === undefined) {
    return deny('KARS_POLICY_UNAVAILABLE', 'no document set', 'no egress allow-list is in force');
  }
  const { namespace, name } = policy.source;
  const rule = `KarsSandbox ${namespace}/${name} egress`;
  const index = policy.allowlist.entries.findIndex(
    (entry) => entry.host === host && entry.port === port,
  );
  if (index !== -1) return allow(`${rule} { host: "${host}", port: ${port} }`);
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no entry names ${host} port ${port}`),
    cure: `add { host: "${host}", port: ${port} } to the egress of KarsSandbox ${namespace}/${name}`,
  };
}
