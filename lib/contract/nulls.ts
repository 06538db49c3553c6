import type { SchemaNode } from './structural.ts';

/**
 * `value` as the API server sees it after decoding: a null member whose schema is not nullable counts
 * as absent, so that its default applies. Objects without a schema of their own are left alone.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable
 */
export function withoutDroppedNulls(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = node['items'];
    return isObject(items) ? value.map((item) => withoutDroppedNulls(items, item)) : value;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const schema = memberSchema(node, name);
      if (schema === undefined) return [[name, member]];
      if (member === null && schema['nullable'] !== true) return [];
      return [[name, withoutDroppedNulls(schema, member)]];
    }),
  );
}

function memberSchema(node: SchemaNode, name: string): SchemaNode | undefined {
  const properties = node['properties'];
  const schema =
    isObject(properties) && Object.hasOwn(properties, name)
      ? properties[name]
      : node['additionalProperties'];
  return isObject(schema) ? schema : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
