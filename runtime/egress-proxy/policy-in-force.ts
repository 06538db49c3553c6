import type { LearnPayload } from 'kars-constructs/contract';
import type { ApprovedHosts } from '../egress-policy/approved-hosts.ts';
import type { EgressPolicy } from '../egress-policy/decide.ts';
import type { Snapshot } from '../policy/snapshot.ts';

/** What decides a call: the allow-list of a set, the approvals beside it, and whether it learns. */
export interface PolicyInForce {
  /** Undefined when the set has no allow-list. */
  readonly policy: EgressPolicy | undefined;
  /** Digest of the set, undefined without one. */
  readonly set: string | undefined;
}

/** Gives what is in force, the same object until any part of it changes. */
export function policyInForce(
  snapshot: () => Snapshot | undefined,
  approved: () => ApprovedHosts | undefined = () => undefined,
  learning: () => LearnPayload | undefined = () => undefined,
): () => PolicyInForce {
  let of: Parameters<typeof policyOf> | undefined;
  let inForce: PolicyInForce = { policy: undefined, set: undefined };
  return () => {
    const now: Parameters<typeof policyOf> = [snapshot(), approved(), learning()];
    if (of === undefined || now.some((part, index) => part !== of?.[index])) {
      of = now;
      inForce = { policy: policyOf(...now), set: now[0]?.setDigest };
    }
    return inForce;
  };
}

function policyOf(
  snapshot: Snapshot | undefined,
  approved: ApprovedHosts | undefined,
  learning: LearnPayload | undefined,
): EgressPolicy | undefined {
  const allowlist = snapshot?.payload('egress-allowlist');
  const source = snapshot?.source('egress-allowlist');
  if (allowlist === undefined || source === undefined) return undefined;
  return {
    allowlist,
    source,
    ...(approved === undefined ? {} : { approved }),
    ...(learning === undefined ? {} : { learning }),
  };
}
