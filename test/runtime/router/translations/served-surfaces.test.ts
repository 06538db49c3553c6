import { servedSurfaces, type TargetApi } from 'kars-constructs/contract';
import { expect, it } from 'vitest';
import { startProvider } from '../../../support/openai-provider.ts';
import { policies, startRouter } from '../support.ts';
import { surfaceCases } from '../surfaces/cases.ts';

const APIS: readonly TargetApi[] = ['openai', 'anthropic', 'responses'];

/** A request of every surface. */
const requests: readonly (readonly [surface: string, path: string, request: object])[] = [
  ...surfaceCases.map(({ surface, path, request, limit }): [string, string, object] => [
    surface,
    path,
    limit === undefined ? request : { ...request, [limit]: 10 },
  ]),
  ['images', '/v1/images/generations', { prompt: 'a cat' }],
  ['count-tokens', '/v1/messages/count_tokens', { messages: [{ role: 'user', content: 'hi' }] }],
];

it.each(APIS)('the router serves what the contract says of %s, and nothing else', async (api) => {
  const provider = await startProvider((_request, response) => {
    response.writeHead(500);
    response.end();
  });
  const inference = policies['inference-policy'];
  const router = await startRouter(provider.endpoint, {
    ...policies,
    'inference-policy': {
      ...inference,
      maxTokensPerRequest: null,
      models: [
        {
          provider: 'local',
          deployment: 'small',
          ...(api === 'responses' ? { api } : {}),
        },
      ],
      providers: inference.providers.map((one) => ({
        ...one,
        ...(api === 'anthropic' ? { api } : {}),
      })),
    },
  });
  const served = new Set<string>();
  for (const [surface, path, request] of requests) {
    const { status, body } = await fetch(`${router.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    await body?.cancel();
    expect([403, 500]).toContain(status);
    if (status === 500) served.add(surface);
  }
  expect([...served].sort()).toEqual(servedSurfaces[api]);
});
