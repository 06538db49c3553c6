import type { PodSecurityContext, SecurityContext } from 'kubernetes-types/core/v1.js';

/** Group that owns the state volume; no process runs with it as its own group. */
const STATE_GROUP = 2000;

/**
 * Security context of every container: Pod Security Standard *restricted*, and a read-only root.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function containerSecurityContext(uid: number): SecurityContext {
  return {
    runAsUser: uid,
    runAsGroup: uid,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** Security context of the pod. */
export const podSecurityContext: PodSecurityContext = {
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
  fsGroup: STATE_GROUP,
  // Walking a large state volume at every start would delay the agent for nothing.
  fsGroupChangePolicy: 'OnRootMismatch',
};
