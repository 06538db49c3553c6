import { compileInferencePolicy, type InferencePolicySpec } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { providerHeaders } from '../../../runtime/router/provider-headers.ts';

type ProviderSpec = NonNullable<InferencePolicySpec['providers']>[number];

/** The headers for a provider that a manifest names so. */
function headersFor(spec: Partial<ProviderSpec>, credential: string | undefined) {
  const compiled = compileInferencePolicy({
    appliesTo: { sandboxMatchLabels: {} },
    modelPreference: { primary: { provider: 'local', deployment: 'small' }, fallback: [] },
    providers: [{ name: 'local', endpoint: 'https://models.example.com/v1', ...spec }],
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const [provider] = compiled.value.providers;
  if (provider === undefined) throw new Error('there is no provider');
  return providerHeaders(provider, credential);
}

const version = { 'anthropic-version': '2023-06-01' };

describe('the headers of a call', () => {
  it.each<[Partial<ProviderSpec>, object]>([
    [{}, { authorization: 'Bearer key' }],
    [{ api: 'anthropic' }, { 'x-api-key': 'key', ...version }],
    [{ credentialHeader: 'authorization' }, { authorization: 'Bearer key' }],
    [{ credentialHeader: 'api-key' }, { 'api-key': 'key' }],
    [
      { api: 'anthropic', credentialHeader: 'authorization' },
      { authorization: 'Bearer key', ...version },
    ],
  ])('carry the credential once, as %j says', (spec, expected) => {
    expect(headersFor(spec, 'key')).toEqual(expected);
  });

  it('carry none where there is none', () => {
    expect(headersFor({ credentialHeader: 'api-key' }, undefined)).toEqual({});
    expect(headersFor({ api: 'anthropic' }, undefined)).toEqual(version);
  });

  it('carry a token of an identity as a bearer token, whatever the API', () => {
    const spec = {
      api: 'anthropic' as const,
      endpoint: 'https://mine.services.ai.azure.com/anthropic/v1',
      managedIdentity: { clientId: '11111111-2222-3333-4444-555555555555' },
    };
    expect(headersFor(spec, 'token')).toEqual({ authorization: 'Bearer token', ...version });
  });
});
