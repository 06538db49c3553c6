import { describe, expect, it } from 'vitest';
import { API_VERSION, kinds, validateManifest, type Problem } from 'kars-constructs/contract';
import { holdsInCel, rules, type Rule } from '../support/rules.ts';
import { ruleCases, unreachableRules } from './rule-cases/index.ts';
import type { RuleCase } from './rule-cases/rule-case.ts';

const messages = new Set(rules.map(({ message }) => message));

function problemsOf({ kind, spec }: RuleCase): readonly Problem[] {
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (definition === undefined) throw new Error(`there is no kind ${kind}`);
  const manifest = { apiVersion: API_VERSION, kind, metadata: { name: 'one' }, spec };
  const result = validateManifest(definition, manifest);
  return result.ok ? [] : result.problems;
}

const casesFor = ({ kind }: Rule): RuleCase[] => ruleCases.filter((entry) => entry.kind === kind);

describe('cross-field rules', () => {
  it('are all there', () => {
    const count = kinds.map(({ kind }) => [
      kind,
      rules.filter((rule) => rule.kind === kind).length,
    ]);
    expect(Object.fromEntries(count)).toEqual({
      KarsSandbox: 54,
      InferencePolicy: 8,
      ToolPolicy: 2,
      EgressApproval: 12,
      TrustGraph: 4,
      A2AAgent: 4,
      McpServer: 4,
      KarsMemory: 5,
      KarsEval: 6,
    });
  });

  it('are told apart by their messages', () => {
    expect(messages.size).toBe(rules.length);
  });

  it('read no earlier state, so that a manifest alone decides', () => {
    expect(rules.filter(({ cel }) => cel.includes('oldSelf'))).toEqual([]);
  });

  it.each(rules)('$kind: $message: is broken by a case, and kept by another', (rule) => {
    const own = casesFor(rule);
    const broken = own.some(({ refusedBy }) => refusedBy === rule.message);
    expect(broken).not.toBe(unreachableRules.has(rule.message));
    expect(own.some(({ refusedBy }) => refusedBy === undefined)).toBe(true);
  });

  it.each(rules)('$kind: $message: in CEL says what the case says', (rule) => {
    const differing = casesFor(rule).filter(
      ({ spec, refusedBy }) => holdsInCel(rule, spec) !== (refusedBy !== rule.message),
    );
    expect(differing.map(({ name }) => name)).toEqual([]);
  });
});

describe('a case', () => {
  it.each(ruleCases)('$name: gets the same answer from the function', (entry) => {
    const problems = problemsOf(entry);
    const broken = problems.map(({ message }) => message).filter((text) => messages.has(text));
    expect(broken).toEqual(entry.refusedBy === undefined ? [] : [entry.refusedBy]);
    if (entry.refusedBy === undefined) expect(problems).toEqual([]);
  });

  it('has a name of its own', () => {
    expect(new Set(ruleCases.map(({ name }) => name)).size).toBe(ruleCases.length);
  });
});
