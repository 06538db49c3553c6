import type { Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import {
  InferencePolicy,
  ModelProvider,
  ToolPolicy,
  type KarsSandboxProps,
  type ToolPolicyProps,
} from 'kars-constructs';
import type { ApplicableObject } from '../../../cluster/client.ts';
import { DAILY_TOKENS, MOST_TOKENS } from './budgets.ts';
import { PROVIDER_KEY, SPARE } from './providers.ts';

const SECRET = { name: 'model-keys', key: 'key' };

/** Where each provider is, below the world that stands for all of them. */
export const providerPaths: Readonly<Record<string, string>> = {
  near: '/v1',
  spare: `${SPARE}/v1`,
  claude: '/v1',
};

/** One tool, and lines of a shell that each have something in common with one that is allowed. */
export const toolRules: ToolPolicyProps = {
  allowedTools: ['search'],
  profile: {
    version: '1.0',
    policies: [
      {
        name: 'usual',
        type: 'capability',
        allowed_actions: ['inference:*', 'tool:search', 'shell:git', 'shell:ls'],
        denied_actions: ['shell:git push'],
      },
    ],
  },
};

/** Policies of every kind that attacks on the router try to get past. */
export function routerPolicies(
  chart: Chart,
  name: string,
): Pick<KarsSandboxProps, 'inferencePolicy' | 'toolPolicy'> {
  const secret = Secret.fromSecretName(chart, `${name}-keys`, SECRET.name);
  const at = (provider: string) => ({
    name: provider,
    endpoint: `https://${provider}.example.com/v1`,
    credential: { secret, key: SECRET.key },
  });
  const spare = ModelProvider.openAiCompatible(at('spare'));
  const claude = ModelProvider.anthropicCompatible(at('claude'));
  return {
    inferencePolicy: new InferencePolicy(chart, `${name}-models`, {
      provider: ModelProvider.openAiCompatible(at('near')),
      models: [
        { model: 'small', fallbacks: [{ provider: spare, model: 'small-2' }] },
        { model: 'deep-1', as: 'deep' },
        { model: 'claude-small', provider: claude },
      ],
      maxTokensPerRequest: MOST_TOKENS,
      tokenBudget: { daily: DAILY_TOKENS },
    }),
    toolPolicy: new ToolPolicy(chart, `${name}-tools`, toolRules),
  };
}

/** The Secret that they need. */
export const providerKeys = (namespace: string): ApplicableObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: SECRET.name, namespace },
  ...{ stringData: { [SECRET.key]: PROVIDER_KEY } },
});
