import type { Container } from 'kubernetes-types/core/v1.js';
import { GUARD_DIR, guardArguments, LAUNCH_DIR, launcherPrograms } from '../contract/hardening.ts';
import { guardResources } from './container-resources.ts';
import type { Hardening } from './hardening.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { volumeNames } from './volumes.ts';

/**
 * The first container of the pod: it loads the packet rules and installs the launcher, and no other
 * container starts unless it ends well. It is the only one that is root and has a capability.
 */
export function egressGuard(
  image: string,
  { sandbox }: AcceptedSandboxSpec,
  { digests }: Hardening,
): Container {
  // Guests of Kata have no nf_tables; legacy iptables needs a raw socket and a lock file.
  const isLegacy = sandbox.isolation === 'confidential';
  return {
    name: 'egress-guard',
    image,
    command: [launcherPrograms.guard],
    args: guardArguments(digests),
    resources: guardResources,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: isLegacy ? ['NET_ADMIN', 'NET_RAW'] : ['NET_ADMIN'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: volumeNames.hardening, mountPath: GUARD_DIR, readOnly: true },
      { name: volumeNames.launcher, mountPath: LAUNCH_DIR },
      ...(isLegacy ? [{ name: volumeNames.guardRun, mountPath: '/run' }] : []),
    ],
  };
}
