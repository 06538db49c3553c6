import { allow, deny, type Allow, type Deny } from 'kars-constructs/contract';
import { suspension } from './approved-hosts.ts';
import { decideBlocked } from './blocked-hosts.ts';
import type { EgressPolicy } from './decide.ts';
import { entryIndex } from './entry-index.ts';

/** A name that may be looked up, with the host of the entry that has it. */
export type LookupDecision = (Allow & { readonly entry: string }) | Deny;

/**
 * Decides whether the agent may look up a name, in normal form: when an entry has it, whatever the port.
 * Which port may be connected to is decided at the connection. Without a policy nothing is allowed.
 */
export function decideLookup(name: string, policy: EgressPolicy | undefined): LookupDecision {
  if (policy === undefined) {
    return deny('KARS_POLICY_UNAVAILABLE', 'no document set', 'no egress allow-list is in force');
  }
  const sandbox = `KarsSandbox ${policy.source.namespace}/${policy.source.name}`;
  const blocked = decideBlocked(name, policy.allowlist, sandbox);
  if (blocked !== undefined) return blocked;
  const rule = `${sandbox} egress`;
  const entry = entryIndex(policy.allowlist).hostFor(name);
  if (entry !== undefined) return { ...allow(`${rule} { host: "${entry}" }`), entry };
  const decision = decideApproved(name, policy);
  if (decision !== undefined) return decision;
  const { learning } = policy;
  // All of them together may have as many addresses as one wildcard.
  if (learning !== undefined)
    return { ...allow(`${rule} learning until ${learning.until}`), entry: '*' };
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no entry names ${name}`),
    cure: `add an entry for "${name}" and its port to the egress of ${sandbox}`,
  };
}

/** Undefined where no approval has the name. */
function decideApproved(name: string, { approved }: EgressPolicy): LookupDecision | undefined {
  const entry = approved && entryIndex(approved.allowlist).entryOf(name);
  if (approved === undefined || entry === undefined) return undefined;
  const rule = approved.ruleOf(entry);
  return approved.suspended ? suspension(rule) : { ...allow(rule), entry: name };
}
