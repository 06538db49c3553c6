import { describe, expect, it } from 'vitest';
import { customResourceDefinition, kinds } from 'kars-constructs/contract';

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
  const required = (node['required'] ?? []) as string[];
  const values = node['additionalProperties'];
  const items = node['items'];
  const inner: [string, Node][] = [
    ...children.map(([name, child]): [string, Node] => [`${path}.${name}`, child]),
    ...(isNode(items) ? [[`${path}[]`, items] as [string, Node]] : []),
    ...(isNode(values) ? [[`${path}{}`, values] as [string, Node]] : []),
  ];
  return [
    ...own,
    ...(node['type'] === 'array' && !isNode(items) ? [`${path} has no items`] : []),
    ...(node['nullable'] === true && 'enum' in node ? [`${path} is nullable with an enum`] : []),
    ...('default' in node && required.length > 0 ? [`${path} has a default and members`] : []),
    ...required
      .filter((name) => !children.some(([child]) => child === name))
      .map((name) => `${path} requires ${name}, which it does not have`),
    ...children
      .filter(([name, child]) => 'default' in child && required.includes(name))
      .map(([name]) => `${path} requires ${name}, which has a default`),
    ...inner.flatMap(([at, child]) => faults(child, at)),
  ];
}

/** Paths of the nodes below `spec` and `status` that `kubectl explain` would have nothing to say of. */
function silent(node: Node, path: string): string[] {
  const text = node['description'];
  const items = node['items'];
  const members = (isNode(items) ? items['properties'] : node['properties']) ?? {};
  return [
    ...(typeof text === 'string' && /^[A-Z`].*\.$/.test(text) ? [] : [path]),
    ...Object.entries(members as Record<string, Node>).flatMap(([name, child]) =>
      silent(child, `${path}.${name}`),
    ),
  ];
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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

  it('describes every field in a sentence', () => {
    const roots = crd.spec.versions.map(
      ({ schema }) => schema.openAPIV3Schema['properties'] as Record<string, Node>,
    );
    const found = roots.flatMap(({ spec = {}, status = {} }) => [
      ...silent(spec, 'spec'),
      ...silent(status, 'status'),
    ]);
    expect(found).toEqual([]);
  });

  it('is the same each time', () => {
    expect(customResourceDefinition(definition)).toEqual(crd);
  });
});

describe('the check of structural schemas', () => {
  it.each<[string, Node, string]>([
    ['an untyped node', {}, 'a has no type'],
    ['a union', { type: 'object', anyOf: [] }, 'a has anyOf'],
    ['a reference', { type: 'object', $ref: '#/x' }, 'a has $ref'],
    ['a closed object', { type: 'object', additionalProperties: false }, 'a forbids other members'],
    [
      'members and a map',
      { type: 'object', properties: {}, additionalProperties: { type: 'string' } },
      'a mixes both',
    ],
    ['a list without items', { type: 'array' }, 'a has no items'],
    ['an untyped item', { type: 'array', items: {} }, 'a[] has no type'],
    ['an untyped value', { type: 'object', additionalProperties: {} }, 'a{} has no type'],
    ['an untyped member', { type: 'object', properties: { b: {} } }, 'a.b has no type'],
    ['a null beside an enum', { type: 'string', nullable: true, enum: ['x'] }, 'a is nullable'],
    ['a requirement of nothing', { type: 'object', required: ['b'] }, 'a requires b'],
    [
      'a requirement with a default',
      { type: 'object', properties: { b: { type: 'string', default: '' } }, required: ['b'] },
      'a requires b, which has a default',
    ],
  ])('finds %s', (_what, node, expected) => {
    expect(faults(node, 'a').join('\n')).toContain(expected);
  });
});
