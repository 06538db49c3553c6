import { describe, expect, it } from 'vitest';
import { compileInferencePolicy } from 'kars-constructs/contract';

const appliesTo = { sandboxMatchLabels: {} };
const modelPreference = { primary: { provider: 'main', deployment: 'gpt-4o' }, fallback: [] };
const providers = [{ name: 'main', endpoint: 'https://models.example.com/v1' }];

describe('compiling a budget', () => {
  it.each([
    ['no tokens for a request', { perRequestTokens: 0 }, 'perRequestTokens'],
    ['a window of nothing', { dailyTokens: 0 }, 'dailyTokens'],
    ['a charge of nothing', { dailyTokens: 9, uncountedInputTokens: 0 }, 'uncountedInputTokens'],
    ['a charge in no window', { uncountedInputTokens: 1 }, 'uncountedInputTokens'],
    [
      'a charge that no hour has',
      { hourlyTokens: 9, dailyTokens: 90, uncountedInputTokens: 10 },
      'uncountedInputTokens',
    ],
    ['less in a day than in an hour', { hourlyTokens: 2, dailyTokens: 1 }, 'dailyTokens'],
    ['less in a month than in an hour', { hourlyTokens: 2, monthlyTokens: 1 }, 'monthlyTokens'],
  ])('with %s is refused', (_what, tokenBudget, field) => {
    expect(
      compileInferencePolicy({ appliesTo, modelPreference, providers, tokenBudget }),
    ).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_BUDGET_INVALID', path: `spec.tokenBudget.${field}` }],
    });
  });
});
