import type { ApprovedHosts } from '../egress-policy/approved-hosts.ts';
import type { EgressPolicy } from '../egress-policy/decide.ts';
import type { Snapshot } from '../policy/snapshot.ts';

/** What decides a call: the allow-list of a set, and the approvals beside it. */
export interface PolicyInForce {
  /** Undefined when the set has no allow-list. */
  readonly policy: EgressPolicy | undefined;
  /** Digest of the set, undefined without one. */
  readonly set: string | undefined;
}

/** Gives what is in force, the same object until another set or other approvals are. */
export function policyInForce(
  snapshot: () => Snapshot | undefined,
  approved: () => ApprovedHosts | undefined = () => undefined,
): () => PolicyInForce {
  let of: readonly [Snapshot | undefined, ApprovedHosts | undefined] | undefined;
  let inForce: PolicyInForce = { policy: undefined, set: undefined };
  return () => {
    const now = [snapshot(), approved()] as const;
    if (of === undefined || of[0] !== now[0] || of[1] !== now[1]) {
      of = now;
      inForce = { policy: policyOf(...now), set: now[0]?.setDigest };
    }
    return inForce;
  };
}

function policyOf(
  snapshot: Snapshot | undefined,
  approved: ApprovedHosts | undefined,
): EgressPolicy | undefined {
  const allowlist = snapshot?.payload('egress-allowlist');
  const source = snapshot?.source('egress-allowlist');
  if (allowlist === undefined || source === undefined) return undefined;
  return { allowlist, source, ...(approved === undefined ? {} : { approved }) };
}
