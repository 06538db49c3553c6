import { decodeAllowlistArtifact, isApprovable } from 'kars-constructs/contract';
import type { Snapshot } from '../../policy/snapshot.ts';

/** Whether operators may approve a host and port. */
export type MayApprove = (host: string, port: number) => boolean;

const known = new WeakMap<Snapshot, MayApprove>();

/** What the set in force lets operators approve: anything, unless its list is signed. */
export function approvableBy(snapshot: Snapshot | undefined): MayApprove {
  if (snapshot === undefined) return () => false;
  const mayApprove = known.get(snapshot) ?? read(snapshot);
  known.set(snapshot, mayApprove);
  return mayApprove;
}

function read(snapshot: Snapshot): MayApprove {
  const signed = snapshot.payload('signed-allowlist');
  if (signed === undefined) return () => true;
  const artifact = decodeAllowlistArtifact(signed.artifact);
  return (host, port) => artifact.ok && isApprovable(artifact.value, host, port);
}
