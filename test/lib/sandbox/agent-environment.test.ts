import { Secret } from 'cdk8s-plus-28';
import { ModelProvider } from 'kars-constructs';
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
});
