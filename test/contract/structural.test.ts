import { describe, expect, it } from 'vitest';
import { customResourceDefinition, fieldsOf, formatPath, kinds } from 'kars-constructs/contract';

type Node = Record<string, unknown>;

/** What a structural schema may not carry anywhere. */
const FORBIDDEN = [
  '$ref',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'const',
  'definitions',
  'patternProperties',
  'propertyNames',
  'uniqueItems',
];

function faults(node: Node, path: string): string[] {
  const own = [
    ...(typeof node['type'] === 'string' ? [] : [`${path} has no type`]),
    ...FORBIDDEN.filter((key) => key in node).map((key) => `${path} has ${key}`),
    ...(node['additionalProperties'] === false ? [`${path} forbids other members`] : []),
    ...('properties' in node && 'additionalProperties' in node ? [`${path} mixes both`] : []),
  ];
  const children = Object.entries((node['properties'] ?? {}) as Record<string, Node>);
  const items = node['items'] as Node | undefined;
  return [
    ...own,
    ...children.flatMap(([name, child]) => faults(child, `${path}.${name}`)),
    ...(items === undefined ? [] : faults(items, `${path}[]`)),
  ];
}

interface Definition {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Node } }[];
  };
}

describe.each(kinds)('the definition of $kind', (definition) => {
  const crd = customResourceDefinition(definition) as unknown as Definition;

  it('has a structural schema', () => {
    const schemas = crd.spec.versions.map(({ schema }) => schema.openAPIV3Schema);
    expect(schemas.flatMap((schema) => faults(schema, definition.kind))).toEqual([]);
  });

  it('describes every field', () => {
    const silent = fieldsOf(definition).filter(({ description }) => description === '');
    expect(silent.map(({ path }) => formatPath(path))).toEqual([]);
  });

  it('is the same each time', () => {
    expect(customResourceDefinition(definition)).toEqual(crd);
  });
});
