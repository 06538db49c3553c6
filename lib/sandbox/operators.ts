import type { RoleBinding } from 'kubernetes-types/rbac/v1.js';
import type { AdmissionProps } from '../platform/admission/admission-props.ts';
import type { Reference } from '../private/custom-resource.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** Role of operators in the namespaces of sandboxes. */
export const OPERATORS_ROLE = 'kars:operators';

/** Role of operators in the namespaces of custom resources. */
export const APPROVERS_ROLE = 'kars:egress-approvers';

/**
 * Lets operators read the pod of a sandbox and its logs, change the annotation of it that admission lets
 * them change, and approve; nothing where nobody is one.
 */
export function operatorsBindings(
  { name, namespace }: Pick<Reference, 'name' | 'namespace'>,
  floor: AdmissionProps | undefined,
): RoleBinding[] {
  const subjects = (floor?.operators ?? []).map(({ rbac }) => rbac);
  if (subjects.length === 0) return [];
  const binding = (at: string, called: string, role: string): RoleBinding => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: called, namespace: at, labels: sandboxLabels(name) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects,
  });
  return [
    binding(sandboxNamespace(name), 'kars-operators', OPERATORS_ROLE),
    binding(namespace, `kars-egress-approvers-${name}`, APPROVERS_ROLE),
  ];
}
