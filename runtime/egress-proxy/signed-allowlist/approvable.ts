import { decodeAllowlistArtifact, isApprovable } from 'kars-constructs/contract';
import type { Snapshot } from '../../policy/snapshot.ts';

/** Whether operators may approve a host and port. */
export type MayApprove = (host: string, port: number) => boolean;

/** What the set in force lets operators approve: anything, unless its list is signed. */
export function approvableBy(snapshot: Snapshot | undefined): MayApprove {
  const signed = snapshot?.payload('signed-allowlist');
  if (signed === undefined) return () => true;
  const artifact = decodeAllowlistArtifact(signed.artifact);
  return (host, port) => artifact.ok && isApprovable(artifact.value, host, port);
}
