import { Environment } from '@marcbachmann/cel-js';
import { kinds, type KindDefinition } from 'kars-constructs/contract';
import { structural, type SchemaNode } from '../../lib/contract/structural.ts';

/** A rule of a definition, as the API server gets it. */
export interface Rule {
  readonly definition: KindDefinition;
  readonly kind: string;
  /** Names from the spec down to the node that the rule is about. */
  readonly path: readonly string[];
  readonly cel: string;
  readonly message: string;
}

const schemas = new Map(kinds.map((definition) => [definition, structural(definition.spec)]));
const environment = new Environment({ unlistedVariablesAreDyn: true });

/** Every rule of every kind. */
export const rules: readonly Rule[] = [...schemas].flatMap(([definition, schema]) =>
  rulesIn(definition, schema, []),
);

function rulesIn(definition: KindDefinition, node: SchemaNode, path: readonly string[]): Rule[] {
  const { kind } = definition;
  const own = (node['x-kubernetes-validations'] ?? []) as { rule: string; message: string }[];
  const children = Object.entries((node['properties'] ?? {}) as Record<string, SchemaNode>);
  return [
    ...own.map(({ rule, message }) => ({ definition, kind, path, cel: rule, message })),
    ...children.flatMap(([name, child]) => rulesIn(definition, child, [...path, name])),
  ];
}

/**
 * What the CEL of a rule says of a spec, by an engine that is neither ours nor the API server's. It
 * has every function that the rules use. A rule that fails to run refuses, as at the API server.
 */
export function holdsInCel({ definition, cel, path }: Rule, spec: unknown): boolean {
  const self = path.reduce<unknown>(
    (node, name) => (node as Record<string, unknown> | undefined)?.[name],
    withDefaults(schemas.get(definition) ?? {}, spec),
  );
  if (self === undefined || self === null) return true;
  try {
    return environment.evaluate(cel, { self }) === true;
  } catch {
    return false;
  }
}

/** What the API server stores: defaults filled in, null members left out, integers as integers. */
function withDefaults(node: SchemaNode, value: unknown): unknown {
  if (value === undefined || value === null) return node['default'];
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) {
    return value.map((item) => withDefaults((node['items'] ?? {}) as SchemaNode, item));
  }
  if (typeof value !== 'object') return value;
  const properties = (node['properties'] ?? {}) as Record<string, SchemaNode>;
  const given = value as Record<string, unknown>;
  const names = new Set([...Object.keys(properties), ...Object.keys(given)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const member = withDefaults(properties[name] ?? {}, given[name]);
      return member === undefined ? [] : [[name, member]];
    }),
  );
}
