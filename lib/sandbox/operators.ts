import type { RoleBinding } from 'kubernetes-types/rbac/v1.js';
import type { AdmissionProps } from '../platform/admission/admission-props.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** Role of operators in the namespaces of sandboxes. */
export const OPERATORS_ROLE = 'kars:operators';

/**
 * Lets operators read the pod of a sandbox and its logs, and change the annotation of it that admission
 * lets them change; nothing where nobody is one.
 */
export function operatorsBinding(
  sandbox: string,
  floor: AdmissionProps | undefined,
): RoleBinding[] {
  const subjects = (floor?.operators ?? []).map(({ rbac }) => rbac);
  if (subjects.length === 0) return [];
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: {
        name: 'kars-operators',
        namespace: sandboxNamespace(sandbox),
        labels: sandboxLabels(sandbox),
      },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: OPERATORS_ROLE,
      },
      subjects,
    },
  ];
}
