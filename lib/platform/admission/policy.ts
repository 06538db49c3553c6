import type { AdmissionCode } from '../../contract/codes/admission.ts';
import type { AdmissionPolicyName } from '../../contract/platform-names.ts';
import type { KubernetesObject } from '../../private/manifest.ts';

/** Requests that a policy is asked about. */
export interface RequestRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT')[];
  /** Resources and subresources, such as `pods` and `pods/exec`. */
  readonly resources: readonly string[];
}

/** One reason to refuse a request. */
export interface Refusal {
  readonly code: AdmissionCode;
  /** CEL that holds for what is allowed. */
  readonly allows: string;
  /** What is refused and what to do; lower case, no full stop. */
  readonly message: string;
}

/** One admission policy that refuses. Its CEL sees `object`, `oldObject`, `request` and `namespaceObject`. */
export interface AdmissionPolicy {
  readonly name: AdmissionPolicyName;
  readonly rules: readonly RequestRule[];
  /** CEL by name; a request for which one does not hold is none of this policy's. */
  readonly conditions: Readonly<Record<string, string>>;
  /** CEL by name, for the refusals as `variables.NAME`; later ones see earlier ones. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly refusals: readonly Refusal[];
}

const named = (entries: Readonly<Record<string, string>>): { name: string; expression: string }[] =>
  Object.entries(entries).map(([name, expression]) => ({ name, expression }));

/**
 * The objects of a policy: it denies what it refuses, and whatever it cannot evaluate.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function policyObjects(policy: AdmissionPolicy): KubernetesObject[] {
  const metadata = { name: policy.name, labels: { 'app.kubernetes.io/name': 'kars' } };
  const stored = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: policy.rules },
      matchConditions: named(policy.conditions),
      variables: named(policy.variables ?? {}),
      validations: policy.refusals.map(({ code, allows, message }) => ({
        expression: allows,
        message: `[${code}] ${message}`,
        reason: 'Forbidden',
      })),
    },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: policy.name, validationActions: ['Deny', 'Audit'] },
  };
  return [stored, binding];
}
