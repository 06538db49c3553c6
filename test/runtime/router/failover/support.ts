import type { InferencePolicyPayload } from 'kars-constructs/contract';
import type { Payloads } from '../../../support/documents.ts';
import {
  startProvider,
  wellBehaved,
  type Behaviour,
  type ProviderRequest,
} from '../../../support/openai-provider.ts';
import { policies, startRouter, type TestRouter } from '../support.ts';

type Provider = InferencePolicyPayload['providers'][number];

/** Another provider than `local`. */
export const other: Provider = {
  name: 'other',
  endpoint: 'https://other.example.com/v1',
  credential: 'bearer',
};

/** The policies of the tests with a model whose calls `other` takes over. */
export const withFallback = (
  change: Partial<InferencePolicyPayload> = {},
  provider: Partial<Provider> = {},
): Payloads => ({
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    models: [
      {
        provider: 'local',
        deployment: 'small',
        fallbacks: [{ provider: 'other', deployment: 'medium' }],
      },
      { provider: 'local', deployment: 'large' },
    ],
    providers: [...policies['inference-policy'].providers, { ...other, ...provider }],
    ...change,
  },
});

/** Answers with a status and an error of the API. */
export const refusing =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message: 'no', type: 'x', code: `of-${status}` } }));
  };

/** A router with two providers, and what each of them was asked. */
export async function startTwo(
  first: Behaviour,
  second: Behaviour = wellBehaved,
  payloads: Payloads = withFallback(),
): Promise<TestRouter & { readonly asked: readonly (readonly ProviderRequest[])[] }> {
  const providers = await Promise.all([first, second].map((behaviour) => startProvider(behaviour)));
  const [local, fallback] = providers.map(({ endpoint }) => endpoint);
  const endpoints = new Map([
    ['local', local ?? ''],
    ['other', fallback ?? ''],
  ]);
  const router = await startRouter(endpoints, payloads);
  return { ...router, asked: providers.map(({ requests }) => requests) };
}
