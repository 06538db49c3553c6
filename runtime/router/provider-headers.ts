import { httpHeaders } from 'kars-constructs/contract';
import type { Provider } from './surfaces/surface.ts';

/**
 * How a provider takes the credential, and what its API wants to know besides.
 *
 * @see https://docs.anthropic.com/en/api/versioning
 */
export function providerHeaders(
  { api = 'openai', credentialHeader, credential: source }: Provider,
  credential: string | undefined,
): Record<string, string> {
  // Tokens of an identity are bearer tokens whatever the API.
  const isToken = source === 'workload-identity' || source === 'managed-identity';
  const usual = api === 'anthropic' && !isToken ? httpHeaders.key.name : httpHeaders.bearer.name;
  const header = credentialHeader ?? usual;
  return {
    ...(api === 'anthropic' ? { [httpHeaders.anthropicVersion.name]: '2023-06-01' } : {}),
    ...(credential === undefined
      ? {}
      : { [header]: header === httpHeaders.bearer.name ? `Bearer ${credential}` : credential }),
  };
}
