import { GROUP, VERSION } from '../../contract/api.ts';
import { isEnforcedInCluster } from '../../contract/enforcement.ts';
import { fieldsOf, formatPath, type Field } from '../../contract/fields.ts';
import type { KindDefinition } from '../../contract/kind.ts';
import { kinds } from '../../contract/kinds/index.ts';
import type { KubernetesObject } from '../../private/manifest.ts';

/**
 * Policies that warn, for each kind, of the fields that nothing in the cluster acts on. They never
 * refuse, and the table of enforcement is their only source.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function unenforcedFieldWarnings(): KubernetesObject[] {
  return kinds.flatMap((definition) => {
    const fields = fieldsOf(definition).filter(
      ({ path }) => !isEnforcedInCluster(definition.kind, formatPath(path)),
    );
    return fields.length === 0 ? [] : warningPolicy(definition, fields);
  });
}

function warningPolicy(definition: KindDefinition, fields: readonly Field[]): KubernetesObject[] {
  const name = `kars-unenforced-${definition.plural}`;
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
      validations: fields.map((field) => ({
        expression: `!has(object.spec) || ${isUnused('object.spec', field.path, field.default)}`,
        message: `spec.${formatPath(field.path)} is recorded, and nothing acts on it in this release`,
      })),
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

/** CEL that holds when the field is absent, or has the value that the API server itself writes. */
function isUnused(node: string, path: readonly string[], byDefault: unknown, depth = 0): string {
  const [name, ...rest] = path;
  if (name === undefined) return 'false';
  if (name === '[]') {
    const item = `item${depth}`;
    return `${node}.all(${item}, ${isUnused(item, rest, byDefault, depth + 1)})`;
  }
  const member = `${node}.${name}`;
  if (rest.length > 0) return `!has(${member}) || ${isUnused(member, rest, byDefault, depth)}`;
  return byDefault === undefined
    ? `!has(${member})`
    : `!has(${member}) || ${member} == ${JSON.stringify(byDefault)}`;
}
