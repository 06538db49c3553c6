import type {
  PodSecurityContext,
  SeccompProfile,
  SecurityContext,
} from 'kubernetes-types/core/v1.js';
import type { AcceptedSandboxSpec } from './input.ts';
import { strictProfile } from './seccomp/localhost-profile.ts';

/** Group that owns the state volume; no process runs with it as its own group. */
const STATE_GROUP = 2000;

/** What the sidecars and the agent may call on a node. */
const seccompProfile = ({ sandbox }: AcceptedSandboxSpec): SeccompProfile =>
  sandbox.seccompProfile === 'RuntimeDefault'
    ? { type: 'RuntimeDefault' }
    : { type: 'Localhost', localhostProfile: strictProfile().path };

/**
 * Security context of every container but the guard: Pod Security Standard *restricted*, and a read-only root.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function containerSecurityContext(uid: number, spec: AcceptedSandboxSpec): SecurityContext {
  return {
    runAsUser: uid,
    runAsGroup: uid,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: seccompProfile(spec),
  };
}

/** Security context of the pod; the guard sets packet rules, which the profile of the others refuses. */
export const podSecurityContext: PodSecurityContext = {
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
  fsGroup: STATE_GROUP,
  // Walking a large state volume at every start would delay the agent for nothing.
  fsGroupChangePolicy: 'OnRootMismatch',
};
