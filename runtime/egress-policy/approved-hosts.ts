import {
  deny,
  type Deny,
  type EgressAllowlistPayload,
  type EgressEntry,
  type Source,
} from 'kars-constructs/contract';

/** One approval that counts now. */
export interface Approval {
  readonly source: Source;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
}

/** What approvals let a sandbox connect to, besides its own entries. */
export interface ApprovedHosts {
  readonly allowlist: EgressAllowlistPayload;
  /** The approval that an entry stands in, as rules are called. */
  readonly ruleOf: (entry: EgressEntry) => string;
  /** Approvals are there, and none of them counts until somebody has said what time it is. */
  readonly suspended: boolean;
}

/** Hosts in the form of a list of entries, each with its approval. */
export function approvedHosts(approvals: readonly Approval[], suspended: boolean): ApprovedHosts {
  const rules = new Map<EgressEntry, string>();
  for (const { source, hosts } of approvals) {
    const rule = `EgressApproval ${source.namespace}/${source.name}`;
    for (const { host, port } of hosts) rules.set({ host, port }, rule);
  }
  return {
    allowlist: { entries: [...rules.keys()] },
    ruleOf: (entry) => rules.get(entry) ?? 'EgressApproval',
    suspended,
  };
}

/** The denial of what only a suspended approval allows. */
export const suspension = (rule: string): Deny => ({
  ...deny('KARS_CLOCK_JUMP', rule, 'the clock has jumped, so nobody knows whether it still counts'),
  cure: 'have an operator look at the clock of the node, then run kars egress accept-clock',
});
