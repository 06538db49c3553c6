import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { CONFIDENTIAL_RUNTIME_CLASS } from '../contract/kinds/kars-sandbox/isolation.ts';
import type { AcceptedSandboxSpec } from './input.ts';

/**
 * Which kernel and which users the pod has. The packet rules name users of the pod, and the kernel
 * compares them in the user namespace that the network namespace belongs to.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
 */
export function podIsolation({
  sandbox: { isolation, runtimeClassName, hostUsers },
}: AcceptedSandboxSpec): Pick<PodSpec, 'runtimeClassName' | 'hostUsers'> {
  if (isolation === 'confidential') {
    return { runtimeClassName: runtimeClassName ?? CONFIDENTIAL_RUNTIME_CLASS };
  }
  return hostUsers === false ? { hostUsers: false } : {};
}
