import type { Namespace, ServiceAccount } from 'kubernetes-types/core/v1.js';
import { annotations, labels } from '../contract/api.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** Service account of every sandbox pod, in the namespace of the sandbox. */
export const SERVICE_ACCOUNT = 'sandbox';

/**
 * The namespace of one sandbox. The guard needs NET_ADMIN, which every Pod Security Standard but
 * *privileged* refuses; all other containers meet *restricted*.
 */
export function namespace(sandbox: string, ownerNamespace: string): Namespace {
  const level = 'privileged';
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: sandboxNamespace(sandbox),
      labels: {
        ...sandboxLabels(sandbox),
        [labels.role]: 'sandbox',
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/audit': level,
        'pod-security.kubernetes.io/warn': level,
      },
      annotations: { [annotations.ownerNamespace]: ownerNamespace },
    },
  };
}

/** An identity without any right in the cluster. The router alone gets tokens of it, for the identities of providers. */
export function serviceAccount(sandbox: string): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: SERVICE_ACCOUNT,
      namespace: sandboxNamespace(sandbox),
      labels: sandboxLabels(sandbox),
    },
    automountServiceAccountToken: false,
  };
}
