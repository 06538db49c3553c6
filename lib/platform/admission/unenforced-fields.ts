import { silentValues } from '../../contract/compatibility.ts';
import { enforcement, isEnforcedInCluster } from '../../contract/enforcement.ts';
import { fieldsOf, formatPath, type Field } from '../../contract/fields.ts';
import type { KindDefinition } from '../../contract/kind.ts';
import { kinds } from '../../contract/kinds/index.ts';
import type { KubernetesObject } from '../../private/manifest.ts';
import { warningPolicy, type Validation } from './warning-policy.ts';

/**
 * Policies that warn, for each kind, of the fields that nothing in the cluster acts on. They never
 * refuse, and the table of enforcement is their only source.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function unenforcedFieldWarnings(): KubernetesObject[] {
  return kinds.flatMap((definition) => {
    const validations = fieldsOf(definition).flatMap((field) => warning(definition, field));
    return validations.length === 0
      ? []
      : warningPolicy(`kars-unenforced-${definition.plural}`, definition, validations);
  });
}

/** What warns of a field: nothing where every value of it has an effect. */
function warning({ kind }: KindDefinition, field: Field): Validation[] {
  const path = formatPath(field.path);
  const only = enforcement[kind]?.[path]?.only;
  if (only === undefined && isEnforcedInCluster(kind, path)) return [];
  const silent = only ?? silentValues(kind, path, field.default);
  const unused = isUnused('object.spec', field.path, silent);
  const message =
    only === undefined
      ? `spec.${path} is recorded, and nothing acts on it in this release`
      : `spec.${path} counts as ${only[0]} in this release, whatever it says`;
  return [{ expression: `!has(object.spec) || ${unused}`, message }];
}

/** CEL that holds when the field is absent, or has one of the values that need no warning. */
function isUnused(
  node: string,
  path: readonly string[],
  silent: readonly unknown[],
  depth = 0,
): string {
  const [name, ...rest] = path;
  if (name === undefined) return 'false';
  if (name === '[]') {
    const item = `item${depth}`;
    return `${node}.all(${item}, ${isUnused(item, rest, silent, depth + 1)})`;
  }
  const member = `${node}.${name}`;
  if (rest.length > 0) return `!has(${member}) || ${isUnused(member, rest, silent, depth)}`;
  const values = silent.map((value) => `${member} == ${JSON.stringify(value)}`);
  return [`!has(${member})`, ...values].join(' || ');
}
