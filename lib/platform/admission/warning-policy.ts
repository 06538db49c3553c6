import { GROUP, VERSION } from '../../contract/api.ts';
import type { KindDefinition } from '../../contract/kind.ts';
import type { KubernetesObject } from '../../private/manifest.ts';

/** One reason to warn. */
export interface Validation {
  /** CEL that holds where there is nothing to warn of. */
  readonly expression: string;
  readonly message: string;
}

/** A policy that warns whoever writes a resource of a kind, and refuses nothing. */
export function warningPolicy(
  name: string,
  definition: KindDefinition,
  validations: readonly Validation[],
): KubernetesObject[] {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'kars' } },
    spec: {
      failurePolicy: 'Ignore',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [GROUP],
            apiVersions: [VERSION],
            operations: ['CREATE', 'UPDATE'],
            resources: [definition.plural],
          },
        ],
      },
      validations,
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'kars' } },
    spec: { policyName: name, validationActions: ['Warn'] },
  };
  return [policy, binding];
}
