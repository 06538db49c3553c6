import { Secret } from 'cdk8s-plus-28';
import { InferencePolicy, ModelProvider } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { containerOf, envOf } from '../../support/pod.ts';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';

describe('the environment of an agent', () => {
  it('points client libraries at the API that the provider of the model speaks', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      const secret = Secret.fromSecretName(chart, 'secret', 'provider-key');
      const provider = ModelProvider.anthropic({ credential: { secret, key: 'token' } });
      return sandboxIn(chart, { inferencePolicy: inferencePolicyIn(chart, { provider }) });
    });
    const env = envOf(containerOf(app, 'agent'));
    expect(env).toMatchObject({
      ANTHROPIC_API_KEY: 'held-by-the-router',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:8443/anthropic',
      ANTHROPIC_MODEL: 'small',
    });
    expect(Object.keys(env).filter((name) => name.startsWith('OPENAI'))).toEqual([]);
    expect(app.document('kars-reader', 'inference-policy')).toMatchObject({
      providers: [{ api: 'anthropic', endpoint: 'https://api.anthropic.com/v1' }],
    });
  });

  it('points clients of messages at a provider with chat completions too', () => {
    const app = synthesize((scope) => sandboxIn(agentsChart(scope), {}));
    expect(envOf(containerOf(app, 'agent'))).toMatchObject({
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:8443/anthropic',
      ANTHROPIC_MODEL: 'small',
      OPENAI_BASE_URL: 'http://127.0.0.1:8443/v1',
      OPENAI_MODEL: 'small',
    });
  });

  it('points them at both APIs where there are models of both, each at its first model', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      const credential = { secret: Secret.fromSecretName(chart, 'secret', 'keys'), key: 'token' };
      const [openAi, anthropic] = [
        ModelProvider.openAi({ credential }),
        ModelProvider.anthropic({ credential }),
      ];
      const inferencePolicy = new InferencePolicy(chart, 'models', {
        models: [
          { provider: anthropic, model: 'claude-sonnet-4-5', as: 'claude' },
          { provider: openAi, model: 'gpt-4o-mini' },
          { provider: openAi, model: 'gpt-4o' },
        ],
      });
      return sandboxIn(chart, { inferencePolicy });
    });
    expect(envOf(containerOf(app, 'agent'))).toMatchObject({
      ANTHROPIC_API_KEY: 'held-by-the-router',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:8443/anthropic',
      ANTHROPIC_MODEL: 'claude',
      OPENAI_API_KEY: 'held-by-the-router',
      OPENAI_BASE_URL: 'http://127.0.0.1:8443/v1',
      OPENAI_MODEL: 'gpt-4o-mini',
    });
    expect(app.document('kars-reader', 'inference-policy')).toMatchObject({
      models: [
        { provider: 'anthropic', deployment: 'claude-sonnet-4-5', alias: 'claude' },
        { provider: 'openai', deployment: 'gpt-4o-mini' },
        { provider: 'openai', deployment: 'gpt-4o' },
      ],
      providers: [{ name: 'anthropic' }, { name: 'openai' }],
    });
  });
});
