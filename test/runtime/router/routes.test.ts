import { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { startProvider } from '../../support/openai-provider.ts';
import { codeOf, CREDENTIAL, hello, policies, startRouter } from './support.ts';
import { behaviourOf, caseOf } from './surfaces/cases.ts';

/** A client of Azure, which names the model in the path. */
async function start(surface: string, base: string, deployment?: string) {
  const { endpoint, requests } = await startProvider(behaviourOf(caseOf(surface)));
  const router = await startRouter(endpoint);
  const client = new AzureOpenAI({
    baseURL: `${router.url}${base}`,
    apiKey: 'of-the-agent',
    apiVersion: '2024-10-21',
    maxRetries: 0,
    ...(deployment === undefined ? {} : { deployment }),
  });
  return { client, router, requests };
}

describe.each(['/v1', '/openai', '/openai/v1'])('a client of Azure at %s', (base) => {
  it('has the models that it names by their deployment', async () => {
    const { client, requests } = await start('chat', base);
    const answer = await client.chat.completions.create({ model: 'large', ...hello });
    expect(answer.choices[0]?.message.content).toBe('hello');
    const stream = client.chat.completions.stream({ model: 'small', ...hello });
    expect(await stream.finalContent()).toBe('hello world');
    expect(requests).toMatchObject([
      { url: '/v1/chat/completions', body: { model: 'large' } },
      { url: '/v1/chat/completions', body: { model: 'small' } },
    ]);
    expect(requests[0]?.headers['authorization']).toBe(`Bearer ${CREDENTIAL}`);
    expect(requests[0]?.headers['api-key']).toBeUndefined();
  });

  it('is held to the models of the policy', async () => {
    const { client, router, requests } = await start('chat', base);
    await expect(client.chat.completions.create({ model: 'huge', ...hello })).rejects.toThrow(
      'KARS_MODEL_NOT_ALLOWED',
    );
    expect(requests).toEqual([]);
    expect(await router.sidecar.audited()).toMatchObject([{ surface: 'chat', target: 'huge' }]);
  });

  it('has embeddings and responses, and the list of models', async () => {
    const embeddings = await start('embeddings', base);
    await embeddings.client.embeddings.create({
      model: 'small',
      input: 'hi',
      encoding_format: 'float',
    });
    const { client, requests } = await start('responses', base);
    expect((await client.responses.create({ model: 'small', input: 'hi' })).output_text).toBe(
      'hello',
    );
    expect([...embeddings.requests, ...requests].map(({ url }) => url)).toEqual([
      '/v1/embeddings',
      '/v1/responses',
    ]);
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toEqual(['small', 'large']);
  });
});

it('the deployment of the path is the model, whatever the body says', async () => {
  const { client, router, requests } = await start('chat', '/openai', 'large');
  await client.chat.completions.create({ model: 'gpt-4o', ...hello });
  expect(requests[0]?.body['model']).toBe('large');
  const path = '/openai/deployments/huge/chat/completions?api-version=1';
  const answer = await fetch(router.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, model: 'small' }),
  });
  expect(await codeOf(answer)).toBe('KARS_MODEL_NOT_ALLOWED');
  expect(requests).toHaveLength(1);
});

it('a deployment may have a name with a slash', async () => {
  const { endpoint, requests } = await startProvider();
  const models = [{ provider: 'local', deployment: 'openai/gpt-4.1' }];
  const router = await startRouter(endpoint, {
    ...policies,
    'inference-policy': { ...policies['inference-policy'], models },
  });
  const client = new AzureOpenAI({
    baseURL: `${router.url}/openai`,
    apiKey: 'of-the-agent',
    apiVersion: '2024-10-21',
  });
  await client.chat.completions.create({ model: 'openai/gpt-4.1', ...hello });
  expect(requests[0]?.body['model']).toBe('openai/gpt-4.1');
});

describe('a path of the data plane of Foundry', () => {
  it.each([
    'GET /connections',
    'POST /connections/search/getConnectionWithCredentials',
    'POST /agents',
    'GET /agents/a',
    'POST /memory_stores/a',
    'POST /knowledgebases/a/retrieve',
    'POST /evaluations',
    'GET /indexes/a',
    'GET /deployments',
    'POST /datasets/a/credentials',
    'POST /openai/conversations',
    'GET /openai/responses/resp_1',
    'DELETE /openai/responses/resp_1',
    'POST /openai/responses/resp_1/cancel',
    'POST /openai/files',
    'GET /openai/vector_stores',
    'POST /openai/containers',
    'POST /openai/fine-tuning/jobs',
    'POST /openai/deployments/small/audio/speech',
    'POST /openai/deployments/small/extensions/chat/completions',
    'POST /openai/deployments/a/b/chat/completions',
    'POST /redTeams/runs',
    'GET /schedules/a',
  ])('that gives credentials, keeps or runs something is no route: %s', async (call) => {
    const { endpoint, requests } = await startProvider();
    const router = await startRouter(endpoint, policies);
    const [method = '', path = ''] = call.split(' ');
    const asked = {
      body: JSON.stringify(hello),
      headers: { 'content-type': 'application/json' },
    };
    const answer = await fetch(router.url + path, { method, ...(method === 'POST' ? asked : {}) });
    expect(await codeOf(answer)).toBe('KARS_ROUTE_UNKNOWN');
    expect(requests).toEqual([]);
  });
});
