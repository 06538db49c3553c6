import { compileInferencePolicy } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { azureTokenPlace } from '../../lib/contract/azure-cloud.ts';
import { providerPayload } from '../../lib/contract/kinds/model-provider.ts';

const workloadIdentity = {
  tenantId: '99999999-2222-3333-4444-555555555555',
  clientId: '11111111-2222-3333-4444-555555555555',
};

const managedIdentity = { clientId: '11111111-2222-3333-4444-555555555555' };

const elsewhere = [
  'http://mine.openai.azure.com/openai/v1',
  'https://mine.openai.azure.com:8443/openai/v1',
  'https://openai.azure.com/openai/v1',
  'https://mine.openai.azure.com.example.com/openai/v1',
  'https://mineopenai.azure.com/openai/v1',
  'https://mine.openai.azure.com@example.com/v1',
  'https://models.example.com/mine.openai.azure.com',
  'https://mine.azure-api.net/openai/v1',
  'https://10.0.0.4/openai/v1',
];

describe('a token of an identity is not sent to', () => {
  it.each(elsewhere)('%s', (endpoint) => {
    expect(azureTokenPlace(endpoint)).toBeUndefined();
    const compiled = compileInferencePolicy({
      appliesTo: { sandboxMatchLabels: {} },
      modelPreference: { primary: { provider: 'azure', deployment: 'small' }, fallback: [] },
      providers: [{ name: 'azure', endpoint, workloadIdentity }],
    });
    expect(compiled).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_PROVIDER_IDENTITY', path: 'spec.providers[0].endpoint' }],
    });
    const payload = { name: 'azure', endpoint, credential: 'workload-identity', workloadIdentity };
    expect(providerPayload.safeParse(payload).success).toBe(false);
  });
});

describe('a provider with an identity', () => {
  const payload = { name: 'azure', endpoint: 'https://mine.openai.azure.com/openai/v1' };

  it.each([
    { credential: 'workload-identity' },
    { credential: 'bearer', workloadIdentity },
    { credential: 'none', workloadIdentity },
    { credential: 'managed-identity', workloadIdentity },
    { credential: 'workload-identity', managedIdentity },
    { credential: 'workload-identity', workloadIdentity, managedIdentity },
  ])('is read by no process with %j', (change) => {
    expect(providerPayload.safeParse({ ...payload, ...change }).success).toBe(false);
  });

  it('is read with both', () => {
    const whole = { ...payload, credential: 'workload-identity', workloadIdentity };
    expect(providerPayload.safeParse(whole).success).toBe(true);
  });

  it.each([
    [
      'https://mine.openai.azure.com/openai/v1',
      'public',
      'https://cognitiveservices.azure.com/.default',
    ],
    [
      'https://mine.services.ai.azure.com/openai/v1',
      'public',
      'https://cognitiveservices.azure.com/.default',
    ],
    [
      'https://mine.services.ai.azure.com/api/projects/one/openai/v1',
      'public',
      'https://ai.azure.com/.default',
    ],
    [
      'https://mine.openai.azure.us/openai/v1',
      'us-government',
      'https://cognitiveservices.azure.us/.default',
    ],
    [
      'https://mine.openai.azure.cn/openai/v1',
      'china',
      'https://cognitiveservices.azure.cn/.default',
    ],
  ])('at %s gets its tokens from its cloud', (endpoint, cloud, scope) => {
    expect(azureTokenPlace(endpoint)).toEqual({ cloud, scope });
  });
});
