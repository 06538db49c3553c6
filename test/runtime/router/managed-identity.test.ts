import { describe, expect, it, onTestFinished } from 'vitest';
import { ProviderCredentials } from '../../../runtime/router/provider-credentials.ts';
import { Agent } from 'undici';
import { answering, startEntra, type TokenBehaviour } from '../identity/entra.ts';

const TOKEN = 'header.token-of-the-node.signature';

/** As the metadata service gives it: numbers as text. */
const nodeToken = {
  access_token: TOKEN,
  client_id: '11111111-2222-3333-4444-555555555555',
  expires_in: '86399',
  expires_on: '1767225599',
  ext_expires_in: '86399',
  not_before: '1767139200',
  resource: 'https://cognitiveservices.azure.com',
  token_type: 'Bearer',
};

const provider = {
  name: 'azure',
  endpoint: 'https://mine.openai.azure.com/openai/v1',
  credential: 'managed-identity' as const,
  managedIdentity: { clientId: '11111111-2222-3333-4444-555555555555' },
};

/** The credentials of a router on a node whose metadata service behaves so. */
async function onNode(behaviour: TokenBehaviour) {
  const service = await startEntra(behaviour);
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const { origin } = new URL(service.endpoint);
  const credentials = new ProviderCredentials({
    credentials: '/nowhere',
    identity: '/nowhere',
    tokenEndpoints: new Map([['169.254.169.254', origin]]),
    dispatcher: () => dispatcher,
  });
  return { credential: () => credentials.of(provider)?.credential(), requests: service.requests };
}

describe('a provider with an identity of the nodes', () => {
  it.each([
    [400, { error: 'invalid_request', error_description: 'Identity not found' }],
    [404, ''],
    [410, ''],
    [429, { error: 'too_many_requests' }],
    [500, '<html>'],
  ])('has no token where the metadata service answers %i', async (status, body) => {
    const { credential } = await onNode(answering(status, body));
    await expect(credential()).rejects.toMatchObject({
      code: 'KARS_CREDENTIAL_UNAVAILABLE',
      message: expect.stringContaining(`status ${status}`) as string,
    });
  });

  it('gets a token of this identity, for models and nothing else', async () => {
    const { credential, requests } = await onNode(answering(200, nodeToken));
    expect([await credential(), await credential()]).toEqual([TOKEN, TOKEN]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['metadata']).toBe('true');
    const url = new URL(requests[0]?.url ?? '', 'http://node');
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      '/metadata/identity/oauth2/token',
      {
        'api-version': '2018-02-01',
        resource: 'https://cognitiveservices.azure.com',
        client_id: '11111111-2222-3333-4444-555555555555',
      },
    ]);
  });
});
