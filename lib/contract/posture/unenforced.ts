import { isDeepStrictEqual } from 'node:util';
import { silentValues } from '../compatibility.ts';
import { enforcement, isEnforcedInCluster } from '../enforcement.ts';
import { fieldsOf, formatPath } from '../fields.ts';
import type { KindDefinition } from '../kind.ts';

/** Fields of a spec that say something and that nothing in the cluster acts on, as admission warns of them. */
export function unenforcedFields(definition: KindDefinition, spec: unknown): string[] {
  const { kind } = definition;
  return fieldsOf(definition)
    .filter((field) => {
      const path = formatPath(field.path);
      const only = enforcement[kind]?.[path]?.only;
      if (only === undefined && isEnforcedInCluster(kind, path)) return false;
      const silent = only ?? silentValues(kind, path, field.default);
      return valuesAt(spec, field.path).some(
        (value) => !silent.some((one) => isDeepStrictEqual(value, one)),
      );
    })
    .map(({ path }) => formatPath(path));
}

/** Every value at a path; one for each item of a list. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (value === undefined || value === null) return [];
  if (name === undefined) return [value];
  if (name === '[]') {
    return Array.isArray(value) ? value.flatMap((item) => valuesAt(item, rest)) : [];
  }
  return isRecord(value) ? valuesAt(value[name], rest) : [];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
