import type { EgressPolicy } from '../egress-policy/decide.ts';
import type { Snapshot } from '../policy/snapshot.ts';

/** The allow-list of a set with the resource that it stands in; undefined when the set has none. */
export function egressPolicyOf(snapshot: Snapshot | undefined): EgressPolicy | undefined {
  const allowlist = snapshot?.payload('egress-allowlist');
  const source = snapshot?.source('egress-allowlist');
  return allowlist === undefined || source === undefined ? undefined : { allowlist, source };
}
