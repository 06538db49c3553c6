import { Secret } from 'cdk8s-plus-28';
import { AzureIdentity, InferencePolicy, ModelProvider } from 'kars-constructs';
import { describe, expect, it } from 'vitest';
import { agentsChart, synthProblems } from '../../support/sandbox.ts';
import { Testing } from 'cdk8s';

const credential = {
  secret: Secret.fromSecretName(agentsChart(Testing.app()), 'secret', 'keys'),
  key: 'key',
};

const credentialSecretRef = { name: 'keys', key: 'key' };

describe('a hosted provider', () => {
  it.each(['', 'a/b', 'a.b@evil.example/', 'a b'])(
    'is refused with the resource %j',
    (resource) => {
      const provider = ModelProvider.azureOpenAi({ resource, credential });
      const problems = synthProblems(
        (app) => new InferencePolicy(agentsChart(app), 'models', { provider, models: ['m'] }),
      );
      expect(problems).toContain('[KARS_PROVIDER_ENDPOINT] provider.endpoint: got');
    },
  );

  it('is a resource of Azure OpenAI', () => {
    expect(ModelProvider.azureOpenAi({ resource: 'mine', credential }).spec).toEqual({
      name: 'azure-openai',
      endpoint: 'https://mine.openai.azure.com/openai/v1',
      credentialHeader: 'api-key',
      outputLimit: 'max_completion_tokens',
      contentFilter: 'azure',
      credentialSecretRef,
    });
  });

  const annotated = { credentialHeader: 'api-key', contentFilter: 'azure' };

  it.each([
    [{}, 'https://mine.services.ai.azure.com/openai/v1', annotated],
    [
      { project: 'one' },
      'https://mine.services.ai.azure.com/api/projects/one/openai/v1',
      annotated,
    ],
    [
      { api: 'anthropic' as const },
      'https://mine.services.ai.azure.com/anthropic/v1',
      { api: 'anthropic' },
    ],
  ])('is Foundry with %j', (props, endpoint, rest) => {
    const provider = ModelProvider.foundry({ resource: 'mine', credential, ...props });
    expect(provider.spec).toEqual({ name: 'foundry', endpoint, ...rest, credentialSecretRef });
  });

  it.each([
    [{}, 'https://models.github.ai/inference'],
    [{ organization: 'acme' }, 'https://models.github.ai/orgs/acme/inference'],
  ])('is GitHub Models with %j', (props, endpoint) => {
    const provider = ModelProvider.gitHubModels({ credential, ...props });
    expect(provider.spec).toEqual({ name: 'github-models', endpoint, credentialSecretRef });
  });

  it('is one of another cloud', () => {
    const provider = ModelProvider.azureOpenAi({ resource: 'mine', cloud: 'china', credential });
    expect(provider.endpoint).toBe('https://mine.openai.azure.cn/openai/v1');
  });

  it('is called with an identity instead of a key', () => {
    const identity = AzureIdentity.workload({
      tenantId: '99999999-2222-3333-4444-55555555555A',
      clientId: '11111111-2222-3333-4444-55555555555B',
    });
    for (const provider of [
      ModelProvider.azureOpenAi({ resource: 'mine', credential: identity }),
      ModelProvider.foundry({ resource: 'mine', credential: identity }),
    ]) {
      expect(provider.spec).toMatchObject({
        workloadIdentity: {
          tenantId: '99999999-2222-3333-4444-55555555555a',
          clientId: '11111111-2222-3333-4444-55555555555b',
        },
      });
      expect(provider.spec).not.toHaveProperty('credentialSecretRef');
      expect(provider.spec).not.toHaveProperty('credentialHeader');
    }
  });

  it.each(['', 'common', '../x', '99999999-2222-3333-4444-55555555555/'])(
    'is refused with the tenant %j',
    (tenantId) => {
      const identity = AzureIdentity.workload({
        tenantId,
        clientId: '11111111-2222-3333-4444-555555555555',
      });
      const provider = ModelProvider.azureOpenAi({ resource: 'mine', credential: identity });
      const problems = synthProblems(
        (app) => new InferencePolicy(agentsChart(app), 'models', { provider, models: ['m'] }),
      );
      expect(problems).toContain(
        '[KARS_MANIFEST_INVALID] spec.providers[0].workloadIdentity.tenantId',
      );
    },
  );
});
