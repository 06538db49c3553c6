import type { Provider } from './surfaces/surface.ts';

/**
 * How a provider takes the credential, and what its API wants to know besides.
 *
 * @see https://docs.anthropic.com/en/api/versioning
 */
export function providerHeaders(
  { api = 'openai', credentialHeader }: Provider,
  credential: string | undefined,
): Record<string, string> {
  const header = credentialHeader ?? (api === 'anthropic' ? 'x-api-key' : 'authorization');
  return {
    ...(api === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
    ...(credential === undefined
      ? {}
      : { [header]: header === 'authorization' ? `Bearer ${credential}` : credential }),
  };
}
