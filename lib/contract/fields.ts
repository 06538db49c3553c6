import type { KindDefinition } from './kind.ts';
import { structural, type SchemaNode } from './structural.ts';

/** One leaf of the spec of a kind. */
export interface Field {
  /** Names from the spec down; `[]` stands for the items of a list. */
  readonly path: readonly string[];
  readonly type: string;
  /** Values or bounds, where the schema has some: `standard`, `enhanced`; 1 to 65535. */
  readonly allowed: string;
  readonly description: string;
  /** Value that the API server writes when the field is absent. */
  readonly default: unknown;
  readonly required: boolean;
}

/** Every leaf of the spec of a kind: scalars, maps, lists of scalars, and objects of unknown form. */
export function fieldsOf({ spec }: KindDefinition): Field[] {
  return leaves(structural(spec), [], true);
}

/** `networkPolicy.allowedEndpoints[].host` */
export const formatPath = (path: readonly string[]): string =>
  path.join('.').replaceAll('.[]', '[]');

function leaves(node: SchemaNode, path: readonly string[], required: boolean): Field[] {
  const children = childrenOf(node);
  if (children.length === 0) return [leaf(node, path, required)];
  const mandatory = Array.isArray(node['required']) ? (node['required'] as unknown[]) : [];
  return children.flatMap(([name, child]) => {
    const inherited = name === '[]' ? required : mandatory.includes(name);
    return leaves(child, [...path, name], inherited);
  });
}

/** Properties of an object, or the items of a list of objects. */
function childrenOf(node: SchemaNode): [string, SchemaNode][] {
  if (isNode(node['properties'])) {
    return Object.entries(node['properties']).filter((entry): entry is [string, SchemaNode] =>
      isNode(entry[1]),
    );
  }
  const items = node['items'];
  return isNode(items) && isNode(items['properties']) ? [['[]', items]] : [];
}

function leaf(node: SchemaNode, path: readonly string[], required: boolean): Field {
  const items = node['items'];
  const type = isNode(items) ? `list of ${text(items['type'])}` : text(node['type']);
  return {
    path,
    type,
    allowed: allowedBy(isNode(items) ? items : node),
    description: text(node['description']),
    default: node['default'],
    required,
  };
}

function allowedBy(node: SchemaNode): string {
  const { enum: values, minimum, maximum } = node;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (typeof minimum === 'number' && typeof maximum === 'number') return `${minimum} to ${maximum}`;
  if (typeof minimum === 'number') return `${minimum} or more`;
  return typeof maximum === 'number' ? `at most ${maximum}` : '';
}

const isNode = (value: unknown): value is SchemaNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
