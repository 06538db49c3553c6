import { describe, expect, it } from 'vitest';
import { KarsMemory } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

describe('a memory', () => {
  it('is recorded with the name of its sandbox', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      return new KarsMemory(chart, 'notes', {
        sandbox: sandboxIn(chart),
        storeName: 'notes',
        scope: 'agent/reader',
      });
    });
    expect(app.find('KarsMemory', 'notes')['spec']).toEqual({
      sandboxRef: { name: 'reader' },
      storeName: 'notes',
      scope: 'agent/reader',
    });
  });

  it.each([
    ['a store that is no DNS label', { storeName: 'Notes', scope: 'a' }, 'spec.storeName must be'],
    ['a colon in the scope', { storeName: 'notes', scope: 'agent:reader' }, 'spec.scope must be'],
  ])('is refused with %s', (_what, props, expected) => {
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      new KarsMemory(chart, 'notes', { sandbox: sandboxIn(chart), ...props });
    });
    expect(problems).toContain(expected);
  });
});
