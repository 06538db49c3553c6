import type { Provider } from './surfaces/surface.ts';

/**
 * How a provider takes the credential, and what its API wants to know besides.
 *
 * @see https://docs.anthropic.com/en/api/versioning
 */
export function providerHeaders(
  { api = 'openai', credentialHeader, workloadIdentity }: Provider,
  credential: string | undefined,
): Record<string, string> {
  const usual =
    api === 'anthropic' && workloadIdentity === undefined ? 'x-api-key' : 'authorization';
  const header = credentialHeader ?? usual;
  return {
    ...(api === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
    ...(credential === undefined
      ? {}
      : { [header]: header === 'authorization' ? `Bearer ${credential}` : credential }),
  };
}
