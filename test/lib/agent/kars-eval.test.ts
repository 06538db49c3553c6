import { describe, expect, it } from 'vitest';
import { KarsEval, type EvalCorpus } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

describe('an evaluation', () => {
  it('is recorded with the name of its target', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      return new KarsEval(chart, 'nightly', { target: sandboxIn(chart), corpus: 'banned-tools' });
    });
    expect(app.find('KarsEval', 'nightly')['spec']).toEqual({
      targetSandboxRef: { name: 'reader' },
      corpus: { builtin: 'banned-tools' },
    });
  });

  it('is refused with an empty corpus', () => {
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      new KarsEval(chart, 'nightly', { target: sandboxIn(chart), corpus: '' as EvalCorpus });
    });
    expect(problems).toContain('spec.corpus.builtin, when set, must be 1-253 characters');
  });
});
