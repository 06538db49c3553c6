import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { kinds, validateManifest, type KindDefinition } from 'kars-constructs/contract';
import { structural, type SchemaNode } from '../../lib/contract/structural.ts';
import { goldenCases, type GoldenCase } from '../support/golden.ts';

interface Rule {
  readonly kind: string;
  readonly path: readonly string[];
  readonly cel: string;
  readonly message: string;
}

/** Rules that the schema beside them refuses first, so that no manifest gets as far as the rule. */
const SHADOWED = new Set([
  'spec.inferenceRef.name must not be empty',
  'spec.memoryRef.name must not be empty',
  'spec.governance.mcpServerRefs may not exceed 8 entries',
  "spec.governance.toolPolicyRef.name must be a same-namespace name (no '/' or ':' separators); cross-namespace refs are forbidden",
]);

const rules = kinds.flatMap((definition) => rulesIn(definition, structural(definition.spec), []));
const cases = [...goldenCases('valid'), ...goldenCases('invalid')];

describe('cross-field rules', () => {
  it('are all there', () => {
    expect(rules.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(kinds.map(({ kind }) => kind)),
    );
    expect(rules.length).toBe(67);
  });

  describe.each(rules)('$kind: $message', (rule) => {
    const own = cases.filter(({ definition }) => definition.kind === rule.kind);

    it('is broken by a golden case, unless the schema refuses first', () => {
      const broken = own.filter((entry) => !holds(rule, entry));
      expect(broken.length > 0 || SHADOWED.has(rule.message)).toBe(true);
    });

    it('says the same as a function and as CEL', () => {
      const wellFormed = own.filter((entry) => hasForm(entry));
      const differing = wellFormed.filter(
        (entry) => holds(rule, entry) !== holdsInCel(rule, entry),
      );
      expect(wellFormed.length).toBeGreaterThan(0);
      expect(differing.map(({ name }) => name)).toEqual([]);
    });
  });
});

function rulesIn(definition: KindDefinition, node: SchemaNode, path: readonly string[]): Rule[] {
  const own = (node['x-kubernetes-validations'] ?? []) as { rule: string; message: string }[];
  const children = Object.entries((node['properties'] ?? {}) as Record<string, SchemaNode>);
  return [
    ...own.map(({ rule, message }) => ({ kind: definition.kind, path, cel: rule, message })),
    ...children.flatMap(([name, child]) => rulesIn(definition, child, [...path, name])),
  ];
}

/** The face that processes use. */
function holds({ message }: Rule, { definition, manifest }: GoldenCase): boolean {
  const result = validateManifest(definition, manifest);
  return result.ok || !result.problems.some((problem) => problem.message === message);
}

/** True when the only problems of a manifest, if any, are broken rules: others keep CEL from running. */
function hasForm({ definition, manifest }: GoldenCase): boolean {
  const result = validateManifest(definition, manifest);
  const messages = new Set(rules.map(({ message }) => message));
  return result.ok || result.problems.every((problem) => messages.has(problem.message));
}

/** The face that the API server uses, by an engine of its own; a rule that fails to run refuses. */
function holdsInCel({ cel, path }: Rule, { definition, manifest }: GoldenCase): boolean {
  const parsed = withDefaults(structural(definition.spec), manifest.spec);
  const self = path.reduce<unknown>(
    (node, name) => (node as Record<string, unknown> | undefined)?.[name],
    parsed,
  );
  if (self === undefined || self === null) return true;
  const environment = new Environment({ unlistedVariablesAreDyn: true });
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
