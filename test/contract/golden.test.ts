import { describe, expect, it } from 'vitest';
import { formatProblem, kinds, validateManifest } from 'kars-constructs/contract';
import { goldenCases } from '../support/golden.ts';

const valid = goldenCases('valid');
const invalid = goldenCases('invalid');

describe('golden manifests', () => {
  it.each(kinds)('are many enough for $kind', (definition) => {
    const count = (cases: typeof valid): number =>
      cases.filter((entry) => entry.definition === definition).length;
    expect(count(valid)).toBeGreaterThanOrEqual(6);
    expect(count(invalid)).toBeGreaterThanOrEqual(12);
  });

  it.each(valid)('accepts $name', ({ definition, manifest }) => {
    const result = validateManifest(definition, manifest);
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([]);
  });

  it.each(invalid)('refuses $name', ({ definition, manifest, expected }) => {
    const result = validateManifest(definition, manifest);
    const shown = result.ok ? '' : result.problems.map(formatProblem).join('\n');
    expect(expected).toBeDefined();
    expect(shown).toContain(expected);
  });
});

describe('the envelope', () => {
  it.each([
    ['another API version', { apiVersion: 'kars.azure.com/v1' }, 'apiVersion'],
    ['another kind', { kind: 'Pod' }, 'kind'],
    ['a member that no object has', { specs: {} }, 'specs'],
  ])('is refused with %s', (_what, change, expected) => {
    const [first] = valid;
    if (first === undefined) throw new Error('there is no golden case');
    const result = validateManifest(first.definition, { ...first.manifest, ...change });
    expect(result.ok ? '' : result.problems.map(formatProblem).join('\n')).toContain(expected);
  });
});
